/**
 * Who somebody is whom the identity provider has recognised. A person is found by the provider's `sub`,
 * or, once, by a verified e-mail address that is their sign-in name; then the two are bound together.
 * The second factor is the provider's to ask for.
 */
import { CausewayError } from '#protocol/errors.ts';
import { signInName } from '#protocol/rest/access.ts';
import { displayName } from '#protocol/rest/api.ts';
import type { PersonRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { ControlContext } from '../context.ts';
import type { OidcIdentity } from './oidc-provider.ts';
import { makePerson, requireNameFree } from './people.ts';
import type { Visitor } from './session-token.ts';
import { targetOf } from './sessions.ts';
import { beginSession, type SignedIn } from './sign-in.ts';

/** @throws CausewayError OIDC_FAILED */
export async function signInByIdentity(
  context: ControlContext,
  identity: OidcIdentity,
  visitor: Visitor,
): Promise<SignedIn> {
  const person = await personOf(context, identity);
  const refuse = (issue: string) => {
    context.access.refusals.add('session.refuse', visitor.address, person);
    return new CausewayError('OIDC_FAILED', { issue });
  };
  if (person === undefined) throw refuse('nobody of this server has the verified e-mail address that it names');
  if (person.disabled) throw refuse('this person may not sign in here');
  if (person.oidcSubject !== null && person.oidcSubject !== identity.subject) {
    throw refuse('this person signs in with another account of the provider');
  }
  const proofs = { oidcSubject: identity.subject };
  const signedIn = await beginSession(context, person, visitor, proofs, 'identity provider');
  if (signedIn === undefined) throw refuse('this person was changed at the same moment');
  return signedIn;
}

async function personOf(context: ControlContext, identity: OidcIdentity): Promise<PersonRecord | undefined> {
  const { people } = context.store;
  const bound = await people.findByOidcSubject(identity.subject);
  if (bound !== undefined || identity.email === undefined) return bound;
  const named = await people.findByName(identity.email);
  if (named !== undefined || context.access.oidc?.settings.provision !== 'viewer') return named;
  return provision(context, identity.email, identity.displayName);
}

/** Somebody whom no owner has created, where the operator wants that: may look, and nothing else. */
async function provision(
  context: ControlContext,
  email: string,
  called: string | undefined,
): Promise<PersonRecord | undefined> {
  const name = signInName.safeParse(email);
  if (!name.success) return undefined;
  const shown = displayName.safeParse(called);
  const person = await makePerson(context, {
    name: name.data,
    displayName: shown.success ? shown.data : name.data.slice(0, 80),
    rights: 'viewer',
    password: null,
  });
  return context.turns.take(async () => {
    await requireNameFree(context, person.name);
    const by = { kind: 'server', id: '', name: 'identity provider', address: '' } as const;
    const after = { name: person.name, displayName: person.displayName, rights: person.rights };
    const entry = auditEntry(context, by, 'person.create', { target: targetOf(person), after });
    await context.store.people.create(person, entry);
    return person;
  });
}
