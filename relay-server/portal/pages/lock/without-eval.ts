/** Schemas without code made at run time, which the page's policy forbids. Comes before whatever makes a schema. */
import { z } from 'zod';

z.config({ jitless: true });
