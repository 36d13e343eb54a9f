/** What the API answers, as types. Made of the schemas in protocol/rest.ts, of which nothing is loaded. */
import type { z } from 'zod';
import type { apiKey, connection, group, machine, reachability, role, subscription, token } from '#protocol/rest.ts';

export interface List<Item> {
  readonly items: readonly Item[];
  /** To be passed as `after` for the following page; null at the end. */
  readonly next: string | null;
}
export type ApiKey = z.infer<typeof apiKey>;
export type Connection = z.infer<typeof connection>;
export type Group = z.infer<typeof group>;
export type Machine = z.infer<typeof machine>;
export type Reachability = z.infer<typeof reachability>;
export type Role = z.infer<typeof role>;
export type Subscription = z.infer<typeof subscription>;
export type Token = z.infer<typeof token>;
