/** What can be done with runs. */
import { retryRun } from '#domain/run/retry-run.ts';
import { runScenario } from '#domain/scenario/operate-scenario.ts';
import { cancelRun } from '#domain/scenario/runs.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId, readLongId } from './id.ts';
import { RetryModeType, Run } from './run.ts';
import { renamed } from './wire.ts';

builder.mutationFields((t) => ({
  runScenario: t.prismaField({
    type: Run,
    errors: FAILURES,
    description:
      'Runs a scenario now, whatever its trigger, switch and pause say. Behind an active run it waits.',
    args: {
      scenarioId: t.arg.id({ required: true, description: '`Scenario:42` or 42.' }),
      params: t.arg({ type: 'JSON', description: 'Values by parameter: `{"day": "2026-01-31"}`.' }),
      idempotencyKey: t.arg.string({
        description: 'The same key answers the same run again; a UUID is a good choice.',
      }),
    },
    resolve: (query, _root, { scenarioId, params, idempotencyKey }, context) =>
      expected(async () => {
        const scenario = readId('Scenario', scenarioId, 'scenarioId');
        const request = { params: params ?? undefined, idempotencyKey: idempotencyKey ?? null };
        const { runId } = await runScenario(context, who(context), scenario, request);
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id: runId } });
      }, renamed(null)),
  }),
  cancelRun: t.prismaField({
    type: Run,
    errors: FAILURES,
    description:
      'Asks a run to end: a waiting or queued one is cancelled at once, a running one within seconds.',
    args: { id: t.arg.id({ required: true, description: '`Run:1234` or 1234.' }) },
    resolve: (query, _root, { id: given }, context) =>
      expected(async () => {
        const id = readLongId('Run', given, 'id');
        await cancelRun(context, who(context), id);
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id } });
      }),
  }),
  retryRun: t.prismaField({
    type: Run,
    errors: FAILURES,
    description:
      'Runs a finished run once more, with the configuration, parameters and due time that it had. Behind an active run of its scenario it waits. The old run stays as it is.',
    args: {
      id: t.arg.id({ required: true, description: '`Run:1234` or 1234.' }),
      mode: t.arg({ type: RetryModeType, required: true, description: 'Where it begins.' }),
    },
    resolve: (query, _root, { id: given, mode }, context) =>
      expected(async () => {
        const id = readLongId('Run', given, 'id');
        const { runId } = await retryRun(context, who(context), id, { mode });
        return context.prisma.run.findUniqueOrThrow({ ...query, where: { id: runId } });
      }),
  }),
}));
