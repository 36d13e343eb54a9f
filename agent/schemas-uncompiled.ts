/**
 * To be imported before any schema is made: a schema settles then whether it will ever be compiled. A few messages at
 * the start would never earn what compiling a check for each kind of them takes, 30 ms in all.
 */
import { config } from 'zod';

config({ jitless: true });
