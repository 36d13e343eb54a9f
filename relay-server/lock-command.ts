/**
 * `causeway-relay lock …`: the lock of a subscription, from an administrator's own computer. Keys are made,
 * read and used here; what goes to the server is signed already. A client of the REST API like any other.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import { fingerprintOf } from '#protocol/lock/fingerprint.ts';
import { type LockKey, lockKeyFile, lockKeyOf, newSeed, seedOfFile } from '#protocol/lock/key.ts';
import { newRecoverySecret, recoveryHashOf } from '#protocol/lock/recovery.ts';
import {
  delegateTo,
  followsFrom,
  keysNow,
  type LockPlan,
  pairNames,
  planLock,
  signLock,
} from '#protocol/lock/signing.ts';
import type { LockKeyEntry } from '#protocol/lock/statement.ts';
import { createdToken } from '#protocol/rest/installing.ts';
import { type LockView, lockView } from '#protocol/rest/lock.ts';
import { preSignedToken } from '#protocol/token.ts';
import type { Surroundings } from './command.ts';
import { requireSeenBy, sawBy } from './lock-memory.ts';
import { callRest, json } from './rest-client.ts';
import { contentOf, pathOf, type RestOptions, restOptions, STANDARD_INPUT, serverOf } from './rest-options.ts';

interface Options extends RestOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  /** Of commands that sign with one. */
  readonly lockKey: string;
  /** Of commands that make one. */
  readonly newKey: string;
  readonly name: string;
  readonly group?: string;
  readonly role?: string;
  readonly days: string;
}

const RECOVERY_SECRETS = 2;
const DAY_MS = 86_400_000;

export function addLockCommands(program: Command, around: Surroundings): void {
  const lock = program.command('lock').description('Lock a subscription by keys that its server does not have.');
  const command = (name: string, description: string, act: (options: Options, around: Surroundings) => Promise<void>) =>
    restOptions(lock.command(name).description(description)).action((options: Options) => act(options, around));
  const key = ['--lock-key <file>', 'file with your lock key'] as const;
  const newKey = ['--new-key <file>', 'where to write the new key; must not be there yet'] as const;
  const name = ['--name <name>', 'whose key it is, for people'] as const;
  const yes = ['--yes', 'do not ask'] as const;
  command('status', 'Show the lock, and what waits for a signature.', showStatus);
  command('init', 'Make a key and recovery secrets, and lock the subscription with all that is in it.', setUp)
    .requiredOption(...newKey)
    .requiredOption(...name)
    .option(...yes);
  command('sign', 'Sign the machines and the policy as they are now.', sign)
    .requiredOption(...key)
    .option(...yes);
  command('token', 'Make an activation token whose machines need no further signature.', preSign)
    .requiredOption(...key)
    .option('--group <name>', 'computers that come by it are put in this group')
    .option('--role <name>', 'they become instances of this role')
    .option('--days <number>', 'how long it works, and stands for what came by it', '30');
  command('add-key', 'Let a further key sign.', addKey)
    .requiredOption(...key)
    .requiredOption(...newKey)
    .requiredOption(...name)
    .option(...yes);
  command('rotate', 'Put a new key in the place of yours, without a break.', rotate)
    .requiredOption(...key)
    .requiredOption(...newKey)
    .option(...yes);
  command('remove-key', 'Let a key sign no more; what it alone has signed is signed by yours.', removeKey)
    .requiredOption(...key)
    .requiredOption('--name <name>', 'whose key goes')
    .option(...yes);
  command('off', 'Switch the lock off, with a key.', switchOff)
    .requiredOption(...key)
    .option(...yes);
  command('release', 'Switch the lock off with a recovery secret, read from standard input.', release);
}

async function showStatus(options: Options, around: Surroundings): Promise<void> {
  const view = await viewOf(options, around);
  if (options.json) {
    around.out(JSON.stringify(view));
    return;
  }
  if (view.state === 'off') {
    around.out(`The subscription ${view.subscription.name} is not locked.`);
    return;
  }
  around.out(`The subscription ${view.subscription.name} is locked, by statement ${view.sequence}.`);
  for (const { key, name } of await keysNow(view)) around.out(`  key    ${fingerprintOf(key)}  ${name}`);
  const plan = await planLock(view, Date.now());
  if (nothingIn(plan)) around.out('Nothing waits for a signature.');
  else show(view, plan, around);
}

