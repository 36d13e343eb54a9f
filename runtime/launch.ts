/**
 * The first file of a bundled program NAME.js: loads NAME-main.js, which is all of it, by what V8 made of it at an
 * earlier start. Compiling a megabyte anew takes a sixth of the processor time that a role instance's start does.
 *
 * What was made is kept in `compiled` beside the program, so whoever may write it may write the program too; who may
 * not write there (another user, a read-only file system) uses what is there for them, or starts as slowly as before.
 * Node checks that it belongs to this very program, this Node and its flags.
 */
import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const compiled = fileURLToPath(new URL('compiled', import.meta.url));
try {
  // Node would go by the umask, and it is code.
  mkdirSync(compiled, { mode: 0o700 });
} catch {
  // It is there, or can not be.
}
enableCompileCache(compiled);
await import(import.meta.url.replace(/\.js$/, '-main.js'));
