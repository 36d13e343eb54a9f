/**
 * `npm run populate`: fills the empty data directory of a relay server with a made-up company, to see how
 * everything is with ten thousand machines. Takes some seconds; the same seed makes the same company.
 *
 *     CAUSEWAY_PASSWORD=… npm run populate -- --data DIR
 *       --machines N      computers and role instances together (10000)
 *       --groups N        (500)
 *       --roles N         (40)
 *       --connections N   (2000)
 *       --subscription NAME   (contoso)
 *       --owner NAME      who may sign in (owner)
 *       --password TEXT   in place of CAUSEWAY_PASSWORD
 *       --seed TEXT       (1)
 *
 * The machines' private keys follow from the seed: nobody but yourself may reach a server on such data.
 */
import { parseArgs } from 'node:util';
import { CausewayError } from '#protocol/errors.ts';
import { fill } from './population/fill.ts';

const USAGE = 2;

// As the server itself: whatever is in its data directory is for this user only.
process.umask(0o077);
try {
  await main();
} catch (error) {
  if (!(error instanceof CausewayError)) throw error;
  console.error(`error ${error.code}: ${error.message}\n  ${error.remedy}`);
  process.exitCode = error.code === 'USAGE' ? USAGE : 1;
}

async function main(): Promise<void> {
  const values = options();
  const dataDirectory = values.data;
  const password = values.password ?? process.env.CAUSEWAY_PASSWORD;
  if (dataDirectory === undefined) throw new CausewayError('USAGE', { issue: 'Name the directory with --data.' });
  if (password === undefined) {
    throw new CausewayError('USAGE', { issue: 'Name a password with --password or in CAUSEWAY_PASSWORD.' });
  }
  const { subscription, owner: name, seed } = values;
  const size = {
    machines: whole('machines', values.machines),
    groups: whole('groups', values.groups),
    roles: whole('roles', values.roles),
    connections: whole('connections', values.connections),
  };
  const from = performance.now();
  await fill({ dataDirectory, size, subscription, owner: { name, password }, seed, now: Date.now() });
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  const [machines, groups, connections] = [size.machines, size.groups, size.connections].map(inWords);
  console.log(`Made ${machines} machines, ${groups} groups and ${connections} connections in ${seconds} s. Start with`);
  console.log('');
  console.log(
    `    npm run causeway-relay -- serve --data '${dataDirectory}' --listen 127.0.0.1:8443 --instances-gone-after never`,
  );
  console.log('');
  console.log(`and sign in as ${name} at https://127.0.0.1:8443/s/${subscription}/computers`);
}

function options() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string' },
        machines: { type: 'string', default: '10000' },
        groups: { type: 'string', default: '500' },
        roles: { type: 'string', default: '40' },
        connections: { type: 'string', default: '2000' },
        subscription: { type: 'string', default: 'contoso' },
        owner: { type: 'string', default: 'owner' },
        password: { type: 'string' },
        seed: { type: 'string', default: '1' },
      },
    }).values;
  } catch (error) {
    throw new CausewayError('USAGE', { issue: error instanceof Error ? `${error.message}.` : String(error) });
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new CausewayError('USAGE', { issue: `--${name} takes a whole number.` });
  return Number(text);
}

function inWords(count: number): string {
  return count.toLocaleString('en');
}
