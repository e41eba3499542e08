/** What a scenario does about overlaps, lateness and failures. */
import type { PolicyField, StoredPolicies } from '#domain/scenario/forms.ts';
import { builder } from './builder.ts';

const Overlap = builder.enumType('Overlap', {
  description: 'What a due time does while a run of the scenario is active.',
  values: {
    SKIP: { value: 'skip', description: 'Nothing; the tick says so (the default).' },
    BUFFER_ONE: { value: 'buffer_one', description: 'One run waits; later due times are dropped.' },
    BUFFER_ALL: { value: 'buffer_all', description: 'A run waits for each.' },
    CANCEL_OTHER: { value: 'cancel_other', description: 'The active run is cancelled.' },
    ALLOW: { value: 'allow', description: 'Runs go side by side.' },
  } as const,
});

const Catchup = builder.enumType('Catchup', {
  description: 'What becomes of due times that are decided more than 60 s late.',
  values: {
    LAST: { value: 'last', description: 'The newest fires (the default).' },
    NONE: { value: 'none', description: 'None fires.' },
    ALL: { value: 'all', description: 'All fire, one after the other.' },
  } as const,
});

const TEXTS: Record<Exclude<PolicyField, 'notify'>, string> = {
  overlap: 'What a due time does while a run is active. Default SKIP.',
  catchup: 'What becomes of due times decided more than 60 s late. Default LAST.',
  catchup_window: 'Older due times are not caught up. Default `1d`.',
  max_catchup_runs: 'The most that ALL catches up. Default 100.',
  jitter: 'A delay of up to this, stable for a due time. Default `0s`.',
  start_deadline:
    'A run that has not started this long after its due time is cancelled. Default none.',
  timeout: 'Of a run, from its first start. Default `6h`.',
  late_after: 'How long after its start a run that still goes is told to be late. Default none.',
  pause_after_failures: 'Failed runs in a row until the scenario pauses itself. Default 0, never.',
  calendar: 'The project’s calendar of excluded dates. Default none.',
  max_running: 'How many of its runs may be running at once, with ALLOW. Default no limit.',
  priority: 'Higher is claimed first. Default 0.',
};

const NOTIFY = {
  mail: 'Who is told by mail; by default the owner, nobody for an empty list.',
  webhook: 'What is called besides, by POST with JSON.',
  afterFailures: 'Failures in a row before anyone is told. Default 1.',
  recovery: 'Whether the recovery is told too. Default true.',
};

type NotifyWire = NonNullable<StoredPolicies['notify']>;

const Notify = builder.objectRef<NotifyWire>('Notify').implement({
  description: 'Who is told of failures and of the recovery.',
  fields: (t) => ({
    mail: t.stringList({
      nullable: true,
      description: NOTIFY.mail,
      resolve: ({ mail }) => mail ?? null,
    }),
    webhook: t.exposeString('webhook', { nullable: true, description: NOTIFY.webhook }),
    afterFailures: t.int({
      description: NOTIFY.afterFailures,
      resolve: (notify) => notify.after_failures ?? 1,
    }),
    recovery: t.boolean({
      description: NOTIFY.recovery,
      resolve: ({ recovery }) => recovery ?? true,
    }),
  }),
});

const NotifyInput = builder.inputType('NotifyInput', {
  description: 'Who is told of failures and of the recovery.',
  fields: (t) => ({
    mail: t.stringList({ description: NOTIFY.mail }),
    webhook: t.string({ description: NOTIFY.webhook }),
    afterFailures: t.int({ description: NOTIFY.afterFailures }),
    recovery: t.boolean({ description: NOTIFY.recovery }),
  }),
});

/** Stored policies with the defaults filled in. */
export const Policies = builder.objectRef<StoredPolicies>('Policies').implement({
  description: 'What a scenario does about overlaps, lateness and failures, defaults filled in.',
  fields: (t) => ({
    overlap: t.field({
      type: Overlap,
      description: TEXTS.overlap,
      resolve: ({ overlap }) => overlap ?? 'skip',
    }),
    catchup: t.field({
      type: Catchup,
      description: TEXTS.catchup,
      resolve: ({ catchup }) => catchup ?? 'last',
    }),
    catchupWindow: t.string({
      description: TEXTS.catchup_window,
      resolve: (policies) => policies.catchup_window ?? '1d',
    }),
    maxCatchupRuns: t.int({
      description: TEXTS.max_catchup_runs,
      resolve: (policies) => policies.max_catchup_runs ?? 100,
    }),
    jitter: t.string({ description: TEXTS.jitter, resolve: ({ jitter }) => jitter ?? '0s' }),
    startDeadline: t.exposeString('start_deadline', {
      nullable: true,
      description: TEXTS.start_deadline,
    }),
    timeout: t.string({ description: TEXTS.timeout, resolve: ({ timeout }) => timeout ?? '6h' }),
    lateAfter: t.exposeString('late_after', { nullable: true, description: TEXTS.late_after }),
    pauseAfterFailures: t.int({
      description: TEXTS.pause_after_failures,
      resolve: (policies) => policies.pause_after_failures ?? 0,
    }),
    calendar: t.exposeString('calendar', { nullable: true, description: TEXTS.calendar }),
    maxRunning: t.exposeInt('max_running', { nullable: true, description: TEXTS.max_running }),
    priority: t.int({ description: TEXTS.priority, resolve: ({ priority }) => priority ?? 0 }),
    notify: t.field({
      type: Notify,
      nullable: true,
      description: 'Who is told of failures; null: the owner.',
      resolve: ({ notify }) => notify ?? null,
    }),
    set: t.field({
      type: 'JSON',
      description: 'Only what was set, in the wire form.',
      resolve: (policies) => policies,
    }),
  }),
});

export const PoliciesInput = builder.inputType('PoliciesInput', {
  description: 'Policies to set; null puts one back to its default.',
  fields: (t) => ({
    overlap: t.field({ type: Overlap, description: TEXTS.overlap }),
    catchup: t.field({ type: Catchup, description: TEXTS.catchup }),
    catchupWindow: t.string({ description: TEXTS.catchup_window }),
    maxCatchupRuns: t.int({ description: TEXTS.max_catchup_runs }),
    jitter: t.string({ description: TEXTS.jitter }),
    startDeadline: t.string({ description: TEXTS.start_deadline }),
    timeout: t.string({ description: TEXTS.timeout }),
    lateAfter: t.string({ description: TEXTS.late_after }),
    pauseAfterFailures: t.int({ description: TEXTS.pause_after_failures }),
    calendar: t.string({ description: TEXTS.calendar }),
    maxRunning: t.int({ description: TEXTS.max_running }),
    priority: t.int({ description: TEXTS.priority }),
    notify: t.field({ type: NotifyInput, description: 'Who is told of failures.' }),
  }),
});
