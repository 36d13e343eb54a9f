/**
 * The first person of a server, or another owner after `reset-admin`: whoever shows the one-time secret.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import { newId } from '../../random.ts';
import type { SubscriptionRecord } from '../../store/records.ts';
import { firstSecretHash, requireFirstSecret } from '../administration/api-keys.ts';
import { auditEntry } from '../audit.ts';
import type { ControlContext } from '../context.ts';
import { makePerson, requireNameFree } from './people.ts';
import { newSession, type Visitor } from './session-token.ts';
import { actorOf, targetOf } from './sessions.ts';
import type { SignedIn } from './sign-in.ts';

export interface Newcomer {
  readonly secret: string;
  readonly name: string;
  readonly displayName: string;
  readonly password: string;
  readonly subscription: Label | null;
}

/**
 * Person, subscription and session are made together with taking the secret, or none of them.
 * @throws CausewayError SECRET_REFUSED before anything else is said; then EXISTS_ALREADY, PASSWORD_WEAK
 */
export async function welcome(context: ControlContext, newcomer: Newcomer, visitor: Visitor): Promise<SignedIn> {
  const { access, store, directory } = context;
  access.takeSecret(visitor.address);
  const refused = (error: unknown) => {
    access.refusals.add('first-secret.refuse', visitor.address);
    return error;
  };
  await requireFirstSecret(store, newcomer.secret).catch((error) => {
    throw refused(error);
  });
  const known = newcomer.subscription === null ? [] : [newcomer.subscription];
  const person = await makePerson(context, { ...newcomer, rights: 'owner' }, known);
  return context.turns.take(async () => {
    await requireNameFree(context, person.name);
    const subscription = newSubscription(context, newcomer.subscription);
    const now = context.clock.now();
    const { record, token } = newSession(context.random, now, person.id, visitor);
    const by = actorOf(person, visitor.address);
    const target = targetOf(person);
    const entries = [
      auditEntry(context, by, 'person.create', {
        target,
        after: { name: person.name, displayName: person.displayName, rights: person.rights, by: 'one-time secret' },
      }),
      auditEntry(context, by, 'session.begin', { target, after: { way: 'one-time secret', secondFactor: false } }),
    ];
    if (subscription !== null) {
      const { id, name } = subscription;
      const told = { subscription: { id, name }, target: { kind: 'subscription', id, name }, after: { name } };
      entries.push(auditEntry(context, by, 'subscription.create', told));
    }
    const first = { ...person, lastSignInAt: now };
    const secretHash = firstSecretHash(newcomer.secret);
    if (!(await store.people.welcome({ secretHash, person: first, subscription, session: record, entries }))) {
      throw refused(new CausewayError('SECRET_REFUSED'));
    }
    if (subscription !== null) directory.putSubscription(subscription);
    access.tell('people', person.name);
    context.logger.info({ person: person.id }, 'the one-time secret made an owner');
    return { person: first, token };
  });
}

function newSubscription(context: ControlContext, name: Label | null): SubscriptionRecord | null {
  if (name === null) return null;
  if (context.directory.hasName(name)) throw new CausewayError('EXISTS_ALREADY', { kind: 'subscription', name });
  const id = newId<SubscriptionId>(context.random);
  return { id, name, createdAt: context.clock.now(), policyVersion: 1, version: 1 };
}