async function setUp(options: Options, around: Surroundings): Promise<void> {
  const view = await viewOf(options, around);
  if (view.state === 'on') throw new CausewayError('LOCK_ON');
  const secrets = Array.from({ length: RECOVERY_SECRETS }, newRecoverySecret);
  const recovery = secrets.map((secret) => recoveryHashOf(secret) ?? '');
  const key = await newKeyIn(options.newKey, options.name, view);
  const plan = await planLock(view, Date.now(), { keys: () => [{ key: key.publicKey, name: options.name }], recovery });
  await signAndSend({ options, around, view, plan, signer: key });
  if (options.json) {
    around.out(JSON.stringify({ key: key.publicKey, recovery: secrets }));
    return;
  }
  around.out('');
  around.out(`The subscription is locked. Your key is in ${options.newKey}: keep it offline, and a copy elsewhere.`);
  around.out('Should all keys be lost, one of these switches the lock off. They are shown now and never again:');
  around.out('');
  for (const secret of secrets) around.out(`    ${secret}`);
}

async function sign(options: Options, around: Surroundings): Promise<void> {
  const view = await lockedView(options, around);
  const signer = await keyIn(options.lockKey);
  const plan = await planLock(view, Date.now());
  if (nothingIn(plan)) around.out('Nothing waits for a signature.');
  else await signAndSend({ options, around, view, plan, signer });
}

async function preSign(options: Options, around: Surroundings): Promise<void> {
  const [view, signer] = [await lockedView(options, around), await keyIn(options.lockKey)];
  const wanted = options.role ?? options.group;
  if ((options.role === undefined) === (options.group === undefined)) {
    throw new CausewayError('USAGE', { issue: 'Name what machines come into: --group or --role.' });
  }
  const kind = options.role === undefined ? 'group' : 'role';
  const side = view.sides.find((each) => each.kind === kind && (each.name === wanted || each.id === wanted));
  if (side === undefined) throw new CausewayError('NOT_FOUND', { kind, id: wanted ?? '' });
  const days = Number(options.days);
  if (!(days > 0 && days <= 3_650))
    throw new CausewayError('USAGE', { issue: '--days takes a number from 1 to 3650.' });
  const expiresAt = Date.now() + days * DAY_MS;
  const signed = await delegateTo(view, side.id, expiresAt, Date.now(), signer);
  const server = await serverOf(options, around);
  const wish = {
    [kind]: side.id,
    expiresAt: new Date(expiresAt).toISOString(),
    description: `signed before, for ${side.name}`,
  };
  const made = createdToken.parse(JSON.parse(await callRest(server, 'POST', `${pathOf(options)}/tokens`, json(wish))));
  const delegations = [{ token: made.id, text: signed.delegation }];
  await callRest(server, 'PUT', `${pathOf(options)}/lock`, json({ delegations }));
  const text = preSignedToken(made.token, signed);
  signed.seed.fill(0);
  around.out(options.json ? JSON.stringify({ id: made.id, token: text }) : text);
}

async function addKey(options: Options, around: Surroundings): Promise<void> {
  const [view, signer] = [await lockedView(options, around), await keyIn(options.lockKey)];
  const added = await newKeyIn(options.newKey, options.name, view);
  const keys = (before: readonly LockKeyEntry[]) => [...before, { key: added.publicKey, name: options.name }];
  await signAndSend({ options, around, view, plan: await planLock(view, Date.now(), { keys }), signer });
}

async function rotate(options: Options, around: Surroundings): Promise<void> {
  const [view, signer] = [await lockedView(options, around), await keyIn(options.lockKey)];
  const name = (await keysNow(view)).find(({ key }) => key === signer.publicKey)?.name ?? 'lock key';
  const certifier = await newKeyIn(options.newKey, name, view);
  const keys = (before: readonly LockKeyEntry[]) =>
    before.map((entry) => (entry.key === signer.publicKey ? { key: certifier.publicKey, name } : entry));
  const plan = await planLock(view, Date.now(), { keys, anew: true });
  await signAndSend({ options, around, view, plan, signer, certifier });
  if (!options.json) around.out(`Your key is in ${options.newKey} now; ${options.lockKey} signs nothing more.`);
}

async function removeKey(options: Options, around: Surroundings): Promise<void> {
  const [view, signer] = [await lockedView(options, around), await keyIn(options.lockKey)];
  const keys = (before: readonly LockKeyEntry[]) => before.filter(({ name }) => name !== options.name);
  const found = (await keysNow(view)).find(({ name }) => name === options.name);
  if (found === undefined) throw new CausewayError('NOT_FOUND', { kind: 'lock key', id: options.name });
  if (found.key === signer.publicKey) {
    throw new CausewayError('USAGE', { issue: 'That is your own key: exchange it with `rotate`.' });
  }
  await signAndSend({ options, around, view, plan: await planLock(view, Date.now(), { keys, anew: true }), signer });
}

async function switchOff(options: Options, around: Surroundings): Promise<void> {
  const [view, signer] = [await lockedView(options, around), await keyIn(options.lockKey)];
  const plan = await planLock(view, Date.now(), { keys: () => [], recovery: [] });
  await signAndSend({ options, around, view, plan, signer });
}

