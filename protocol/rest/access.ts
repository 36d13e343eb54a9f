/**
 * REST: who may use all this.
 *
 *     POST   /claim                    one-time secret → API key with `owner` rights (needs nothing)
 *     POST   /welcome                  one-time secret → first person, first subscription, session (needs nothing)
 *     GET    /sign-in                  by which ways one can sign in (needs nothing)
 *     POST   DELETE   /session         signs in (needs nothing), out
 *     GET    PATCH    /account         the person who asks: name, password
 *     POST   DELETE   /account/totp    makes a secret for a second factor; a code confirms it. DELETE takes it away
 *     GET    /account/sessions         DELETE /account/sessions/:session
 *     GET    /oidc/start  /oidc/callback   sign-in at the identity provider (browser navigations; need nothing)
 *     GET    POST     /people          GET PATCH DELETE /people/:person      (need `owner`)
 *     GET    POST     /api-keys        DELETE /api-keys/:key                 (need `owner`)
 */
import { z } from 'zod';
import { subscriptionId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { label } from '../names.ts';
import { displayName, isoTime, nameOrId, rights, version } from './api.ts';

/** What a person signs in by: a name or an e-mail address, compared in lower case. */
export const signInName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[\p{L}\p{N}._%+@-]+$/u)
  .transform((name) => name.toLowerCase());
/** Characters, not bytes. Whether one is too easy to guess is refused as PASSWORD_WEAK. */
export const password = z.string().min(1).max(LIMITS.PASSWORD_MAX_CHARACTERS.value);
const totpCode = z.string().regex(/^\d{6}$/);

/** Exchanges the one-time secret of the first start for an API key. */
export const claim = z.strictObject({ secret: z.string().max(100) });

export const welcome = z.strictObject({
  secret: z.string().max(100),
  name: signInName,
  displayName,
  password,
  /** Name of the first subscription; null if there is one already. */
  subscription: label.nullable().default(null),
});

export const signInWays = z.object({
  /** False as long as nobody administers the server: the first link is to be used. */
  ready: z.boolean(),
  password: z.boolean(),
  /** What the button says; null when no identity provider is set up. */
  oidc: z.object({ label: z.string() }).nullable(),
});
export const signIn = z.strictObject({
  name: z.string().max(120),
  password: z.string().max(1000),
  code: totpCode.optional(),
});

export const account = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  rights,
  totp: z.boolean(),
  hasPassword: z.boolean(),
  version,
});
/** A new password needs the present one, unless there is none. */
export const accountChange = z.strictObject({ displayName, password, presentPassword: z.string().max(1000) }).partial();
/** Without a code: makes a secret. With the secret's first code: switches the second factor on. */
export const totpSetUp = z.strictObject({ code: totpCode.optional() });
/** The secret as base32 and as otpauth:// link; shown until it is confirmed. */
export const totpSecret = z.object({ secret: z.string(), uri: z.string(), confirmed: z.boolean() });
export const totpRemoval = z.strictObject({ presentPassword: z.string().max(1000) });

export const session = z.object({
  id: z.string(),
  createdAt: isoTime,
  lastUsedAt: isoTime,
  expiresAt: isoTime,
  address: z.string(),
  browser: z.string(),
  /** The one that asks. */
  present: z.boolean(),
});

export const person = account.extend({
  disabled: z.boolean(),
  createdAt: isoTime,
  lastSignInAt: isoTime.nullable(),
});
/** Without a password, the person can sign in at the identity provider only. */
export const newPerson = z.strictObject({
  name: signInName,
  displayName,
  rights,
  password: password.nullable().default(null),
});
/** `totp: false` takes a lost second factor away. */
export const personChange = z
  .strictObject({ displayName, rights, disabled: z.boolean(), password, totp: z.literal(false) })
  .partial();

export const apiKey = z.object({
  id: z.string(),
  description: z.string(),
  rights,
  /** The only subscription it is for; null for all. */
  subscription: subscriptionId.nullable(),
  createdAt: isoTime,
  createdBy: z.string(),
  expiresAt: isoTime.nullable(),
  lastUsedAt: isoTime.nullable(),
});
export const newApiKey = z.strictObject({
  description: z.string().max(200).default(''),
  rights: rights.default('administrator'),
  subscription: nameOrId.nullable().default(null),
  expiresAt: isoTime.nullable().default(null),
});
export const createdApiKey = apiKey.extend({ key: z.string() });
