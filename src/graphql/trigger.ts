/** What makes a scenario fire, to read and to write. */
import { describeTrigger } from '#domain/trigger/describe-trigger.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';
import { formatTrigger } from '#domain/trigger/trigger.ts';
import type {
  CronTrigger,
  IntervalTrigger,
  Trigger,
  UpstreamTrigger,
} from '#domain/trigger/trigger.ts';
import { builder } from './builder.ts';

const UpstreamRequire = builder.enumType('UpstreamRequire', {
  description: 'When several upstream scenarios make this one fire.',
  values: {
    ALL: {
      value: 'all',
      description: 'Once each has succeeded since the last firing (the default).',
    },
    ANY: { value: 'any', description: 'On each success of any.' },
  } as const,
});

const TEXTS = {
  cron: 'Exactly five fields, or an alias such as `@daily`.',
  timezone: 'IANA name; by default the project’s, then the organisation’s, then UTC.',
  interval: 'As in `90s`, `15m`, `6h`, `1d` or ISO 8601; at least one second.',
  anchor: 'Due times lie whole intervals away from it. By default when the scenario was created.',
  upstream: 'Slugs of scenarios of the project whose success makes this one fire.',
  require: 'Whether all of them or any.',
};

const TYPES = { cron: 'CronTrigger', interval: 'IntervalTrigger', upstream: 'UpstreamTrigger' };

export const TriggerInterface = builder.interfaceRef<Trigger>('Trigger').implement({
  description: 'What makes a scenario fire.',
  resolveType: ({ kind }) => TYPES[kind],
  fields: (t) => ({
    description: t.string({
      description: 'In words: `at 02:00 every day, Asia/Jakarta`.',
      resolve: describeTrigger,
    }),
    wire: t.field({
      type: 'JSON',
      description: 'As REST and YAML spell it.',
      resolve: formatTrigger,
    }),
  }),
});

builder.objectType(builder.objectRef<CronTrigger>('CronTrigger'), {
  description: 'Fires by the calendar.',
  interfaces: [TriggerInterface],
  fields: (t) => ({
    cron: t.exposeString('cron', { description: TEXTS.cron }),
    timezone: t.exposeString('timezone', { nullable: true, description: TEXTS.timezone }),
  }),
});

builder.objectType(builder.objectRef<IntervalTrigger>('IntervalTrigger'), {
  description: 'Fires at even distances.',
  interfaces: [TriggerInterface],
  fields: (t) => ({
    interval: t.string({
      description: TEXTS.interval,
      resolve: (trigger) => String((formatTrigger(trigger) as { interval: string }).interval),
    }),
    anchor: t.field({
      type: 'DateTime',
      nullable: true,
      description: TEXTS.anchor,
      resolve: ({ anchorAt }) => anchorAt && new Date(anchorAt.epochMilliseconds),
    }),
  }),
});

builder.objectType(builder.objectRef<UpstreamTrigger>('UpstreamTrigger'), {
  description: 'Fires when other scenarios succeed.',
  interfaces: [TriggerInterface],
  fields: (t) => ({
    upstream: t.stringList({
      description: TEXTS.upstream,
      resolve: ({ upstream }) => [...upstream],
    }),
    require: t.field({
      type: UpstreamRequire,
      description: TEXTS.require,
      resolve: ({ require }) => require,
    }),
  }),
});

export const TriggerInput = builder.inputType('TriggerInput', {
  description:
    'Exactly one of cron, interval and upstream, with the options that go with it. null is manual only.',
  fields: (t) => ({
    cron: t.string({ description: TEXTS.cron }),
    timezone: t.string({ description: `With cron. ${TEXTS.timezone}` }),
    interval: t.string({ description: TEXTS.interval }),
    anchor: t.string({ description: `With interval, an instant. ${TEXTS.anchor}` }),
    upstream: t.stringList({ description: TEXTS.upstream }),
    require: t.field({ type: UpstreamRequire, description: `With upstream. ${TEXTS.require}` }),
  }),
});

/** A stored trigger; null for manual only, and for one that no longer parses, which the scenario's `broken`
 *  explains. */
export function readTrigger(stored: unknown): Trigger | null {
  return parseTrigger(stored ?? null, ['trigger']).trigger;
}
