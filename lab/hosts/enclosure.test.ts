import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LAB_COMMANDS, obstacle } from '../prerequisites.ts';
import { labDirectories } from './directory.ts';

const LAB = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Two labs one after the other, on a busy computer. */
const LABS_MS = 60_000;
const reason = obstacle(LAB_COMMANDS, () => undefined);

describe.skipIf(reason !== null)(`a lab that is ended in the middle${reason === null ? '' : ` (${reason})`}`, () => {
  it.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'leaves no process after %s',
    { timeout: LABS_MS },
    async (signal, { onTestFinished }) => {
      const lab = spawn(process.execPath, [LAB, 'hosts'], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => void lab.kill('SIGKILL'));
      await firstStep(lab);
      const inside = descendantsOf(lab.pid);
      expect(inside.length).toBeGreaterThan(8); // unshare, the program inside, and a holder for each host
      lab.kill(signal);
      await once(lab, 'exit');
      await expect.poll(() => inside.filter(isRunning), { timeout: 5_000 }).toEqual([]);
    },
  );

  it('leaves a directory only after SIGKILL, and the next run removes it', { timeout: LABS_MS }, async ({
    onTestFinished,
  }) => {
    const killed = spawn(process.execPath, [LAB, 'hosts'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await firstStep(killed);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(pidsWithDirectory()).toContain(killed.pid);
    const next = spawn(process.execPath, [LAB, 'hosts'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void next.kill('SIGKILL'));
    await firstStep(next);
    expect(pidsWithDirectory()).not.toContain(killed.pid);
    next.kill('SIGTERM');
    await once(next, 'exit');
    expect(pidsWithDirectory()).not.toContain(next.pid);
  });
});

async function firstStep(lab: ChildProcess): Promise<void> {
  let output = '';
  lab.stdout?.setEncoding('utf8');
  for await (const text of lab.stdout ?? []) {
    output += text;
    if (output.includes('  ok  ')) return;
  }
  throw new Error(`the lab ended before its first step:\n${output}`);
}

function pidsWithDirectory(): number[] {
  return labDirectories().map(({ pid }) => pid);
}

function descendantsOf(root: number | undefined): number[] {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  const children = pids.filter((pid) => statField(pid, 'PPid') === String(root));
  return [...children, ...children.flatMap((pid) => descendantsOf(pid))];
}

function isRunning(pid: number): boolean {
  const state = statField(pid, 'State');
  return state !== null && !state.startsWith('Z');
}

function statField(pid: number, name: string): string | null {
  try {
    return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}
