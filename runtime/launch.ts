/**
 * The first file of a bundled program NAME.js: runs NAME-main.js, which is all of it, by what V8 made of it at an
 * earlier start. Compiling a megabyte anew, and each function when it is first called, is a third of the processor
 * time that a role instance's start takes.
 *
 * What was made is kept in `compiled` beside the program, so whoever may write it may write the program too; who may
 * not write there (another user, a read-only file system) uses what is there for them, or starts more slowly.
 */
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';
import { underUsualFlags } from './collector-flags.ts';
import { keepCompiled, readCompiled } from './compiled.ts';

/** By then the program does what it is there for, and has not yet given back what its start took (agent-command.ts). */
const STARTED_AFTER_MS = 4_000;
/** First words of what runs for long, and calls other functions than what asks an agent something. */
const APART = ['agent', 'role', 'serve', 'service'];

const program = fileURLToPath(import.meta.url).replace(/\.js$/, '-main.js');
load()(createRequire(program), program, dirname(program));

/** In a function, so that nothing holds on to source and cache, 3 MB, for as long as the program runs. */
function load(): (require: NodeJS.Require, fileName: string, directory: string) => void {
  const tag = cachedDataVersionTag();
  const file = join(dirname(program), 'compiled', `${basename(program, '.js')}-${kind()}-${engine(tag)}`);
  const source = readFileSync(program);
  const cachedData = readCompiled(file, source);
  const script = new Script(source.toString('latin1'), {
    filename: program,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (script.cachedDataRejected === true) rmSync(file, { force: true });
  if (script.cachedDataRejected !== false) {
    const keep = () => keepCompiled(file, source, () => underUsualFlags(tag, () => script.createCachedData()));
    setTimeout(keep, STARTED_AFTER_MS).unref();
    // What has failed has hardly begun.
    process.once('exit', (code) => code === 0 && keep());
  }
  return script.runInThisContext();
}

function kind(): string {
  const [, , word = ''] = process.argv;
  return APART.includes(word) ? word : 'other';
}

/** What is kept is of use to the same V8 under the same flags. The tag would tell both, and the processor, which is no matter. */
function engine(tag: number): string {
  const usual = process.execArgv.length === 0 && process.env.NODE_OPTIONS === undefined;
  return `${process.version}-${process.arch}${usual ? '' : `-${tag.toString(16)}`}`;
}
