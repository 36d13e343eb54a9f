/**
 * What an administrator does to install links: a token that has a page of its own, so that whoever is
 * sent the link can install an agent and activate it without knowing what either is.
 */
import { toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { tokenSecretHash } from '#protocol/proofs.ts';
import { decodeToken } from '#protocol/token.ts';
import { newId } from '../../random.ts';
import type { InstallLinkChange } from '../../store/installing-store.ts';
import type { InstallLinkRecord, TokenRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { requirePresent } from './present.ts';
import { makeToken, requireUsable, type TokenWish, tellTokens, toldOf } from './tokens.ts';

export interface LinkWithToken {
  readonly link: InstallLinkRecord;
  readonly token: TokenRecord;
}

/**
 * Makes a link and its token, which expires with it.
 * @returns also the token's text: the store has it in no form.
 * @throws CausewayError NOT_FOUND, ROLE_INSTANCE_IN_GROUP
 */
export function createInstallLink(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  wish: TokenWish,
): Promise<LinkWithToken & { text: string }> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const { token, text } = makeToken(context, subscription, wish);
    const link: InstallLinkRecord = {
      id: newId<string>(context.random),
      subscription: subscription.id,
      token: token.id,
      description: wish.description,
      enabled: true,
      createdAt: token.createdAt,
      expiresAt: token.expiresAt,
    };
    const audit = entry(context, subscription, 'install-link.create', link, { after: toldOf(subscription, token) });
    await context.store.installing.createLink(link, token, audit);
    tellTokens(context, subscription, 'install-links');
    return { link, token, text };
  });
}

/** Switches it off or on, or moves its end. @throws CausewayError NOT_FOUND */
export function changeInstallLink(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  id: string,
  change: InstallLinkChange,
): Promise<LinkWithToken> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const { link, token } = await find(context, subscription, id);
    const after = { ...link, ...change };
    const told = { before: switches(link), after: switches(after) };
    const audit = entry(context, subscription, 'install-link.change', link, told);
    await context.store.installing.changeLink(link, change, audit);
    tellTokens(context, subscription, 'install-links');
    return { link: after, token: { ...token, expiresAt: after.expiresAt } };
  });
}

/** Its token is revoked; machines activated by it stay. @throws CausewayError NOT_FOUND */
export function removeInstallLink(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  id: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, subscription);
    const { link } = await find(context, subscription, id);
    const audit = entry(context, subscription, 'install-link.remove', link, { before: switches(link) });
    await context.store.installing.removeLink(link, context.clock.now(), audit);
    tellTokens(context, subscription, 'install-links');
  });
}

/**
 * For whoever was sent the link, without rights.
 * @throws CausewayError INSTALL_LINK_CLOSED, alike for one that was switched off, has ended, or never was
 */
export async function openInstallLink(
  context: ControlContext,
  id: string,
): Promise<LinkWithToken & { subscription: SubscriptionDirectory }> {
  const found = await context.store.installing.findLink(id);
  const subscription = found && context.directory.get(found.link.subscription);
  const now = context.clock.now();
  if (found === undefined || subscription === undefined || !isOpen(found.link, now) || found.token.revokedAt !== null) {
    throw new CausewayError('INSTALL_LINK_CLOSED');
  }
  return { ...found, subscription };
}

/**
 * For whoever shows the link's token. Unlike {@link openInstallLink}, which tells a stranger nothing, this
 * says what is wrong with it: who has the token may know.
 * @returns the token as it is written
 * @throws CausewayError TOKEN_MISTYPED, TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED, TOKEN_EXHAUSTED,
 *   INSTALL_LINK_CLOSED
 */
export async function showToken(
  context: ControlContext,
  id: string,
  text: string,
): Promise<{ readonly token: string; readonly subscription: SubscriptionDirectory }> {
  const { subscription, secret } = decodeToken(text);
  const token = await context.store.installing.findToken(subscription, toHex(tokenSecretHash(secret)));
  const found = await context.store.installing.findLink(id);
  if (token === undefined || found?.token.id !== token.id) throw new CausewayError('TOKEN_UNKNOWN');
  requireUsable(token, context.clock.now());
  return { token: text.replace(/\s+/g, ''), subscription: (await openInstallLink(context, id)).subscription };
}

/** Whether the link, and with it its token, works now. */
export function isOpen(link: InstallLinkRecord, now: number): boolean {
  return link.enabled && (link.expiresAt === null || link.expiresAt > now);
}

async function find(context: ControlContext, subscription: SubscriptionDirectory, id: string): Promise<LinkWithToken> {
  const found = await context.store.installing.findLink(id);
  if (found?.link.subscription !== subscription.id) throw new CausewayError('NOT_FOUND', { kind: 'install link', id });
  return found;
}

function entry(
  context: AdministrationContext,
  subscription: SubscriptionDirectory,
  action: string,
  link: InstallLinkRecord,
  told: Pick<Parameters<typeof auditEntry>[3], 'before' | 'after'>,
) {
  return auditEntry(context, context.by, action, {
    subscription: { id: subscription.id, name: subscription.record.name },
    target: { kind: 'install-link', id: link.id, name: link.description },
    ...told,
  });
}

function switches({ enabled, expiresAt }: InstallLinkRecord): Record<string, unknown> {
  return { enabled, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
}
