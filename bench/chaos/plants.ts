/** Five bugs, each in a short drive that is bound to meet it: proof that the checker can fail. A planted worker's Node
 *  rewrites the text of one of our files as it loads it; the files themselves stay as they are. */
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { DriveOptions } from './drive.ts';
import { startGlobalCursor, numberEventsGlobally } from './global-cursor.ts';
import { persist } from './ground.ts';
import type { Overlap } from './history.ts';
import type { Edit } from './plant-hook.ts';
import type { Plan } from './scenarios.ts';
import type { Script } from './script.ts';

type Plant = {
  /** What is rewritten. */
  readonly edits: readonly Edit[];
  readonly drive: Omit<DriveOptions, 'seed' | 'signal' | 'tell'>;
  /** What else the bug needs. */
  readonly planted?: Pick<DriveOptions, 'prepare' | 'read'>;
};

const HOOK = pathToFileURL(join(import.meta.dirname, 'plant-hook.ts')).href;

// The shortest at which a worker does not give up its runs between two renewals.
const LEASE_SECONDS = 6;

const SHORT = { workers: 3, seconds: 10, leaseSeconds: LEASE_SECONDS, drainSeconds: 30 };

const wait: Script = async ({ untilMs, signal }) => {
  await delay(Math.max(0, untilMs - Date.now()), undefined, { signal });
  return {};
};

/** Freezes a worker that works on a run, and wakes it as soon as another has taken the run over. */
const freezeAtWork: Script = async ({ ground: { pool }, fleet, untilMs, signal }) => {
  let frozen = 0;
  while (Date.now() < untilMs && !signal.aborted) {
    const { rows } = await persist(() =>
      pool.query<{ id: number; fence: number; workerId: string }>(
        `select id, fence, worker_id as "workerId" from run where state = 'running' limit 1`,
      ),
    );
    const [run] = rows;
    if (!run || !fleet.running().includes(run.workerId)) {
      await delay(50);
      continue;
    }
    const awake = fleet.freeze(run.workerId, 30_000);
    frozen += 1;
    for (;;) {
      const { rowCount } = await pool.query(
        `select from run where id = $1 and fence > $2 and worker_id <> $3`,
        [run.id, run.fence, run.workerId],
      );
      if (rowCount === 1) break;
      await delay(20, undefined, { signal });
    }
    fleet.wakeAll();
    await awake;
    await delay(2000);
  }
  return { freeze: frozen };
};

const cancelSlowly: Script = async ({ operator, random, untilMs }) => {
  let cancels = 0;
  for (; Date.now() < untilMs; cancels++) {
    await operator.cancel((count) => random.int(0, Math.max(0, count - 1)), 100);
    await delay(50);
  }
  return { cancelSlowly: cancels };
};

/** Scenarios that are all alike. */
function alike(
  count: number,
  seconds: number,
  overlap: Overlap,
  steps: Plan['steps'],
): DriveOptions['plan'] {
  return (_random, nowMs) => {
    const createdAt = new Date(Math.ceil(nowMs / 1000) * 1000);
    const rule = {
      kind: 'interval' as const,
      everyMs: seconds * 1000,
      anchorMs: createdAt.getTime(),
    };
    const plan: Plan = {
      trigger: { interval: `${seconds}s` },
      rule,
      upstream: null,
      createdAt,
      firstDueMs: createdAt.getTime() + 1000 * seconds,
      overlap,
      catchup: 'last',
      catchupWindowSeconds: 86_400,
      maxCatchupRuns: 100,
      policies: { overlap },
      steps,
    };
    return Array.from({ length: count }, () => plan);
  };
}

const sleep = (ms: number) => ({ kind: 'chaos_sleep', name: 'sleep', ms });
const mark = (ms: number) => ({ kind: 'chaos_mark', name: 'mark', ms });

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
      plan: alike(3, 4, 'skip', [mark(3000)]),
      script: freezeAtWork,
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
    drive: { ...SHORT, plan: alike(20, 1, 'allow', [mark(0)]), script: wait },
    planted: {
      prepare: ({ pool }) =>
        pool.query('drop index honeyframe.tick_scenario_id_source_due_at_source_key_key'),
    },
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
      plan: alike(3, 2, 'buffer_one', [sleep(2500)]),
      script: wait,
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
    drive: { ...SHORT, seconds: 12, plan: alike(3, 2, 'skip', [sleep(10_000)]), script: wait },
  },
  'global-cursor': {
    edits: [],
    drive: {
      ...SHORT,
      plan: alike(20, 1, 'allow', [sleep(700), mark(0)]),
      script: cancelSlowly,
    },
    planted: { prepare: numberEventsGlobally, read: startGlobalCursor },
  },
} as const satisfies Record<string, Plant>;

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
