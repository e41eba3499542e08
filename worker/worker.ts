/** A whole worker: heartbeat, ticker, claims, execution and journal over connections of their own. */
import type { Config } from '#platform/config.ts';
import { createPool, isTransient } from '#platform/db.ts';
import { listen } from '#platform/listen.ts';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { createMetrics, type Metrics } from '#platform/metrics.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { CHANNELS } from '#domain/event/channels.ts';
import { addFigures } from '#domain/figures/figures.ts';
import { recordLeave } from '#domain/heartbeat/beat.sql.ts';
import { limitsInUse } from '#domain/run/claim-limited.ts';
import { giveUpUnstarted } from '#domain/run/give-up-unstarted.ts';
import { promoteWaiting } from '#domain/run/promote.ts';
import { settleOnce } from '#domain/run/settle.ts';
import { resumeEnded } from '#domain/scenario/operate-scenario.ts';
import type { Registry } from '#domain/step/kind.ts';
import { createHold } from '#domain/tick/hold.ts';
import { createSlots } from './claim.ts';
import { startDelivery } from './deliver.ts';
import { startAgain } from './deliver-again.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createJournal } from './journal.ts';
import { createMeters } from './meters.ts';
import { keepPartitions } from './partitions.ts';
import { keepRetention } from './retention.ts';
import { createShared } from './shared.ts';
import { startTicker } from './tick.ts';

export type WorkerOptions = Pick<
  Config,
  | 'workerId'
  | 'workerSlots'
  | 'leaseSeconds'
  | 'heartbeatSeconds'
  | 'claimBackstopSeconds'
  | 'tickBackstopSeconds'
  | 'startHeld'
  | 'secretKey'
> & {
  /** For steps run_python; the defaults of the configuration when left out. */
  readonly python?: Config['python'];
  /** Where people find the console, for links in mails. */
  readonly publicUrl?: string | undefined;
  /** How recipes are built on this machine. */
  readonly dbt?: Config['dbt'] | undefined;
  readonly url: string;
  readonly listenUrl: string;
  readonly version: string;
  /** How old the beat of a live worker may be, for the figures. Default 90. */
  readonly heartbeatStaleSeconds?: number;
  /** Opens the mail connector's password; without it only servers that need none are spoken to. */
  readonly secretKey?: SecretKey | undefined;
};

export type Worker = {
  /** Settles once notifications are heard: what is queued from now on is claimed at once. */
  readonly ready: Promise<void>;
  /** How long its ticker has been in one pass, or asleep: more than its longest sleep means that it is stuck. */
  tickerStillMs(): number;
  /** Takes nothing new, lets runs finish within the grace, hands back the rest and closes every connection. */
  stop(graceMs: number): Promise<void>;
};

// The journal's and the claim's statements take arrays: custom plans for those cost more than they give.
const HOT = { plan_cache_mode: 'force_generic_plan', jit: 'off' };
const RENEW_EVERY_MS = 1_000;
const HEARTBEAT_STALE_SECONDS = 90;
// Beyond the grace: long enough for a database that restarts, short enough for whoever waits for the stop.
const ABANDON_AFTER_MS = 5_000;