async function release(options: Options, around: Surroundings): Promise<void> {
  const secret = (await contentOf(STANDARD_INPUT, around)).trim();
  await callRest(await serverOf(options, around), 'POST', `${pathOf(options)}/lock/release`, json({ secret }));
  around.out(options.json ? JSON.stringify({ state: 'off' }) : 'The lock is released.');
}

interface Signing {
  readonly options: Options;
  readonly around: Surroundings;
  readonly view: LockView;
  readonly plan: LockPlan;
  readonly signer: LockKey;
  readonly certifier?: LockKey;
}

/** Shows what it is, asks, signs, and sends what was signed. */
async function signAndSend({ options, around, view, plan, signer, certifier = signer }: Signing): Promise<void> {
  if (!options.json) show(view, plan, around);
  if (!options.json && view.state === 'on' && !followsFrom(view, signer.publicKey)) {
    around.out('Your key has not signed this lock before: make sure that each of the keys above is who it says.');
  }
  if (options.yes !== true) {
    if (around.ask === undefined)
      throw new CausewayError('USAGE', { issue: 'There is nobody to ask: look at it, then add --yes.' });
    if (!(await around.ask('Sign this?'))) throw new CausewayError('USAGE', { issue: 'Nothing was signed.' });
  }
  const update = await signLock(view, plan, signer, certifier);
  await callRest(await serverOf(options, around), 'PUT', `${pathOf(options)}/lock`, json(update));
  const newest = update.statement ?? view.statements.at(-1);
  for (const path of new Set([options.lockKey, options.newKey])) {
    if (path !== undefined && newest !== undefined) await sawBy(path, view.subscription.id, newest);
  }
  around.out(options.json ? JSON.stringify({ sequence: plan.sequence, machines: plan.machines.length }) : 'Signed.');
}

function show(view: LockView, plan: LockPlan, around: Surroundings): void {
  if (plan.claims.keys.length === 0) around.out('The lock is switched off: from then on agents believe the server.');
  for (const { key, name } of plan.claims.keys) around.out(`  key      ${fingerprintOf(key)}  ${name}`);
  const sideName = (id: string | null) => view.sides.find((side) => side.id === id)?.name ?? 'in no group';
  for (const { key, name, side } of plan.machines)
    around.out(`  machine  ${fingerprintOf(key)}  ${name}, ${sideName(side)}`);
  for (const pair of plan.newPairs) around.out(`  allow    ${pairNames(view, pair)}`);
  for (const pair of plan.lostPairs) around.out(`  deny     ${pairNames(view, pair)}`);
  for (const { kind, name } of plan.withdrawn) around.out(`  withdraw ${kind} ${name}`);
}

function nothingIn(plan: LockPlan): boolean {
  return !plan.changed && plan.machines.length === 0;
}

async function viewOf(options: Options, around: Surroundings): Promise<LockView> {
  const text = await callRest(await serverOf(options, around), 'GET', `${pathOf(options)}/lock`);
  return lockView.parse(JSON.parse(text));
}

/** @throws CausewayError LOCK_OFF, LOCK_ROLLED_BACK */
async function lockedView(options: Options, around: Surroundings): Promise<LockView> {
  const view = await viewOf(options, around);
  if (view.state === 'off') throw new CausewayError('LOCK_OFF');
  await requireSeenBy(options.lockKey, view);
  return view;
}

/** @throws CausewayError LOCK_KEY_EXPOSED, LOCK_KEY_MALFORMED, USAGE */
async function keyIn(path: string): Promise<LockKey> {
  let file: FileHandle | undefined;
  try {
    if (((await stat(path)).mode & 0o077) !== 0) throw new CausewayError('LOCK_KEY_EXPOSED', { path });
    file = await open(path);
    const seed = seedOfFile(await file.readFile('utf8'));
    return await lockKeyOf(seed).finally(() => seed.fill(0));
  } catch (error) {
    if (error instanceof CausewayError) throw error;
    throw unusable(path, error);
  } finally {
    await file?.close();
  }
}

/** Written before anything is signed with it. @throws CausewayError USAGE when there is such a file. */
async function newKeyIn(path: string, name: string, view: LockView): Promise<LockKey> {
  const seed = newSeed();
  try {
    const key = await lockKeyOf(seed);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(lockKeyFile(seed, name, key.publicKey, view.subscription.name));
      await file.sync();
    } finally {
      await file.close();
    }
    return key;
  } catch (error) {
    throw unusable(path, error);
  } finally {
    seed.fill(0);
  }
}

function unusable(path: string, error: unknown): CausewayError {
  const cause = error instanceof Error ? error.message : String(error);
  return new CausewayError('USAGE', { issue: `${path} can not be used: ${cause}` }, { cause: error });
}
