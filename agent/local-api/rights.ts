/**
 * Who may do what by the local API: one rule, as a table of the methods. The owner may everything. Other
 * users may look, connect and disconnect; what can not be taken back without an administrator's token
 * stays with the owner. Pure.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { LocalCaller, LocalMethod, LocalParsedParams } from '#protocol/local-api.ts';

/** What of a call is refused to a user, in words that go on "may not …"; undefined when nothing is. */
type Rule<Method extends LocalMethod> = (params: LocalParsedParams<Method>, activated: boolean) => string | undefined;

const nothing = () => undefined;

const REFUSED_TO_USERS: { readonly [Method in LocalMethod]: Rule<Method> } = {
  status: nothing,
  watch: nothing,
  up: ({ token }, activated) =>
    token !== undefined && activated ? 'activate this computer again: it is a member of a subscription' : undefined,
  down: ({ forget }) => (forget ? 'take this computer out of its subscription' : undefined),
  refresh: nothing,
  peers: nothing,
  ping: nothing,
  resolve: nothing,
  diagnose: nothing,
  bundle: nothing,
};

/**
 * @param params as the method's schema has parsed them
 * @param activated whether this computer is a member of a subscription
 * @returns PRIVILEGE_MISSING, or undefined when the caller may do it
 */
export function refusalOf<Method extends LocalMethod>(
  caller: LocalCaller,
  method: Method,
  params: LocalParsedParams<Method>,
  activated: boolean,
): CausewayError | undefined {
  if (caller === 'owner') return undefined;
  const action = REFUSED_TO_USERS[method](params, activated);
  if (action === undefined) return undefined;
  return new CausewayError('PRIVILEGE_MISSING', { action, otherwise: 'ask whoever administers this computer' });
}
