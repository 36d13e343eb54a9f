/**
 * The screen of a host of the lab: an X server without a monitor, a session bus, a window manager and a
 * panel with a tray, all of Debian's, as somebody has it on a real desktop. Knows no application.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Program } from '../hosts/host.ts';
import type { Command } from '../prerequisites.ts';

export const DESK_COMMANDS: readonly Command[] = [
  'Xvfb',
  'dbus-daemon',
  'openbox',
  'xfce4-panel',
  'xdotool',
  'import',
  'xsetroot',
];

export const SCREEN = { width: 1280, height: 800 } as const;
/** Height of the panel at the lower edge, pixels. */
const PANEL = 32;
const DISPLAY = ':7';

export class Desk {
  readonly #host: Host;
  /** What programs of this desk find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #pictures: string;
  #taken = 0;

  private constructor(host: Host, environment: Readonly<Record<string, string>>, pictures: string) {
    this.#host = host;
    this.environment = environment;
    this.#pictures = pictures;
  }

  /** @param pictures directory for pictures of the screen */
  static async open(host: Host, pictures: string): Promise<Desk> {
    mkdirSync(pictures, { recursive: true });
    const home = '/run/desk';
    await host.write(`${home}/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml`, PANEL_SETTINGS);
    await host.must([
      'sh',
      '-c',
      `mkdir -p -m 700 ${home}/run /tmp/.X11-unix && rm -f /tmp/.X11-unix/X${DISPLAY.slice(1)}`,
    ]);
    const place = {
      DISPLAY,
      HOME: home,
      XDG_RUNTIME_DIR: `${home}/run`,
      XDG_CONFIG_HOME: `${home}/.config`,
      NO_AT_BRIDGE: '1',
    };
    const size = `${SCREEN.width}x${SCREEN.height}x24`;
    const server = host.spawn('x-server', ['Xvfb', DISPLAY, '-screen', '0', size, '-displayfd', '1']);
    await server.prints(/^\d+$/m);
    // What it starts for others finds the same home.
    const bus = host.spawn('session-bus', ['dbus-daemon', '--session', '--nofork', '--print-address=1'], {
      environment: place,
    });
    const [address] = await bus.prints(/unix:\S+/);
    const desk = new Desk(host, { ...place, DBUS_SESSION_BUS_ADDRESS: address }, pictures);
    await desk.#startWindowManager();
    desk.start('panel', ['xfce4-panel', '--disable-wm-check']);
    await desk.#panelIsThere();
    await desk.run(['xsetroot', '-solid', '#3b6478']);
    return desk;
  }

  /** Starts a program on this desk. */
  start(label: string, command: readonly string[]): Program {
    return this.#host.spawn(label, command, { environment: this.environment });
  }

  async run(command: readonly string[]): Promise<string> {
    return this.#host.must(command, { environment: this.environment });
  }

  /** A picture of the whole screen, numbered in the order in which they are taken. @returns its file name */
  async picture(name: string): Promise<string> {
    this.#taken += 1;
    const file = `${String(this.#taken).padStart(2, '0')}-${name}.png`;
    await this.run(['import', '-window', 'root', join(this.#pictures, file)]);
    return file;
  }

  /** As its owner closes it, by the keyboard. */
  async closeWindow(title: string): Promise<void> {
    const found = await this.run(['xdotool', 'search', '--onlyvisible', '--name', `^${title}$`]);
    const [window = ''] = found.split('\n');
    await this.run(['xdotool', 'windowactivate', '--sync', window, 'key', '--clearmodifiers', 'alt+F4']);
  }

  /** The only icon in the tray stands at the right end of the panel. */
  async clickTray(button: 'left' | 'right'): Promise<void> {
    const [x, y] = [SCREEN.width - PANEL / 2, SCREEN.height - PANEL / 2];
    await this.run(['xdotool', 'mousemove', String(x), String(y), 'click', button === 'left' ? '1' : '3']);
  }

  /** Opens the icon's menu, and chooses the item that is so many steps down, or up from its end if negative. */
  async chooseInTrayMenu(steps: number, beforeChoosing?: () => Promise<unknown>): Promise<void> {
    await this.clickTray('right');
    await pause(600); // until the menu has come over the bus and stands
    const key = steps < 0 ? 'Up' : 'Down';
    for (let step = 0; step < Math.abs(steps); step++) await this.run(['xdotool', 'key', key]);
    await beforeChoosing?.();
    await this.run(['xdotool', 'key', 'Return']);
  }

  /** Now and then it finds the display not open yet, and ends: then it is started again. */
  async #startWindowManager(): Promise<void> {
    const deadline = Date.now() + 15_000;
    let manager = this.start('window-manager', ['openbox']);
    while (Date.now() < deadline) {
      const { code } = await this.#host.run(['xdotool', 'get_desktop'], { environment: this.environment });
      if (code === 0) return;
      if (!manager.running) manager = this.start('window-manager', ['openbox']);
      await pause(200);
    }
    throw new Error(`the window manager did not come up\n${manager.tail()}`);
  }

  async #panelIsThere(): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (Date.now() < deadline) {
      const found = await this.#host.run(['xdotool', 'search', '--class', 'xfce4-panel'], {
        environment: this.environment,
      });
      if (found.code === 0 && found.stdout.trim() !== '') return;
      await pause(200);
    }
    throw new Error('the panel did not come up');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One panel below, with a list of the windows, space, and the tray at its end. */
const PANEL_SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="${PANEL}"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="show-frame" type="bool" value="false"/>
    </property>
  </property>
</channel>
`;
