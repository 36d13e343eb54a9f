/**
 * The simulation by command (docs/simulation.md):
 *
 *     npm run simulate                            seeds that have failed once, then from 1, 100,000 steps in all
 *     npm run simulate -- --seed N [--trace N]    one seed again, with the last lines of its trace when it fails
 *     npm run simulate -- --minutes N [--first N] seed after seed for so long
 *     npm run simulate -- --plant NAME            with a bug that it must find (planted-bugs.ts)
 *
 * Ends at the first seed that fails, prints the command that runs it again, and exits with 1.
 */
import { parseArgs } from 'node:util';
import { plant } from './plant.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    steps: { type: 'string', default: '2000' },
    total: { type: 'string', default: '100000' },
    minutes: { type: 'string' },
    trace: { type: 'string', default: '40' },
    plant: { type: 'string' },
  },
});
const first = Number(values.seed ?? values.first);
const most = values.seed === undefined ? Number(values.seeds ?? Number.POSITIVE_INFINITY) : 1;
if (values.plant !== undefined) plant(values.plant);
// Behind the planting, which works on what is loaded after it.
const { run } = await import('./simulation.ts');

const { REGRESSIONS } = await import('./regressions.ts');

const sum = { seeds: 0, steps: 0, simulatedMinutes: 0, sent: 0, delivered: 0, attacks: 0 };
const began = process.hrtime.bigint();
const goesOn = () => {
  const minutes = Number(process.hrtime.bigint() - began) / 60e9;
  return (
    sum.seeds < most &&
    (values.minutes === undefined ? sum.steps < Number(values.total) : minutes < Number(values.minutes))
  );
};
const kept = values.seed === undefined && values.plant === undefined ? REGRESSIONS : [];
for (let turn = 0; turn < kept.length || goesOn(); turn++) {
  const { seed, steps } = kept[turn] ?? { seed: first + turn - kept.length, steps: Number(values.steps) };
  const one = await run({ seed, steps });
  sum.seeds++;
  sum.steps += one.steps;
  sum.simulatedMinutes += one.simulatedMs / 60_000;
  for (const name of ['sent', 'delivered', 'attacks'] as const) sum[name] += one[name];
  if (values.seed !== undefined) console.log(`trace ${one.digest}, ${one.steps} steps`);
  if (one.failure === undefined) continue;
  const { trace, message } = one.failure;
  for (const line of trace.slice(Math.max(0, trace.length - Number(values.trace)))) console.log(line);
  console.log(`seed ${seed} failed: ${message}`);
  console.log(`again: npm run simulate -- --seed ${seed} --steps ${steps}`);
  process.exit(1);
}
const seconds = (Number(process.hrtime.bigint() - began) / 1e9).toFixed(1);
console.log(
  `${sum.seeds} seeds, ${sum.steps} steps, ${sum.simulatedMinutes.toFixed(0)} simulated minutes in ${seconds} s: ` +
    `${sum.sent} packets sent, ${sum.delivered} delivered, ${sum.attacks} attempts of attackers, no invariant broken`,
);
