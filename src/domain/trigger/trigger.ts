/** What makes a scenario fire: cron, interval, upstream success, or nothing (null: manual only). */
import { formatInterval } from './interval.ts';

export type CronTrigger = {
  readonly kind: 'cron';
  /** Five fields or an alias, as `CronFields.expression` has it. */
  readonly cron: string;
  /** Canonical IANA name; null inherits the project's, then the organisation's, then UTC. */
  readonly timezone: string | null;
};

export type IntervalTrigger = {
  readonly kind: 'interval';
  readonly intervalMs: number;
  /** Due times lie whole intervals away from it, on either side; null means the scenario's creation. */
  readonly anchorAt: Temporal.Instant | null;
};

export type UpstreamTrigger = {
  readonly kind: 'upstream';
  /** Names of scenarios, without repeats, in the order given. */
  readonly upstream: readonly string[];
  /** `all` (default): once every upstream succeeded since the last firing; `any`: on each success. */
  readonly require: 'any' | 'all';
};

export type Trigger = CronTrigger | IntervalTrigger | UpstreamTrigger;

/** A trigger as REST, YAML and the console spell it. */
export type TriggerWire =
  | { cron: string; timezone?: string }
  | { interval: string; anchor?: string }
  | { upstream: string[]; require: 'any' | 'all' }
  | null;

/** Back to the wire form, normalised ("60s" → "1m", anchors in UTC): what `parseTrigger` reads back to an
 *  equal trigger. */
export function formatTrigger(trigger: Trigger | null): TriggerWire {
  switch (trigger?.kind) {
    case undefined:
      return null;
    case 'cron':
      return {
        cron: trigger.cron,
        ...(trigger.timezone !== null && { timezone: trigger.timezone }),
      };
    case 'interval':
      return {
        interval: formatInterval(trigger.intervalMs),
        ...(trigger.anchorAt !== null && { anchor: trigger.anchorAt.toString() }),
      };
    case 'upstream':
      return { upstream: [...trigger.upstream], require: trigger.require };
  }
}
