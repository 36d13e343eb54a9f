/**
 * What an agent finds when it looks at every link of its chain, in the form in which it is sent to the
 * server and shown in the portal.
 */
import { z } from 'zod';

/** One thing that the agent has looked at, as `causeway diagnose` shows it. */
export const diagnosticCheck = z.object({
  name: z.string().max(80),
  result: z.enum(['ok', 'failed', 'skipped', 'warning']),
  sentence: z.string().max(500),
  remedy: z.string().max(500).nullable(),
});
export type DiagnosticCheck = z.infer<typeof diagnosticCheck>;
