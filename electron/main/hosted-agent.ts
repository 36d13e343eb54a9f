/**
 * The agent inside the application's own main process, where it has the right to: it then listens on the
 * same sockets as an installed one, and everything else here meets it there.
 */
import { existsSync } from 'node:fs';
import { connectLocal } from '#agent/local-api/client.ts';

/** Whether this process should host the agent: asked to, or elevated with no agent installed. */
export async function shouldHost(words: readonly string[], sockets: readonly string[]): Promise<boolean> {
  for (const path of sockets) {
    if (existsSync(path) && (await answers(path))) return false;
  }
  return words.includes('--host') || process.geteuid?.() === 0;
}

async function answers(path: string): Promise<boolean> {
  try {
    const client = await connectLocal(path);
    client[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
