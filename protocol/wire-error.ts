/**
 * A refusal as it travels, the same in REST answers, control messages, the local API and the status.
 * What it may say is the catalogue's (errors.ts); here is only its shape.
 */
import { z } from 'zod';
import { WIRE_SENTENCE_MAX } from './errors.ts';

export const wireError = z.object({
  code: z.string().max(60),
  message: z.string().max(WIRE_SENTENCE_MAX),
  remedy: z.string().max(WIRE_SENTENCE_MAX),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
