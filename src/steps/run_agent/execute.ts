/** The execution: the rows are read once, each that has no answer is asked about, the answers are staged. Only the dataset
 *  waits to be published: answers are kept as they come, for whoever goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { openModel } from '#domain/agent/ask-model.ts';
import { askRows, type Stopped, type Tally } from '#domain/agent/ask-rows.ts';
import { costOf, loadAgent, spentBy, type LoadedAgent } from '#domain/agent/load-agent.ts';
import { readPass, rowAsJson, todoOf, type Pass } from '#domain/agent/pass.ts';
import { createPatience, type Clock } from '#domain/agent/patience.ts';
import { DROP_PASS } from '#domain/agent/agent-row.sql.ts';
import { Failure } from '#domain/connector/failure.ts';
import type { Execute, Json, StepContext, StepResult } from '#domain/step/kind.ts';
import { WarehouseError } from '#domain/warehouse/warehouse-error.ts';
import type { Client } from '#platform/db.ts';
import { formatPath } from '#platform/errors.ts';
import { checkAgentStep } from './check.ts';
import type { AgentConfig } from './kind.ts';
import { rowsOf } from './rows.ts';
import { stageAnswers } from './stage-answers.ts';

const CLOCK: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};

/** @param clock another one, for tests. */
export const executeBy =
  (clock: Clock): Execute<AgentConfig> =>
  async (context, config) => {
    // It holds the rows, and stays until the step ends.
    const session = await context.connect();
    try {
      return await run(context, config, session, clock);
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof WarehouseError) {
        return {
          outcome: 'failed',
          reason: `Reading the rows: ${error.message}`,
          retryable: false,
        };
      }
      if (!(error instanceof Failure)) throw error;
      return { outcome: 'failed', reason: error.message, retryable: error.retryable };
    } finally {
      // Where this fails the session is gone, and the tables with it.
      await session.query(DROP_PASS).catch(() => {});
      session.release();
    }
  };

export const execute = executeBy(CLOCK);

async function run(
  context: StepContext,
  config: AgentConfig,
  session: Client,
  clock: Clock,
): Promise<StepResult> {
  const startedAt = clock.now();
  await checkAgain(context, config, session);
  const { orgId, projectId, secretKey, originRunId, stepName } = context;
  const loaded = await loadAgent(session, { orgId, projectId }, config.agent, secretKey);
  const source = await rowsOf(context, config, session);
  const chain = { originRunId, stepName };
  const pass = await readPass(session, source.rows, chain, {
    key: source.key,
    limit: config.limit,
    fingerprint: loaded.fingerprint,
    progress: (rows) => context.progress(0, null, `${rows} rows read`),
  });
  const skipped = pass.total - pass.todo.rows;
  describe(context, config, loaded, pass);
  const before = await spentBy(session, context.runId, stepName);
  const { tally, stopped } = await ask(context, config, { loaded, pass, session, clock, before });
  const seconds = () => Math.round(clock.now() - startedAt) / 1000;
  const output = outputOf(config, loaded, { tally, before, total: pass.total, skipped });
  const failure = stopped ?? allFailed(pass, tally);
  context.log(
    `${tally.done} rows answered, ${skipped} before, ${tally.failed} failed; ${output.tokens_in} tokens in, ${output.tokens_out} out`,
  );
  if (failure !== null) {
    const done = `${tally.done + skipped} of ${pass.total} rows have their answer`;
    const reason = `${loaded.agent.slug}: ${failure.reason} (${done}).`;
    const result = { ...output, seconds: seconds() };
    return { outcome: 'failed', reason, retryable: failure.retryable, output: result };
  }
  const staged = await stageAnswers(context, config, { session, chain, pass, source, loaded });
  return {
    outcome: 'succeeded',
    output: null,
    async publish(tx) {
      const published = await staged.publish(tx);
      return { ...output, ...published, seconds: seconds() };
    },
    discard: staged.discard,
  };
}

/** Between the check of the scenario and now something may have gone, or a template may have named another. */
async function checkAgain(
  { orgId, projectId }: StepContext,
  config: AgentConfig,
  db: Client,
): Promise<void> {
  const problems = await checkAgentStep(config, { db, orgId, projectId, may: () => false });
  if (problems.length === 0) return;
  const list = problems.map(
    ({ path, value, message }) => `${formatPath(path)} ${JSON.stringify(value)}: ${message}`,
  );
  throw new Failure(`${list.join('; ')}.`);
}

function describe(
  context: StepContext,
  { concurrency }: AgentConfig,
  { agent, server }: LoadedAgent,
  { total, todo }: Pass,
): void {
  const { host } = new URL(server.baseUrl);
  const before = total - todo.rows;
  context.log(
    `${total} rows${before > 0 ? `, ${before} answered before` : ''}; asking ${agent.model} at ${host} about ${todo.questions}, ${concurrency} at a time`,
  );
  if (total === 0) context.log('there are no rows', 'warn');
}

async function ask(
  context: StepContext,
  config: AgentConfig,
  {
    loaded,
    pass,
    session,
    clock,
    before,
  }: {
    loaded: LoadedAgent;
    pass: Pass;
    session: Client;
    clock: Clock;
    before: { in: number; out: number };
  },
): Promise<{ tally: Tally; stopped: Stopped }> {
  const { runId, fence, originRunId, stepName, signal, shared } = context;
  const skipped = pass.total - pass.todo.rows;
  using model = openModel(loaded.server, loaded.agent, loaded.form);
  const tell = ({ done, failed }: Pick<Tally, 'done' | 'failed'>) =>
    context.progress(
      skipped + done + failed,
      pass.total,
      failed > 0 ? `rows, ${failed} failed` : 'rows',
    );
  tell({ done: 0, failed: 0 });
  return await askRows(
    {
      ...{ pool: shared.pool, model, clock, signal, tell },
      patience: createPatience(clock, (line) => context.log(line, 'warn')),
      text: ({ cells }) => rowAsJson(pass.columns, cells),
      failed: (row, why) => context.log(`${row}: ${why}`, 'warn'),
    },
    todoOf(session),
    {
      ...{ runId, fence, originRunId, stepName, concurrency: config.concurrency },
      failAtOnce: config.on_row_error === 'fail',
      maxFailures: config.max_row_failures ?? Infinity,
      budget: config.token_budget ?? Infinity,
      spentBefore: before.in + before.out,
    },
  );
}

/** A dataset that would be empty because of it is no result. */
function allFailed({ total }: Pass, { failed, failures }: Tally): Stopped {
  if (failed === 0 || failed < total) return null;
  const [first] = failures;
  return { reason: `every row failed; ${first!.row}: ${first!.why}`, retryable: true };
}

function outputOf(
  config: AgentConfig,
  { agent, server }: LoadedAgent,
  given: {
    tally: Tally;
    before: { in: number; out: number };
    total: number;
    skipped: number;
  },
) {
  const { tally, before, total, skipped } = given;
  const spent = { in: before.in + tally.in, out: before.out + tally.out };
  return {
    agent: agent.slug,
    model: agent.model,
    rows: total,
    done: tally.done,
    /** Answered by an earlier attempt, or an earlier run of the chain. */
    skipped,
    failed: tally.failed,
    failures: tally.failures.map(({ row, why }) => ({ row, why })),
    tokens_in: spent.in,
    tokens_out: spent.out,
    /** The server does not say what was spent. */
    tokens_estimated: tally.estimated,
    cost: costOf(server, agent.model, spent),
    currency: server.currency,
    output_dataset: config.output_dataset,
  } satisfies Json;
}
