/**
 * `npm run desktop`: builds the desktop application and starts it.
 *
 *     npm run desktop -- [--host] [--no-host] [--socket=PATH] [--state=DIRECTORY] [--adapter=NAME]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildDesktop } from './desktop.ts';
import { findRuntime, type Runtime } from './desktop-runtime.ts';

const found = obstacle() ?? (await findRuntime({ environment: process.env }));
if (typeof found === 'string') {
  console.error(found);
  process.exitCode = 1;
} else process.exitCode = await start(found);

/** What no runtime would help against. */
function obstacle(): string | undefined {
  const { platform, env } = process;
  if (platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY) return undefined;
  return 'There is no screen to show a window on (neither DISPLAY nor WAYLAND_DISPLAY is set): run this on a desktop; `npm run desktop:demo` brings a screen of its own.';
}

async function start({ program, version }: Runtime): Promise<number> {
  const { directory } = await buildDesktop();
  // Chromium has no sandbox for root, and refuses to run without one unless it is told to.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (asRoot) console.log('As root: without Chromium’s sandbox, and with the agent in this process if none answers.');
  console.log(`Electron ${version}. Quit by the icon’s menu, or with Ctrl-C.`);
  const words = [...(asRoot ? ['--no-sandbox'] : []), directory, ...process.argv.slice(2)];
  const child = spawn(program, words, { stdio: 'inherit' });
  // It ends in order by itself; this process waits for that.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
