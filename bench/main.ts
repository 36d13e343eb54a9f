/**
 * `npm run bench`: lists the suites, or runs one.
 *
 *     npm run bench -- list
 *     npm run bench -- NAME [--json]      prints a table, or one JSON object last
 */
import { suite as relay } from './relay.ts';
import { suite as roundTrip } from './round-trip.ts';
import { suite as tunnel } from './tunnel.ts';
import { suite as tunnelCore } from './tunnel-core.ts';

const SUITES = [tunnel, roundTrip, relay, tunnelCore] as const;

const name = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'list';
const json = process.argv.includes('--json');
const suite = SUITES.find((known) => known.name === name);

if (suite !== undefined) {
  const result = await suite.run({ json });
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit();
}
if (name !== 'list') {
  process.stderr.write(`There is no suite ${name}.\n`);
  process.exitCode = 2;
}
for (const known of SUITES) process.stdout.write(`${known.name.padEnd(14)}${known.summary}\n`);
