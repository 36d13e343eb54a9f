/**
 * REST: activation tokens and install links. The text of a token is in the answer that creates it and
 * nowhere else: the server keeps a hash. An install link carries the token behind `#`, which a browser
 * never sends, so the server does not see it there either.
 *
 *     GET    POST   /subscriptions/:subscription/tokens           DELETE …/tokens/:token (revokes)
 *     GET           …/tokens/:token/uses                          which machines came by it
 *     GET    POST   /subscriptions/:subscription/install-links    PATCH DELETE …/install-links/:link
 *     GET           /install/:link                                what its page shows (needs nothing)
 *
 * Outside of /api/v1, without rights: `/install/:link` (the page), `/install/:link/linux.sh` and
 * `/downloads/:file`.
 */
import { z } from 'zod';
import { groupId, machineId, roleId } from '../ids.ts';
import { isoTime, nameOrId } from './api.ts';

export const token = z.object({
  id: z.string(),
  description: z.string(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  usesLeft: z.int().nullable(),
  usesTotal: z.int().nullable(),
  /** How many machines came by it. */
  used: z.int(),
  revokedAt: isoTime.nullable(),
  group: groupId.nullable(),
  role: roleId.nullable(),
  /** The install link that it belongs to. */
  installLink: z.string().nullable(),
});
export const newToken = z.strictObject({
  description: z.string().max(200).default(''),
  expiresAt: isoTime.nullable().default(null),
  uses: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Machines activated by it join this group (id or name) … */
  group: nameOrId.nullable().default(null),
  /** … or become instances of this role (id or name). Not both. */
  role: nameOrId.nullable().default(null),
});
/** The only answer that ever holds the token's text. */
export const createdToken = token.extend({ token: z.string() });

export const tokenUse = z.object({ machine: machineId, name: z.string(), at: isoTime, address: z.string() });

export const installLink = z.object({
  id: z.string(),
  description: z.string(),
  createdAt: isoTime,
  enabled: z.boolean(),
  expiresAt: isoTime.nullable(),
  token,
});
/** Makes the token too; it expires with the link. */
export const newInstallLink = newToken;
/** The only answer that ever holds the whole link. */
export const createdInstallLink = installLink.extend({ url: z.string() });
export const installLinkChange = z.strictObject({ enabled: z.boolean(), expiresAt: isoTime.nullable() }).partial();

export const download = z.object({
  os: z.enum(['linux', 'windows', 'macos']),
  architecture: z.enum(['x64', 'arm64']),
  kind: z.enum(['archive', 'deb', 'msi', 'dmg']),
  file: z.string(),
  bytes: z.int(),
  sha256: z.string(),
});

/**
 * What an install page shows. In `commands`, `{token}` stands where the page puts the token. `container`
 * is null for a server that names no image.
 */
export const installPage = z.object({
  subscription: z.string(),
  server: z.string(),
  joins: z.object({ kind: z.enum(['group', 'role']), name: z.string() }).nullable(),
  expiresAt: isoTime.nullable(),
  downloads: z.array(download),
  commands: z.object({ linux: z.string(), container: z.string().nullable() }),
});
export type InstallPage = z.infer<typeof installPage>;
