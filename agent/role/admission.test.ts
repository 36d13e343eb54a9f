import { describe, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { label } from '#protocol/names.ts';
import type { AgentStatus, Part } from '#protocol/status.ts';
import { Backoff } from '../connection/backoff.ts';
import type { StatusListener } from '../engine/watch-status.ts';
import { Secret } from '../secret.ts';
import { type AdmissionEngine, admit, requireToken, stayAdmitted } from './admission.ts';

const NAME = label.parse('web-0');
const TOKEN = new Secret('cwt1_T');
const unreachable = () => new CausewayError('SERVER_UNREACHABLE', { server: 'https://x', cause: 'no' });
const forgotten = () => new CausewayError('AUTHENTICATION_FAILED');

/** An engine whose activations go as listed: an error, or the kind of machine that it becomes. */
class Double {
  self: AdmissionEngine['self'];
  readonly done: string[] = [];
  readonly #outcomes: (Error | 'role-instance' | 'local-endpoint')[];
  #listener: StatusListener | undefined;

  constructor(...outcomes: (Error | 'role-instance' | 'local-endpoint')[]) {
    this.#outcomes = outcomes;
  }

  async up({ token, name }: { token?: string | undefined; name?: string | undefined }): Promise<AgentStatus> {
    this.done.push(`up ${token} ${name}`);
    const outcome = this.#outcomes.shift() ?? 'role-instance';
    if (outcome instanceof Error) throw outcome;
    const member = { kind: 'role', name: 'web' };
    const facts = { kind: outcome, name: NAME, ipv4: '100.64.0.1', ipv6: 'fd00::1', memberOf: member };
    this.self = { ...facts, subscription: { name: 'contoso' } } as AdmissionEngine['self'];
    return {} as AgentStatus;
  }

  async down(request: { forget: boolean }): Promise<AgentStatus> {
    this.done.push(`down ${JSON.stringify(request)}`);
    this.self = undefined;
    return {} as AgentStatus;
  }

  watch(listener: StatusListener): Promise<void> {
    this.#listener = listener;
    return new Promise((resolve) => listener.signal.addEventListener('abort', () => resolve()));
  }

  /** What the control connection has come to. */
  async shows(state: Part['state'], error: CausewayError | null = null): Promise<void> {
    const control: Part = { state, error: error?.toWire() ?? null, provenAt: null, detail: '' };
    this.#listener?.progress({ parts: { control } } as AgentStatus);
    await this.#listener?.taken();
  }
}

function around(engine: Double, token: Secret | undefined = TOKEN) {
  const said: string[] = [];
  const life = new AbortController();
  const options = {
    engine: engine as AdmissionEngine,
    token,
    name: NAME,
    say: (sentence: string) => void said.push(sentence),
    signal: life.signal,
    backoff: Object.assign(new Backoff(), { next: () => 0 }),
  };
  return { options, said, life };
}

describe('admission', () => {
  test('tries again while the server can not be reached, says so once, and then who the instance is', async () => {
    const engine = new Double(unreachable(), unreachable(), 'role-instance');
    const { options, said } = around(engine);
    await admit(options);
    expect(engine.done).toEqual(['up cwt1_T web-0', 'up cwt1_T web-0', 'up cwt1_T web-0']);
    expect(said).toEqual([
      'The relay server at https://x can not be reached: no. It is tried again.',
      'web-0 is an instance of web in contoso: 100.64.0.1, fd00::1.',
    ]);
    await admit(options);
    expect(engine.done).toHaveLength(3);
  });

  test('gives up at a token that the server does not take', async () => {
    const { options } = around(new Double(new CausewayError('TOKEN_REVOKED')));
    await expect(admit(options)).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  });

  test('a token that makes a computer is refused, and the computer is removed again', async () => {
    const engine = new Double('local-endpoint');
    await expect(admit(around(engine).options)).rejects.toMatchObject({ code: 'ROLE_TOKEN_NEEDED' });
    expect(engine.done.at(-1)).toBe('down {"forget":true}');
  });

  test('without a token and an activation there is nothing to begin with', () => {
    const { options } = around(new Double());
    expect(() => requireToken({ ...options, token: undefined })).toThrow('The setting ActivationToken is missing');
    expect(() => requireToken(options)).not.toThrow();
  });
});

describe('an instance that was admitted', () => {
  test('comes back when it was forgotten while it was away', async () => {
    const engine = new Double();
    const { options, said, life } = around(engine);
    const staying = stayAdmitted(options);
    await engine.shows('ok');
    await engine.shows('failed', unreachable());
    await engine.shows('pending');
    expect(engine.done).toEqual([]);
    await engine.shows('failed', forgotten());
    expect(engine.done).toEqual(['up cwt1_T web-0']);
    expect(said[0]).toMatch(/^The directory has forgotten this instance/);
    life.abort();
    await staying;
  });

  test('comes back when what its directory held was forgotten before it started', async () => {
    const engine = new Double();
    void stayAdmitted(around(engine).options);
    await engine.shows('pending');
    await engine.shows('failed', forgotten());
    expect(engine.done).toHaveLength(1);
  });

  test('stays away when an administrator removed it before its eyes', async () => {
    const engine = new Double();
    void stayAdmitted(around(engine).options);
    await engine.shows('ok');
    await engine.shows('failed', forgotten());
    await engine.shows('pending');
    await engine.shows('failed', forgotten());
    expect(engine.done).toEqual([]);
  });

  test('has nothing to come back with without a token', async () => {
    const engine = new Double();
    const { options } = around(engine);
    void stayAdmitted({ ...options, token: undefined });
    await engine.shows('failed', forgotten());
    expect(engine.done).toEqual([]);
  });
});
