/**
 * The real Chromium of this computer, without a window: Debian's package, or the program that CHROMIUM
 * names. Knows nothing of the portal.
 */
import { type Browser, chromium } from 'playwright-core';
import { findCommand } from '../prerequisites.ts';

const FLAGS = [
  // The lab runs as root inside namespaces of its own, where Chromium's sandbox can not be made.
  '--no-sandbox',
  // A container's /dev/shm is small.
  '--disable-dev-shm-usage',
  // Nobody is to be asked for updates, safe browsing or field trials from a test.
  '--disable-background-networking',
  '--disable-component-update',
];

export interface BrowserOptions {
  /** Addresses of names that no DNS server here knows. */
  readonly names?: Readonly<Record<string, string>>;
}

/** @throws Error where there is no Chromium; `obstacle(['chromium'], …)` says so before, and installs it */
export async function openBrowser({ names = {} }: BrowserOptions = {}): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? findCommand('chromium');
  if (executablePath === null) throw new Error('Chromium is not installed. Run: sudo apt-get install chromium');
  const rules = Object.entries(names).map(([name, address]) => `MAP ${name} ${address}`);
  return chromium.launch({ executablePath, args: [...FLAGS, `--host-resolver-rules=${rules.join(', ')}`] });
}
