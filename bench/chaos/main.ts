/** `npm run chaos`: drives workers and scenarios through crashes, freezes, restarts, cut connections and busy people,
 *  then checks every promise against the rows. Exit 1 names each violation by its ids.
 *
 *    --seconds 600    --seed <number>    --workers 4
 *    --scenarios 270  by time             --upstream 30      on the success of others
 *    --json           the verdict as JSON on standard output
 *    --plant <name>   a short drive with a bug built in, which must be found: see plants.ts
 *    --drive <name>   the same drive without the bug */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { stopSignal } from '#platform/stop-signal.ts';
import type { DriveOptions } from './drive.ts';
import { PLANTS, plantedDrive, plantHere } from './plants.ts';
import { planScenarios, withDownstreams } from './plan/plan.ts';
import { reportText } from './report.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: `${randomInt(1, 2 ** 31)}` },
    scenarios: { type: 'string', default: '270' },
    upstream: { type: 'string', default: '30' },
    workers: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
    plant: { type: 'string' },
    drive: { type: 'string' },
  },
});

const tell = (line: string) => process.stderr.write(`${line}\n`);
const name = values.plant ?? values.drive;
if (name !== undefined && !(name in PLANTS)) {
  tell(`There is no plant "${name}"; there are ${Object.keys(PLANTS).join(', ')}.`);
  process.exit(2);
}
const plant = name as keyof typeof PLANTS;
if (values.plant !== undefined) await plantHere(plant);
// Loaded only now: what is planted is rewritten as it is loaded.
const { drive } = await import('./drive.ts');
const seed = Number(values.seed);
const seconds = Number(values.seconds);
const common = { seed, signal: stopSignal(), tell };
const options: DriveOptions =
  name === undefined
    ? {
        ...common,
        seconds,
        workers: Number(values.workers),
        // A short drive has no time for many leases of 15 s.
        leaseSeconds: seconds < 120 ? 8 : 15,
        drainSeconds: 60,
        plan(random, nowMs) {
          const plans = planScenarios(Number(values.scenarios), random, nowMs);
          return withDownstreams(Number(values.upstream), random, plans);
        },
        script: (await import('./script.ts')).playChaos,
      }
    : { ...common, ...plantedDrive(plant, values.plant !== undefined) };

tell(`seed ${seed}`);
const { history, verdict } = await drive(options);
const failed = verdict.checks.some(({ violations }) => violations.length > 0);
if (values.json) {
  const { actions, drained } = history;
  process.stdout.write(`${JSON.stringify({ seed, failed, actions, drained, ...verdict })}\n`);
}
(values.json ? process.stderr : process.stdout).write(reportText(verdict, history));
process.exit(failed ? 1 : 0);
