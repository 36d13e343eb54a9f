/**
 * Draws the pictures of the tray icon into electron/tray, by Debian's Chromium. They are kept in the
 * repository, so this is for whoever changes how they look:
 *
 *     node build/tray-pictures.ts
 *
 * Each state differs in shape, not in colour alone. For light and dark panels there are PNG of 24 and 48
 * pixels and ICO for Windows; for macOS templates of 18 and 36 pixels, of which it takes the shape only.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { TRAY_ICONS, type TrayIcon } from '#electron/main/tray-look.ts';
import { ROOT } from './portal-config.ts';

const FOLDER = join(ROOT, 'electron/tray');
const FRAMES = 4;
const ICO_SIZES = [16, 24, 32, 48];

interface Ink {
  readonly line: string;
  readonly good: string;
  readonly bad: string;
}

const INKS: Readonly<Record<'light' | 'dark' | 'Template', Ink>> = {
  dark: { line: '#ffffff', good: '#5fd0df', bad: '#ff8f8f' },
  light: { line: '#1f272e', good: '#0b6b7c', bad: '#c22f2f' },
  Template: { line: '#000000', good: '#000000', bad: '#000000' },
};

/** On a square of 24: a bridge of one arch over two waves. */
const ROAD = 'M1.5 9.5h21';
const BRIDGE = 'M4 15.5a8 6.2 0 0 1 16 0';
const WAVE = 'M2 20.2q2.5-2 5 0t5 0 5 0 5 0';

function sign(icon: TrayIcon, frame: number, ink: Ink): string {
  const stroke = (path: string, color: string, more = '') =>
    `<path d="${path}" fill="none" stroke="${color}" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" ${more}/>`;
  const whole = (color: string, more = '') =>
    `<g ${more}>${stroke(ROAD, color)}${stroke(BRIDGE, color)}${stroke(WAVE, color)}</g>`;
  const hole = '<circle cx="18" cy="6" r="7.4" fill="black"/>';
  const withBadge = (badge: string, more = '') =>
    `<mask id="m"><rect width="24" height="24" fill="white"/>${hole}</mask><g mask="url(#m)">${whole(ink.line, more)}</g>${badge}`;
  switch (icon) {
    case 'connected':
      return whole(ink.good);
    case 'off':
      return whole(ink.line, 'opacity="0.45"') + stroke('M4 21.5 20 3.5', ink.line);
    case 'not-activated':
      return withBadge(
        `<circle cx="18" cy="4.6" r="2.8" fill="none" stroke="${ink.line}" stroke-width="2"/>${stroke('M18 7.6v5m0-2h2', ink.line, 'stroke-width="2"')}`,
        'opacity="0.6"',
      );
    case 'degraded':
      return withBadge(
        `<path d="M18 .8 23.6 11H12.4z" fill="${ink.bad}" stroke="${ink.bad}" stroke-width="1.4" stroke-linejoin="round"/>` +
          `<path d="M18 4.4v3.1M18 9.5v.1" stroke="${ink === INKS.Template ? 'white' : ink === INKS.dark ? '#2a0b0b' : 'white'}" stroke-width="1.7" stroke-linecap="round"/>`,
      );
    case 'connecting':
      return withBadge(
        [13.6, 18, 22.4].map((x) => `<circle cx="${x}" cy="6" r="1.7" fill="${ink.line}"/>`).join(''),
        'opacity="0.6"',
      );
    case 'refreshing':
      return withBadge(
        `<g transform="rotate(${frame * (360 / FRAMES)} 18 6)">${stroke('M22.4 6a4.4 4.4 0 1 1-2-3.7', ink.good, 'stroke-width="2"')}` +
          `<path d="M22.8 .4v3.8h-3.8z" fill="${ink.good}"/></g>`,
      );
  }
}

function svg(icon: TrayIcon, frame: number, ink: Ink, size: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 24 24">${sign(icon, frame, ink)}</svg>`;
}

async function draw(page: Page, picture: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<body style="margin:0;overflow:hidden">${picture}</body>`);
  return page.screenshot({ omitBackground: true });
}

/** An icon file of PNG pictures (Windows Vista and later): ICONDIR, then 16 bytes for each, then the pictures. */
function ico(pictures: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    head.writeUInt8(size, entry);
    head.writeUInt8(size, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-device-scale-factor=1'],
});
try {
  const page = await browser.newPage();
  for (const icon of TRAY_ICONS) {
    for (let frame = 0; frame < (icon === 'refreshing' ? FRAMES : 1); frame++) {
      const name = icon === 'refreshing' ? `${icon}-${frame}` : icon;
      for (const [kind, ink] of Object.entries(INKS)) {
        const picture = (size: number) => draw(page, svg(icon, frame, ink, size), size);
        const [one, two] = kind === 'Template' ? [18, 36] : [24, 48];
        writeFileSync(join(FOLDER, `${name}-${kind}.png`), await picture(one));
        writeFileSync(join(FOLDER, `${name}-${kind}@2x.png`), await picture(two));
        if (kind === 'Template') continue;
        const pictures = [];
        for (const size of ICO_SIZES) pictures.push({ size, png: await picture(size) });
        writeFileSync(join(FOLDER, `${name}-${kind}.ico`), ico(pictures));
      }
    }
  }
} finally {
  await browser.close();
}
