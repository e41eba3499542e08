/** Bugs, each in a short drive that is bound to meet it: proof that the checker can fail. A planted worker's Node
 *  rewrites the text of one of our files as it loads it; the files themselves stay as they are. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { DriveOptions } from './drive.ts';
import { startGlobalCursor, numberEventsGlobally } from './global-cursor.ts';
import type { Ground } from './ground.ts';
import type { Edit } from './plant-hook.ts';
import * as scripts from './plant-scripts.ts';
import { planAlike } from './plan/plan.ts';
import { planFailing } from './plan/steps.ts';

type Plant = {
  /** What is rewritten in the workers. */
  readonly edits: readonly Edit[];
  /** What is rewritten in the driver, which does what the API does. */
  readonly driverEdits?: readonly Edit[];
  readonly drive: Omit<DriveOptions, 'seed' | 'signal' | 'tell'>;
  /** What else the bug needs. */
  readonly planted?: Pick<DriveOptions, 'prepare' | 'read'>;
};

const HOOK = pathToFileURL(join(import.meta.dirname, 'plant-hook.ts')).href;

// The shortest at which a worker does not give up its runs between two renewals.
const LEASE_SECONDS = 6;

const SHORT = { workers: 3, seconds: 10, leaseSeconds: LEASE_SECONDS, drainSeconds: 30 };

const sleep = (ms: number) => ({ kind: 'chaos_sleep', name: 'sleep', ms });
const mark = (ms: number) => ({ kind: 'chaos_mark', name: 'mark', ms });

const dropTickKey = ({ pool }: Ground) =>
  pool.query('drop index honeyframe.tick_scenario_id_source_due_at_source_key_key');

export const PLANTS = {
  'no-fence-check': {
    edits: [
      {
        file: 'src/domain/run/publish.ts',
        from: "where id = $1 and fence = $2 and state = 'running'",
        to: 'where id = $1 and $2::int is not null',
      },
      {
        file: 'src/domain/run/flush.sql.ts',
        from: 'and run.fence = d.fence and',
        to: 'and d.fence is not null and',
      },
      // Whoever lost a run is told so at its next renewal, a second line of defence.
      {
        file: 'src/domain/run/renew.sql.ts',
        from: "(run.fence = mine.fence and run.state = 'running') as held",
        to: 'true as held',
      },
      { file: 'worker/claim.ts', from: "() => stopAll('lease_lost'),", to: '() => {},' },
    ],
    drive: {
      ...SHORT,
      seconds: 15,
      plan: planAlike(3, 4, [mark(3000)], {}),
      script: scripts.freezeAtWork,
      env: { CLAIM_BACKSTOP_SECONDS: '0.5' },
    },
  },
  'double-ticks': {
    edits: [
      {
        file: 'src/domain/tick/slot.sql.ts',
        from: 'order by next_due_at limit $1 for update skip locked',
        to: 'order by next_due_at limit $1',
      },
      { file: 'src/domain/run/fire.sql.ts', from: 'on conflict do nothing', to: '' },
    ],
    drive: {
      ...SHORT,
      plan: planAlike(20, 1, [mark(0)], { overlap: 'allow' }),
      script: scripts.wait,
    },
    planted: { prepare: dropTickKey },
  },
  'no-promotion': {
    edits: [
      {
        file: 'src/domain/run/promote.ts',
        from: "where scenario_id = $1 and state = 'waiting' order by",
        to: "where scenario_id = $1 and state = 'waiting' and false order by",
      },
    ],
    drive: {
      ...SHORT,
      drainSeconds: 12,
      plan: planAlike(3, 2, [sleep(2500)], { overlap: 'buffer_one' }),
      script: scripts.wait,
    },
  },
  'no-renewal': {
    edits: [
      {
        file: 'src/domain/run/renew.sql.ts',
        from: "where state = 'running' and lease_until <",
        to: 'where false and lease_until <',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 12,
      plan: planAlike(3, 2, [sleep(10_000)], {}),
      script: scripts.wait,
    },
  },
  'global-cursor': {
    edits: [],
    drive: {
      ...SHORT,
      plan: planAlike(20, 1, [sleep(700), mark(0)], { overlap: 'allow' }),
      script: scripts.cancelSlowly,
    },
    planted: { prepare: numberEventsGlobally, read: startGlobalCursor },
  },
  'calendar-ignored': {
    edits: [
      {
        file: 'src/domain/tick/calendar.ts',
        from: 'excluded: excludedDates.has(day.toString()) || weekdays.includes(day.dayOfWeek),',
        to: 'excluded: excludedDates.has(day.toString()) && weekdays.includes(day.dayOfWeek),',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 4,
      plan: planAlike(5, 1, [mark(0)], { calendar: 'today' }),
      script: scripts.wait,
    },
  },
  'drain-ignored': {
    edits: [
      {
        file: 'src/domain/run/claim.sql.ts',
        from: 'where not o.draining',
        to: 'where o.draining is not null',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 6,
      plan: planAlike(5, 1, [mark(0)], { overlap: 'allow' }),
      script: scripts.drainOften,
    },
  },
  'double-backfill': {
    edits: [],
    driverEdits: [
      {
        file: 'src/domain/tick/fire-backfill.ts',
        from: 'return included.map(',
        to: 'return [...included, ...included].map(',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 4,
      plan: planAlike(3, 1, [mark(0)], { overlap: 'buffer_all' }),
      script: scripts.backfillAll,
    },
    planted: { prepare: dropTickKey },
  },
  'retry-repeats': {
    edits: [
      {
        file: 'worker/execute-run.ts',
        from: "known === undefined || known.state === 'pending' ||",
        to: "known === undefined || known.state === 'reused' || known.state === 'pending' ||",
      },
    ],
    drive: {
      ...SHORT,
      seconds: 6,
      plan: planAlike(5, 1, planFailing(), { overlap: 'allow' }),
      script: scripts.retryAll,
    },
  },
} as const satisfies Record<string, Plant>;

/** Rewrites what the driver is about to load. */
export async function plantHere(name: keyof typeof PLANTS): Promise<void> {
  const { driverEdits = [] }: Plant = PLANTS[name];
  process.env['CHAOS_PLANT'] = JSON.stringify(driverEdits);
  await import('./plant-hook.ts');
}

/** The drive of a plant, with its bug or without. */
export function plantedDrive(name: keyof typeof PLANTS, planted: boolean): Plant['drive'] {
  const plant: Plant = PLANTS[name];
  if (!planted) return plant.drive;
  return {
    ...plant.drive,
    ...plant.planted,
    nodeArgs: ['--import', HOOK],
    env: { ...plant.drive.env, CHAOS_PLANT: JSON.stringify(plant.edits) },
  };
}
