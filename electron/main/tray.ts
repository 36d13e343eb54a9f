/** The icon in the tray, made of what tray-look.ts says. Animates while the policy is refreshed. */
import { join } from 'node:path';
import { Menu, type NativeImage, nativeImage, nativeTheme, Tray } from 'electron';
import type { TrayAction, TrayIcon, TrayLook } from './tray-look.ts';

const FRAMES = 4;
const FRAME_MS = 150;

export interface TrayIconOptions {
  /** Directory with the pictures that build/tray-pictures.ts draws, for light panels and for dark ones. */
  readonly pictures: string;
  /** Whether the desktop, and so its panel, is dark. */
  readonly desktopIsDark: () => boolean;
  onAction(action: TrayAction): void;
}

export class CausewayTray {
  readonly #options: TrayIconOptions;
  readonly #images = new Map<string, NativeImage>();
  readonly #tray: Tray;
  #look: TrayLook;
  /** What is shown now, so that nothing is set twice: each setting is a message over D-Bus. */
  #shown = '';
  #drawn: NativeImage | undefined;
  #animation: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(options: TrayIconOptions, look: TrayLook) {
    this.#options = options;
    this.#look = look;
    this.#tray = new Tray(this.#image(look.icon));
    this.#tray.on('click', () => options.onAction('open'));
    nativeTheme.on('updated', () => this.#draw());
    this.show(look);
  }

  show(look: TrayLook): void {
    this.#look = look;
    if (look.icon === 'refreshing') this.#animation ??= setInterval(() => this.#nextFrame(), FRAME_MS);
    else {
      clearInterval(this.#animation);
      this.#animation = undefined;
    }
    this.#draw();
    const text = JSON.stringify([look.tooltip, look.menu]);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#tray.setToolTip(look.tooltip);
    this.#tray.setContextMenu(this.#menu(look));
  }

  end(): void {
    clearInterval(this.#animation);
    this.#tray.destroy();
  }

  #menu(look: TrayLook): Menu {
    return Menu.buildFromTemplate(
      look.menu.map((item) => {
        if (item.type === 'separator') return { type: 'separator' };
        const { label, action } = item;
        if (action === null) return { label, enabled: false };
        return { label, click: () => this.#options.onAction(action) };
      }),
    );
  }

  #nextFrame(): void {
    this.#frame = (this.#frame + 1) % FRAMES;
    this.#draw();
  }

  #draw(): void {
    const image = this.#image(this.#look.icon);
    if (image === this.#drawn) return;
    this.#drawn = image;
    this.#tray.setImage(image);
  }

  #image(icon: TrayIcon): NativeImage {
    const frame = icon === 'refreshing' ? `-${this.#frame}` : '';
    const mac = process.platform === 'darwin';
    // macOS colours a template itself; elsewhere the panel is dark or light as the desktop is.
    const kind = process.platform === 'win32' ? 'ico' : 'png';
    const name = mac ? `${icon}${frame}-Template.png` : `${icon}${frame}-${this.#panel()}.${kind}`;
    let image = this.#images.get(name);
    if (image === undefined) {
      image = nativeImage.createFromPath(join(this.#options.pictures, name));
      if (mac) image.setTemplateImage(true);
      this.#images.set(name, image);
    }
    return image;
  }

  #panel(): 'light' | 'dark' {
    // GNOME's top bar is dark under a light theme too; other desktops' panels follow the theme.
    if (/GNOME|Unity/i.test(process.env.XDG_CURRENT_DESKTOP ?? '')) return 'dark';
    return this.#options.desktopIsDark() ? 'dark' : 'light';
  }
}
