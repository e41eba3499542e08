/** Steps of runs, and each try of them. */
import type { AttemptState, StepState } from '#domain/run/run-state.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { enumValues } from './enum.ts';
import { longNodeId, nodeId } from './id.ts';
import { inViewable } from './viewable.ts';

const StepStateType = builder.enumType('StepState', {
  description: 'Where a step of a run stands.',
  values: enumValues<StepState>({
    pending: 'Its turn has not come.',
    running: 'It works.',
    succeeded: 'Done, and what it made is visible.',
    failed: '`reason` says why.',
    cancelled: 'Ended with its run.',
    skipped: 'Its condition did not hold.',
    rolled_back: 'Done, but a step of its group failed, so nothing was published.',
    reused: 'Taken over from the run that this one retries.',
  }),
});

const AttemptStateType = builder.enumType('AttemptState', {
  description: 'Where one try of a step stands.',
  values: enumValues<AttemptState>({
    running: 'It works.',
    succeeded: 'Done.',
    failed: '`reason` says why.',
    lost: 'Its worker vanished; the next one starts the step anew.',
    cancelled: 'Ended on request.',
  }),
});

type ProgressShape = {
  done: number;
  total: number | null;
  note?: string | null;
  detail?: unknown;
};

export const Progress = builder.objectRef<ProgressShape>('Progress').implement({
  description: 'How far a step is.',
  fields: (t) => ({
    done: t.exposeFloat('done', {
      description: 'In the step’s own unit: rows, nodes, recipients.',
    }),
    total: t.exposeFloat('total', { nullable: true, description: 'null while unknown.' }),
    note: t.exposeString('note', { nullable: true, description: 'What it is busy with.' }),
    detail: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Its parts, in the form of its kind. run_recipe: `{nodes: [{name, type, status, rows, seconds, message}]}`, at most a hundred.',
      resolve: ({ detail }) => detail ?? null,
    }),
  }),
});

builder.prismaObject('StepAttempt', {
  description: 'One try of a step.',
  fields: (t) => ({
    attempt: t.exposeInt('attempt', { description: '1, 2, 3 …' }),
    state: t.field({
      type: AttemptStateType,
      description: 'Where it stands.',
      resolve: ({ state }) => state as AttemptState,
    }),
    workerId: t.exposeString('workerId', { description: 'Who tried.' }),
    fence: t.exposeInt('fence', { description: 'Under which claim of the run.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it did not succeed.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
    }),
  }),
});

builder.prismaNode('StepRun', {
  nullable: true,
  description: 'A step of a run.',
  id: { resolve: ({ runId, pos }) => `${runId}:${pos}`, description: 'As in `StepRun:1234:0`.' },
  select: { runId: true, pos: true },
  findUnique: (id, context) => {
    const [runId = '', pos = ''] = id.split(':');
    return {
      runId_pos: { runId: longNodeId(runId), pos: nodeId(pos) },
      run: { is: inViewable(who(context)) },
    };
  },
  fields: (t) => ({
    pos: t.exposeInt('pos', { description: '0, 1, 2 … in the order of the configuration.' }),
    name: t.exposeString('name', { description: 'Unique in the run.' }),
    kind: t.exposeString('kind', { description: 'As on the wire: `sync_dataset`.' }),
    state: t.field({
      type: StepStateType,
      description: 'Where it stands.',
      select: { state: true },
      resolve: ({ state }) => state as StepState,
    }),
    attempt: t.exposeInt('attempt', {
      description: 'The number of the latest try; 0 before the first.',
    }),
    output: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it answered; later steps may name it in templates.',
      select: { output: true },
      resolve: ({ output }) => output,
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it did not succeed.' }),
    progress: t.field({
      type: Progress,
      nullable: true,
      description: 'How far it is, as last reported.',
      select: { progress: true },
      resolve: ({ progress }) => progress as ProgressShape | null,
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it first began.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
    }),
    attempts: t.relation('attempts', {
      description: 'Every try, in order.',
      query: { orderBy: { attempt: 'asc' } },
    }),
    run: t.relation('run', { description: 'The run that it belongs to.' }),
  }),
});
