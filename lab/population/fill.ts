/**
 * Fills the data directory of a server that does not run, by the server's own administration and by
 * machines that activate as real ones do, without a network between.
 *
 * Everything follows from the seed, the machines' private keys too, so that a bench can play any of them:
 * never let anybody but yourself reach a server on such data.
 */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { pino } from 'pino';
import { toBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { serverPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { parseLabel } from '#protocol/names.ts';
import { CHALLENGE_BYTES } from '#protocol/proofs.ts';
import { decodeToken } from '#protocol/token.ts';
import type { Clock } from '#relay-server/clock.ts';
import { createPerson } from '#relay-server/control/access/people.ts';
import { activate } from '#relay-server/control/activate.ts';
import { createSubscription } from '#relay-server/control/administration/subscriptions.ts';
import { createToken, revokeToken } from '#relay-server/control/administration/tokens.ts';
import { applyChanges } from '#relay-server/control/changes/apply.ts';
import { differenceTo } from '#relay-server/control/changes/policy-document.ts';
import type { AdministrationContext } from '#relay-server/control/context.ts';
import { ControlPlane } from '#relay-server/control/control-plane.ts';
import { ephemeralKey } from '#relay-server/control/proof-checks.ts';
import type { SubscriptionDirectory } from '#relay-server/control/subscription-directory.ts';
import { databasePath, lockDataDirectory, makeDataDirectory } from '#relay-server/data-directory.ts';
import { activationBy, LoopbackKeys } from '#relay-server/loopback-machine.fixture.ts';
import { migrate } from '#relay-server/store/migrations.ts';
import type { Tables } from '#relay-server/store/schema.ts';
import { SqlStore } from '#relay-server/store/sql-store.ts';
import { sqliteDialect } from '#relay-server/store/sqlite-driver.ts';
import type { Store } from '#relay-server/store/store.ts';
import { grantKey } from '#relay-server/tls/grant-key.ts';
import { VERSION } from '#relay-server/version.ts';
import { type Organisation, organisation, type PlannedMachine, type Size } from './organisation.ts';
import { SeededRandom } from './seeded-random.ts';

export interface Filling {
  readonly dataDirectory: string;
  readonly size: Size;
  /** Name of the subscription. */
  readonly subscription: string;
  readonly owner: { readonly name: string; readonly password: string };
  readonly seed: string;
  /** Milliseconds of the Unix epoch: when the last machine came. */
  readonly now: number;
}

/** How long it took the company to come about. */
const YEARS_MS = 2 * 365 * 86_400_000;
/** Computers that one roll-out brings, by a token of its own. */
const ROLL_OUT = 2_000;
const EPHEMERAL_SEED_BYTES = 32;
const PIN_BYTES = 32;
const NOBODY = { dropMachine: () => {}, isConnected: () => false, pairs: () => [] };

/**
 * @throws CausewayError USAGE when somebody administers a server on the directory already, SERVER_ALREADY_RUNNING,
 *   PASSWORD_WEAK; RangeError for a size that can not be
 */
export async function fill(filling: Filling): Promise<void> {
  const company = organisation(filling.size, filling.seed);
  await makeDataDirectory(filling.dataDirectory);
  using _ = lockDataDirectory(filling.dataDirectory);
  const store = await openQuickStore(databasePath(filling.dataDirectory));
  try {
    if ((await store.people.list()).length > 0 || (await store.readDirectory()).subscriptions.length > 0) {
      throw new CausewayError('USAGE', { issue: `A server has kept its data in ${filling.dataDirectory} already.` });
    }
    await administer(filling, company, store);
  } finally {
    await store.close();
  }
}

/** The keys of a machine that was made with this seed, by the name that it was made with. */
export function keysOf(seed: string, machine: string): LoopbackKeys {
  return new LoopbackKeys(createHash('sha512').update(`${seed}\n${machine}`).digest());
}

/** Waits for no disk: who loses this data makes it again. */
async function openQuickStore(path: string): Promise<Store> {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = off');
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
  await migrate(db, path);
  return new SqlStore(db, (error) => error);
}

async function administer(filling: Filling, { policy, machines }: Organisation, store: Store): Promise<void> {
  const { owner, seed, now } = filling;
  const random = new SeededRandom(`${seed} secrets`).bytes;
  const clock = new Passing(now - YEARS_MS);
  const control = await ControlPlane.start({
    store,
    clock,
    random,
    grantKey: await grantKey(filling.dataDirectory),
    relay: NOBODY,
    logger: pino({ enabled: false }),
    serverVersion: VERSION,
    // No token made here is ever used by anybody else.
    serverUrl: () => 'https://relay.invalid',
    pin: serverPin.parse(toBase64url(random(PIN_BYTES))),
  });
  const by = { kind: 'server', id: '', name: 'populate', address: '' } as const;
  const context: AdministrationContext = { ...control.context, by };
  await createPerson(context, { name: owner.name, displayName: owner.name, rights: 'owner', password: owner.password });
  const home = await createSubscription(context, parseLabel(filling.subscription));
  await applyChanges(context, home, differenceTo(home, policy));
  await activateAll(context, home, filling, machines, clock);
  await assignAll(context, home, machines);
  await control.close();
  await store.recordSightings(
    machines.flatMap(({ name, os, agentVersion, unseenMs }) => {
      const machine = home.machineByName(name);
      if (machine === undefined) return [];
      const seenAt = Math.max(machine.activatedAt, now - unseenMs);
      return { machine: machine.id, seenAt, os, agentVersion };
    }),
  );
}

/** By tokens that are revoked at the end: their secrets follow from the seed. */
async function activateAll(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  { seed, now }: Filling,
  machines: readonly PlannedMachine[],
  clock: Passing,
): Promise<void> {
  const step = Math.floor((now - clock.now()) / (machines.length + 1));
  const tokens = new Map<string, ReturnType<typeof createToken>>();
  const tokenFor = (role: string | null, index: number) => {
    const description = role === null ? `Roll-out ${Math.floor(index / ROLL_OUT) + 1}` : `Image of ${role}`;
    const made =
      tokens.get(description) ??
      createToken(context, home, { description, expiresAt: null, uses: null, group: null, role });
    tokens.set(description, made);
    return made;
  };
  // One challenge for all: nobody listens between.
  const nonce = context.random(CHALLENGE_BYTES);
  const ephemeral = ephemeralKey(context.random(EPHEMERAL_SEED_BYTES));
  const challenge = { nonce: toBase64url(nonce), ephemeral: ephemeral.publicText };
  for (const [index, { name, role, os, agentVersion }] of machines.entries()) {
    clock.pass(step);
    const token = decodeToken((await tokenFor(role, index)).text);
    const shown = activationBy(challenge, token, keysOf(seed, name), name);
    await activate(context, { nonce, ephemeral }, { ...shown, os, agentVersion }, '198.51.100.7');
  }
  for (const made of tokens.values()) await revokeToken(context, home, (await made).token.id);
}

async function assignAll(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  machines: readonly PlannedMachine[],
): Promise<void> {
  const members = new Map<string, string[]>();
  for (const { name, group } of machines) {
    if (group === null) continue;
    const list = members.get(group);
    if (list === undefined) members.set(group, [name]);
    else list.push(name);
  }
  const most = LIMITS.CHANGE_MACHINES_MAX.value;
  const disabled = machines.filter((machine) => machine.disabled).map(({ name }) => name);
  await applyChanges(context, home, [
    ...[...members].map(([group, names]) => ({ do: 'assign' as const, machines: names, group })),
    ...(disabled.length === 0
      ? []
      : [{ do: 'set-disabled' as const, machines: disabled.slice(0, most), disabled: true }]),
  ]);
}

/** A clock that stands still but when time is made to pass; nothing that was to come later ever does. */
class Passing implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  after(): () => void {
    return () => {};
  }
}
