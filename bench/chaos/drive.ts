/** A whole drive: a Postgres, workers, scenarios, a script that disturbs them, draining, and the checker's verdict.
 *  What failed leaves the workers' logs and the driver's record behind. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOperator } from './act/operator.ts';
import { checkAll, type Verdict } from './check/check.ts';
import { endTriggers, stopEverybody, untilDrained } from './drain.ts';
import { createFleet } from './fleet.ts';
import { prepareGround, type Ground } from './ground.ts';
import type { History } from './history.ts';
import { insertScenarios } from './plan/insert.ts';
import type { Plan } from './plan/plan.ts';
import { createRandom, type Random } from './random.ts';
import { startReaders, type Readers } from './readers.ts';
import type { Script } from './script.ts';

export type DriveOptions = {
  readonly seed: number;
  readonly seconds: number;
  readonly workers: number;
  readonly leaseSeconds: number;
  /** How long nothing may go on while what is under way ends. */
  readonly drainSeconds: number;
  readonly plan: (random: Random, nowMs: number) => Plan[];
  readonly script: Script;
  /** The live readers; those of the product unless given otherwise. */
  readonly read?: (ground: Ground) => Readers;
  /** Done before the first worker starts. */
  readonly prepare?: (ground: Ground) => Promise<unknown>;
  /** Arguments of the workers' Node, and variables. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
};

/** @throws Error when the drive itself could not be carried out; what the scheduler did wrong is in the verdict. */
export async function drive(
  options: DriveOptions,
): Promise<{ history: History; verdict: Verdict }> {
  const { seed, seconds, signal, tell } = options;
  const random = createRandom(seed);
  await using ground = await prepareGround();
  await options.prepare?.(ground);
  tell(`logs in ${ground.folder}`);
  const env = {
    DATABASE_URL: ground.url,
    WORKER_SLOTS: '16',
    LEASE_SECONDS: `${options.leaseSeconds}`,
    SHUTDOWN_GRACE_SECONDS: '5',
    LOG_LEVEL: 'info',
    ...options.env,
  };
  await using fleet = createFleet(env, options.nodeArgs ?? [], ground.folder);
  const readers = (options.read ?? startReaders)(ground);
  const operator = createOperator(ground);
  for (let i = 0; i < options.workers; i++) await fleet.start();

  const startedMs = Date.now();
  const plans = options.plan(random, startedMs);
  const scenarios = await insertScenarios(ground, plans);
  const untilMs = Date.now() + seconds * 1000;
  const stage = { ground, fleet, operator, scenarios, plans, random, untilMs, signal, tell };
  const actions = await options.script(stage);

  const tellTime = (what: string) =>
    tell(`${Math.round((Date.now() - startedMs) / 1000)} s: ${what}`);
  tellTime('the script is over');
  while (fleet.running().length < options.workers) await fleet.start();
  await endTriggers(operator, scenarios);
  const endedMs = Date.now();
  tellTime('nothing is due any more');
  const drained = await untilDrained(ground, options.drainSeconds * 1000, signal);
  tellTime(drained ? 'drained' : 'not drained in time');
  const readings = await readers.finish(drained ? 10_000 : 1_000);
  // What has not ended by now still holds its sessions, rightly.
  const leftovers = drained ? await stopEverybody(ground, fleet) : [];
  const history: History = {
    ...operator.records,
    seed,
    startedMs,
    endedMs,
    drained,
    dayOffsetMs: ground.days.offsetMs,
    scenarios,
    disturbances: fleet.disturbances,
    readings,
    actions,
    surprises: [...operator.records.surprises, ...fleet.surprises],
    leftovers,
  };
  const verdict = await judge(ground, history);
  if (verdict.checks.some(({ violations }) => violations.length > 0)) {
    await writeFile(join(ground.folder, 'history.json'), JSON.stringify(history));
    ground.keepLogs();
  }
  return { history, verdict };
}

/** From one connection, which sees one state of everything. */
async function judge({ pool }: Ground, history: History): Promise<Verdict> {
  const client = await pool.connect();
  try {
    return await checkAll(client, history);
  } finally {
    client.release();
  }
}
