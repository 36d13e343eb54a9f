/**
 * The command as people run it: a process of its own, with its output, exit code and signals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const PORT_OF_ROOT = 1;
/** The account without rights, by custom. */
const NOBODY = 65_534;
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
  /** Lines, without what Node itself has to say of its experiments. */
  readonly error: readonly string[];
}

function start(
  args: readonly string[],
  uid = process.getuid?.() ?? 0,
): {
  child: ChildProcess;
  firstLines(count: number): Promise<string[]>;
  ended: Promise<Outcome>;
} {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
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
      resolve({ code, out: out.join('\n'), error: error.filter((line) => !/Warning|--trace-warnings/.test(line)) });
    });
  });
  const firstLines = async (count: number) => {
    while (out.length < count && child.exitCode === null) await new Promise<void>((resolve) => (wake = resolve));
    return out.slice(0, count);
  };
  return { child, firstLines, ended };
}

const serve = (...more: string[]) => start(['serve', '--listen', '127.0.0.1:0', '--data', directory, ...more]);

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

function call(url: string, method: string, path: string, body?: object, key = ''): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/api/v1${path}`, { method, headers, rejectUnauthorized: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('causeway-relay', () => {
  test('--version and --help', async () => {
    expect(await start(['--version']).ended).toMatchObject({ code: 0, out: manifest.version });
    const help = await start(['serve', '--help']).ended;
    expect(help.code).toBe(0);
    for (const option of ['--listen', '--data', '--url', '--database', '--cert', '--key', '--json', '--log-level']) {
      expect(help.out).toContain(option);
    }
  });

  test('a time that is none is refused', async () => {
    const { code, error } = await serve('--instances-gone-after', '0.5').ended;
    expect({ code, error: error.join() }).toEqual({ code: 2, error: expect.stringContaining('seconds from 1 to') });
  });

  test('serve prints the one-time secret once, in words, and stops cleanly', async () => {
    const first = serve();
    const lines = await first.firstLines(13);
    const text = lines.join('\n');
    const url = /listens at (\S+)$/m.exec(text)?.[1];
    expect(text).toMatch(/listens at https:\/\/127\.0\.0\.1:\d+/);
    const secret = /cws_[\w-]{27}/.exec(text)?.[0] ?? '';
    // The link first, then the way without a browser.
    expect(lines.findIndex((line) => line.trim() === `${url}/welcome#${secret}`)).toBe(3);
    expect(text).toContain(`"secret":"${secret}"`);
    const pin = /^Pin of its key: ([\w-]{43}), for curl: sha256\/\/(\S+)$/m.exec(text);
    expect(pin?.[2]).toBe(Buffer.from(pin?.[1] ?? '', 'base64url').toString('base64'));
    expect(text).toContain(`curl --insecure --pinnedpubkey 'sha256//${pin?.[2]}' https:`);
    first.child.kill('SIGTERM');
    const { code, error } = await first.ended;
    expect(code).toBe(0);
    expect(error.join()).not.toContain(secret);
    for (const line of error) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  test('serve --json, reset-admin beside it, and the lines a program reads', async () => {
    const first = serve('--json');
    const [listening, secret] = (await first.firstLines(2)).map((line) => JSON.parse(line));
    expect(listening).toEqual({
      event: 'listening',
      url: expect.stringMatching(/^https:/),
      pin: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(secret).toEqual({
      event: 'first-secret',
      secret: expect.stringMatching(/^cws_/),
      link: `${listening.url}/welcome#${secret.secret}`,
    });
    const reset = await start(['reset-admin', '--data', directory, '--json']).ended;
    expect(reset.code).toBe(0);
    const renewed = JSON.parse(reset.out);
    expect(renewed.event).toBe('first-secret');
    const claim = async (text: string) => (await call(listening.url, 'POST', '/claim', { secret: text })).status;
    expect(await claim(secret.secret)).toBe(401);
    expect(await claim(renewed.secret)).toBe(201);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);

    const second = serve('--json');
    expect(JSON.parse((await second.firstLines(1))[0] ?? '')).toMatchObject({ event: 'listening', pin: listening.pin });
    second.child.kill('SIGTERM');
    expect((await second.ended).out.split('\n')).toHaveLength(1);
  });

  test('what was acknowledged is there after kill -9', async () => {
    const first = serve('--json');
    const [{ url }, { secret }] = (await first.firstLines(2)).map((line) => JSON.parse(line));
    const { key } = JSON.parse((await call(url, 'POST', '/claim', { secret })).text);
    for (const name of ['one', 'two', 'three']) {
      expect((await call(url, 'POST', '/subscriptions', { name }, key)).status).toBe(201);
    }
    first.child.kill('SIGKILL');
    await first.ended;
    const second = serve('--json');
    const again = JSON.parse((await second.firstLines(1))[0] ?? '');
    const { items } = JSON.parse((await call(again.url, 'GET', '/subscriptions', undefined, key)).text);
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['one', 'three', 'two']);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  test('a port below 1024 without the right to it', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can start it as somebody without the right');
    const firstFree = Number(await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
    if (firstFree <= PORT_OF_ROOT) return context.skip('here everybody may listen on every port');
    await chown(directory, NOBODY, NOBODY);
    const server = start(['serve', '--listen', `127.0.0.1:${PORT_OF_ROOT}`, '--data', directory], NOBODY);
    const { code, error } = await server.ended;
    expect(error[0]).toBe(`error PORT_FORBIDDEN: This user may not listen on 127.0.0.1:${PORT_OF_ROOT}.`);
    expect(code).toBe(1);
  });

  test('a refusal is two lines and exit code 1, without a stack trace', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, out, error } = await start(['serve', '--listen', `127.0.0.1:${port}`, '--data', directory]).ended;
    other.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toEqual([
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
      expect(code).toBe(2);
      expect(error[0]).toMatch(/^error USAGE: /);
    }
    const unknown = await start(['dance']).ended;
    expect(unknown.code).toBe(2);
    expect(unknown.error).toEqual(["error USAGE: unknown command 'dance'", '  See `--help`.']);
    const reset = await start(['reset-admin', '--data', join(directory, 'never')]).ended;
    expect(reset.error[0]).toMatch(/^error USAGE: No server has kept its data/);
  });
});
