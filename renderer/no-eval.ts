/** Zod tries whether it may compile its schemas; under the page's policy it may not, and need not ask. */
import { config } from 'zod';

config({ jitless: true });