/** @param metrics where its figures are kept; none are unless given. */
export function startWorker(
  options: WorkerOptions,
  kinds: Registry,
  log: Log,
  metrics: Metrics = createMetrics(log),
): Worker {
  const { url } = options;
  const meters = createMeters(metrics);
  const pools = {
    journal: createPool(url, { name: 'hf journal', max: 1, log, settings: HOT }),
    claim: createPool(url, { name: 'hf claim', max: 2, log, settings: HOT }),
    tick: createPool(url, { name: 'hf tick', max: 1, log }),
    beat: createPool(url, { name: 'hf heartbeat', max: 1, log }),
    work: createPool(url, { name: 'hf worker', max: 4, log }),
    tell: createPool(url, { name: 'hf tell', max: 2, log }),
  };
  const shared = createShared({
    ...{ url, log, pool: pools.work },
    ...{ secretKey: options.secretKey, publicUrl: options.publicUrl, python: options.python },
    dbt: options.dbt,
  });
  const journal = createJournal(pools.journal, log);
  const ended = new Set<number>();
  const slots = createSlots(
    { url, pool: pools.work, journal, kinds, log, shared, secretKey: options.secretKey },
    pools.claim,
    {
      workerId: options.workerId,
      slots: options.workerSlots,
      leaseSeconds: options.leaseSeconds,
      meters,
      onFree: () => claiming.wake(),
      onEnd(scenarioId) {
        ended.add(scenarioId);
        promoting.wake();
      },
      onFailure: () => settling.wake(),
    },
  );

  const backstopMs = options.claimBackstopSeconds * 1000;
  let limited = true;
  const claiming = loop(
    'claim',
    async () => {
      const more = await slots.claimPass('queued');
      const moreLimited = limited && (await slots.claimPass('limited'));
      return more || moreLimited ? 0 : backstopMs;
    },
    { everyMs: backstopMs, log },
  );
  const recovering = loop(
    'recover',
    async () => {
      await slots.claimPass('expired');
      limited = await limitsInUse(pools.claim);
      await giveUpUnstarted(pools.work);
      await promoteWaiting(pools.work, null);
      if ((await resumeEnded(pools.work)) > 0) ticking.wake();
    },
    { everyMs: backstopMs, log },
  );
  const promoting = loop(
    'promote',
    async () => {
      const scenarioIds = [...ended];
      ended.clear();
      if (scenarioIds.length > 0) await promoteWaiting(pools.work, scenarioIds);
    },
    { everyMs: backstopMs, log },
  );
  // Five looks before a lease of any length would have to be given up.
  const renewEveryMs = Math.min(RENEW_EVERY_MS, options.leaseSeconds * 100);
  const renewing = loop('renew', () => slots.renewPass(), { everyMs: renewEveryMs, log });
  const hold = createHold(pools.tick, options.startHeld);
  const ticking = startTicker(pools.tick, log, options.tickBackstopSeconds * 1000, hold, meters);
  const settling = loop(
    'settle',
    async () => {
      const { settled, againMs } = await settleOnce(pools.tell, log);
      if (settled) delivering.wake();
      return againMs ?? backstopMs;
    },
    { everyMs: backstopMs, log },
  );
  const delivering = startDelivery(
    { pool: pools.tell, log, secretKey: options.secretKey },
    hold.isHeld,
    backstopMs,
    meters.deliveries,
  );
  const again = startAgain(
    { pool: pools.tell, log, secretKey: options.secretKey },
    hold.isHeld,
    backstopMs,
    meters.reportsAgain,
  );
  const keeping = keepPartitions(pools.work, log);
  const taking = keepRetention(pools.work, log);
  const beating = startHeartbeat(pools.beat, log, options.heartbeatSeconds * 1000, {
    workerId: options.workerId,
    slots: options.workerSlots,
    version: options.version,
    now: () => ({
      running: slots.executions.size,
      currentScenarioId: slots.executions.values().next().value?.claimed.scenarioId ?? null,
      tickAgeMs: ticking.ageMs(),
    }),
  });

  metrics.gauge('hf_slots', 'Runs that this worker takes at a time.', () => options.workerSlots);
  metrics.gauge('hf_slots_in_use', 'Slots with a run.', () => slots.busy);
  metrics.total('hf_journal_flushes_total', 'Flushes of the journal.', () => journal.flushes);
  metrics.gauge('hf_ticker_still_seconds', 'Since a pass of the ticker last ended.', () =>
    Math.max(0, ticking.stillMs() / 1000),
  );
  metrics.gauge('hf_resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  addFigures(metrics, pools.work, options.heartbeatStaleSeconds ?? HEARTBEAT_STALE_SECONDS);

  void ticking.begun.then(() => beating.wake());

  const ready = Promise.withResolvers<void>();
  const listening = listen(
    options.listenUrl,
    {
      [CHANNELS.queue]: () => claiming.wake(),
      [CHANNELS.schedule]: () => ticking.wake(),
      [CHANNELS.cancel]: () => renewing.wake(),
    },
    {
      log,
      onReady() {
        ready.resolve();
        claiming.wake();
        ticking.wake();
      },
    },
  );

  /** Without a database a stop is a stop all the same: the passes of other workers find what is left. */
  const leaveToOthers = (error: unknown) => {
    if (!isTransient(error)) throw error;
    log.warn(
      { err: error },
      'the database cannot be reached; what is left is found by other workers',
    );
  };

  return {
    ready: ready.promise,
    tickerStillMs: ticking.stillMs,
    async stop(graceMs) {
      // Without a database nothing can be told any more: what still waits to be written is left to the next claim.
      const abandoning = setTimeout(
        () => void journal[Symbol.asyncDispose](),
        graceMs + ABANDON_AFTER_MS,
      );
      const delivered = Promise.all([
        delivering[Symbol.asyncDispose](),
        again[Symbol.asyncDispose](),
      ]);
      await ticking[Symbol.asyncDispose]();
      await claiming[Symbol.asyncDispose]();
      await recovering[Symbol.asyncDispose]();
      await slots.close(graceMs);
      await shared[Symbol.asyncDispose]();
      clearTimeout(abandoning);
      await promoteWaiting(pools.work, [...ended]).catch(leaveToOthers);
      await delivered;
      for (const stopping of [
        promoting,
        settling,
        renewing,
        keeping,
        taking,
        beating,
        listening,
        journal,
      ]) {
        await stopping[Symbol.asyncDispose]();
      }
      await recordLeave(pools.beat, options.workerId).catch(leaveToOthers);
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
}
