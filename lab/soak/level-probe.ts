/**
 * Loaded into every agent and relay server of the soak before their own program (NODE_OPTIONS=--import): at
 * SIGUSR2 it collects all garbage and prints what the process then holds, one JSON object on standard error.
 */
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('SIGUSR2', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { rss, heapUsed, external } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const descriptors = readdirSync('/proc/self/fd').length;
  const held = { rssBytes: rss, heapBytes: heapUsed, externalBytes: external, timers, descriptors };
  process.stderr.write(`${JSON.stringify({ held })}\n`);
});
