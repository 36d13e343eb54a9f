/**
 * REST: how the two ends of a connection are named.
 */
import { z } from 'zod';
import { groupId, roleId } from '../ids.ts';
import { displayName } from './api.ts';

export const sideKind = z.enum(['group', 'role']);

/** A group or role by its id or by its name. */
export const newSide = z.union([
  z.object({ kind: sideKind, id: z.union([groupId, roleId]) }),
  z.object({ kind: sideKind, name: displayName }),
]);
export type NewSide = z.infer<typeof newSide>;

/** Making a connection that is there already answers 200 with it. */
export const newConnection = z.strictObject({ a: newSide, b: newSide });
