/**
 * `npm run demo`: two computers in an office and a role instance in a cloud reach each other through the
 * relay, before your eyes.
 *
 *     npm run demo                            stays up afterwards, until Ctrl-C
 *     npm run demo -- --once                  ends after the steps
 *     npm run demo -- --json                  prints one JSON object last; the steps go to standard error
 *     npm run demo -- shell HOST [COMMAND…]   opens a shell on a host of the running demo
 */
import { tellDemo } from './demo-story.ts';
import { enterEnclosure } from './hosts/enclosure.ts';
import { Narration } from './narration.ts';
import { LAB_COMMANDS, obstacle, SQL_COMMANDS } from './prerequisites.ts';
import { openShell } from './shell.ts';

const [first, ...rest] = process.argv.slice(2);
const once = process.argv.includes('--once');
const json = process.argv.includes('--json');
const narration = new Narration(json ? process.stderr : process.stdout, process.env);

if (first === 'shell') process.exitCode = openShell(rest, (sentence) => narration.line(sentence));
else await demo();

async function demo(): Promise<void> {
  const skipped = obstacle([...LAB_COMMANDS, ...SQL_COMMANDS], (sentence) => narration.line(sentence));
  if (skipped !== null) {
    narration.line(`The demo can not run here. ${skipped}`);
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, steps: [], skipped })}\n`);
    process.exitCode = 1;
    return;
  }
  const enclosure = await enterEnclosure();
  narration.title('Causeway: one private network for an office and a cloud, through a relay that cannot read it');
  const result = await tellDemo(enclosure, narration);
  if (result.ok && !once) await stayUp(enclosure.stop);
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(result.ok ? 0 : 1);
}

async function stayUp(stop: AbortSignal): Promise<void> {
  narration.line(`
The network stays up. From another terminal, in this directory:

  npm run demo -- shell web-1                       a shell on the role instance in the cloud
  npm run demo -- shell web-1 ping sql01            the computer in the office, by name
  npm run demo -- shell web-1 curl http://sql01/
  npm run demo -- shell web-1 psql -h sql01         its database
  npm run demo -- shell sql01 causeway status       what the agent has proven, and when
  npm run demo -- shell pc02 ping sql01             fails: no connection joins these two

The hosts are sql01, pc02 (office), web-1 (cloud), relay, and the routers office and cloud.
Ctrl-C ends everything, and leaves nothing behind.`);
  if (stop.aborted) return;
  const idle = setInterval(() => undefined, 60_000); // an abort listener alone keeps no process alive
  await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  clearInterval(idle);
  narration.line('\nEverything is taken down.');
}
