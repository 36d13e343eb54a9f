/**
 * The command as people run it: a process of its own, with its output, exit code and signals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let directory: string;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function start(args: readonly string[]): {
  child: ChildProcess;
  firstLines(count: number): Promise<string[]>;
  ended: Promise<Outcome>;
} {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const [out, error]: [string[], string[]] = [[], []];
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    out.push(line);
    wake();
  });
  createInterface({ input: child.stderr }).on('line', (line) => error.push(line));
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      wake();
      resolve({ code, out: out.join('\n'), error: error.join('\n') });
    });
  });
  const firstLines = async (count: number) => {
    while (out.length < count && child.exitCode === null) await new Promise<void>((resolve) => (wake = resolve));
    return out.slice(0, count);
  };
  return { child, firstLines, ended };
}

const serve = (...more: string[]) => start(['serve', '--listen', '127.0.0.1:0', '--data', directory, ...more]);

describe('causeway-relay', () => {
  test('--version and --help', async () => {
    expect(await start(['--version']).ended).toMatchObject({ code: 0, out: manifest.version });
    const help = await start(['serve', '--help']).ended;
    expect(help.code).toBe(0);
    for (const option of ['--listen', '--data', '--url', '--database', '--cert', '--key', '--json', '--log-level']) {
      expect(help.out).toContain(option);
    }
  });

  test('serve prints the one-time secret once, in words, and stops cleanly', async () => {
    const first = serve();
    const lines = await first.firstLines(10);
    const text = lines.join('\n');
    expect(text).toMatch(/listens at https:\/\/127\.0\.0\.1:\d+/);
    const secret = /cws_[\w-]{27}/.exec(text)?.[0] ?? '';
    expect(text).toContain(`"secret":"${secret}"`);
    first.child.kill('SIGTERM');
    const { code, error } = await first.ended;
    expect(code).toBe(0);
    expect(error).not.toContain(secret);
    for (const line of error.split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  test('serve --json, reset-admin beside it, and the lines a program reads', async () => {
    const first = serve('--json');
    const [listening, secret] = (await first.firstLines(2)).map((line) => JSON.parse(line));
    expect(listening).toEqual({
      event: 'listening',
      url: expect.stringMatching(/^https:/),
      pin: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(secret).toEqual({ event: 'first-secret', secret: expect.stringMatching(/^cws_/) });
    const reset = await start(['reset-admin', '--data', directory, '--json']).ended;
    expect(reset.code).toBe(0);
    const renewed = JSON.parse(reset.out);
    expect(renewed.event).toBe('first-secret');
    const claim = async (text: string) => {
      const { request } = await import('node:https');
      return new Promise<number | undefined>((resolve, reject) => {
        const options = { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } };
        const outgoing = request(`${listening.url}/api/v1/claim`, options, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        outgoing.on('error', reject);
        outgoing.end(JSON.stringify({ secret: text }));
      });
    };
    expect(await claim(secret.secret)).toBe(401);
    expect(await claim(renewed.secret)).toBe(201);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);

    const second = serve('--json');
    expect(JSON.parse((await second.firstLines(1))[0] ?? '')).toMatchObject({ event: 'listening', pin: listening.pin });
    second.child.kill('SIGTERM');
    expect((await second.ended).out.split('\n')).toHaveLength(1);
  });

  test('a refusal is two lines and exit code 1, without a stack trace', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, out, error } = await start(['serve', '--listen', `127.0.0.1:${port}`, '--data', directory]).ended;
    other.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error.split('\n')).toEqual([
      `error PORT_IN_USE: Another program already listens on 127.0.0.1:${port}.`,
      '  Stop that program (see `ss -ltnp`), or choose another port with `--listen HOST:PORT`.',
    ]);
  });

  test('wrong use is refused before anything is made', async () => {
    for (const args of [
      ['--listen', 'nowhere'],
      ['--url', 'http://plain.example'],
      ['--cert', 'only-one.pem'],
      ['--log-level', 'loud'],
    ]) {
      const { code, error } = await start(['serve', '--data', join(directory, 'never'), ...args]).ended;
      expect(code).toBe(1);
      expect(error).toMatch(/^error USAGE: /);
    }
    expect((await start(['dance']).ended).code).toBe(1);
  });
});
