/** The execution: looks at the dashboards as the scenario's owner, renders them, keeps the files with the run and sends
 *  one message to each recipient who has not got it. What was sent is sent: nothing waits to be published. */
import { setTimeout as delay } from 'node:timers/promises';
import { findPrincipal } from '#domain/access/authenticate.ts';
import { may, type Principal } from '#domain/access/principal.ts';
import { Failure } from '#domain/connector/failure.ts';
import { viewDashboard, type DashboardView } from '#domain/dashboard/view.ts';
import { deliverReport, type Delivered } from '#domain/mail/deliver-report.ts';
import { findMailServer } from '#domain/mail/mail-connector.ts';
import { createMailer } from '#domain/mail/mailer.ts';
import type { MailServer } from '#domain/mail/mail-server.ts';
import type { Execute, Json, StepContext, StepResult } from '#domain/step/kind.ts';
import { DomainError, formatPath } from '#platform/errors.ts';
import { checkReport } from './check.ts';
import { composeReport, type Composed } from './compose.ts';
import type { ReportConfig } from './kind.ts';
import { lookAt, type Look } from './look.ts';

export type Clock = {
  /** Between two tries to send. Rejects once the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
};

const CLOCK: Clock = { wait: (ms, signal) => delay(ms, undefined, { signal }) };

/** @param clock another one, for tests. */
export const executeBy =
  (clock: Clock): Execute<ReportConfig> =>
  async (context, config) => {
    try {
      return await report(context, config, clock);
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof Failure) {
        return { outcome: 'failed', reason: error.message, retryable: error.retryable };
      }
      if (error instanceof DomainError) {
        return { outcome: 'failed', reason: error.message, retryable: false };
      }
      throw error;
    }
  };

export const execute = executeBy(CLOCK);

async function report(
  context: StepContext,
  config: ReportConfig,
  clock: Clock,
): Promise<StepResult> {
  const { owner, server } = await prepare(context, config);
  const views = await viewAll(context, config, owner);
  const look = lookAt(views);
  for (const [line, level] of look.lines) context.log(line, level);
  if (look.refusal !== null) {
    return { outcome: 'failed', ...look.refusal, output: outputOf(look, null, []) };
  }
  if (config.skip_if_empty && look.empty) {
    context.log('No card has a row: nothing is sent.');
    context.progress(0, 0, 'recipients');
    return { outcome: 'succeeded', output: outputOf(look, null, []) };
  }
  const composed = await composeReport(context, config, views, server.from);
  for (const line of composed.notes) context.log(line, 'warn');
  for (const file of composed.artifacts) await context.keep(file);
  const delivered = await deliver(context, config, server, composed, clock);
  return resultOf(look, composed, delivered);
}

/** What may have changed since the scenario was checked: a template may have named others, and rights may be gone. */
async function prepare(
  context: StepContext,
  config: ReportConfig,
): Promise<{ owner: Principal; server: MailServer }> {
  const { orgId, projectId, secretKey } = context;
  const db = await context.connect();
  try {
    const owner = await findPrincipal(db, { userId: context.owner.id, orgId });
    if (owner === null) {
      throw new Failure(
        `The owner ${context.owner.email} is no active member of this organisation; give the scenario another owner.`,
      );
    }
    // Recipients are judged one by one: the others get theirs.
    const problems = await checkReport(
      { dashboard_ids: config.dashboard_ids },
      { db, orgId, projectId, may: (permission, id) => may(owner, permission, id) },
    );
    if (problems.length > 0) {
      const list = problems.map(({ path, message }) => `${formatPath(path)}: ${message}`);
      throw new Failure(
        `This step cannot run for the scenario’s owner, ${owner.name}: ${list.join('; ')}.`,
      );
    }
    return { owner, server: await findMailServer(db, { orgId, projectId }, secretKey) };
  } finally {
    db.release();
  }
}

async function viewAll(
  { shared, signal, zone, dueAt, log, progress }: StepContext,
  { dashboard_ids: ids, time_filter: filter }: ReportConfig,
  owner: Principal,
): Promise<DashboardView[]> {
  const warehouse = await shared.warehouse();
  const views: DashboardView[] = [];
  for (const [i, id] of ids.entries()) {
    progress(i, ids.length, 'dashboards');
    const options = { zone, now: dueAt, signal, ...(filter !== undefined && { filter }) };
    const view = await viewDashboard({ pool: shared.pool, warehouse }, owner, id, options);
    log(`${view.title}: ${view.cards.length} cards, ${view.period?.label ?? 'all time'} (${zone})`);
    views.push(view);
  }
  return views;
}

async function deliver(
  context: StepContext,
  config: ReportConfig,
  server: MailServer,
  { report }: Composed,
  clock: Clock,
): Promise<Delivered[]> {
  const { runId, fence, orgId, projectId, originRunId, stepName, signal, shared } = context;
  using mailer = createMailer(server);
  return await deliverReport(
    {
      ...{ pool: shared.pool, log: shared.log, mailer, signal, wait: clock.wait },
      say: context.log,
      progress: (done, total) => context.progress(done, total, 'recipients'),
    },
    { runId, fence, orgId, projectId, originRunId, stepName },
    report,
    unique(config.recipients),
  );
}

/** The first spelling of each address. */
function unique(recipients: readonly string[]): string[] {
  const known = new Map(recipients.toReversed().map((each) => [each.toLowerCase(), each]));
  return recipients.filter(
    (each) => known.get(each.toLowerCase()) === each && known.delete(each.toLowerCase()),
  );
}

function resultOf(look: Look, composed: Composed, delivered: readonly Delivered[]): StepResult {
  const output = outputOf(look, composed, delivered);
  const failed = delivered.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return { outcome: 'succeeded', output };
  const list = failed.map(({ recipient, reply }) => `${recipient}: ${reply}`).join('; ');
  const all = `${delivered.length} ${delivered.length === 1 ? 'recipient' : 'recipients'}`;
  return {
    outcome: 'failed',
    reason: `${failed.length} of ${all} did not get it: ${list}`,
    // Each has had its tries.
    retryable: false,
    output,
  };
}

function outputOf(look: Look, composed: Composed | null, delivered: readonly Delivered[]): Json {
  const count = (state: Delivered['state'], before: boolean) =>
    delivered.filter((each) => each.state === state && each.before === before).length;
  return {
    dashboards: look.dashboards,
    cards: look.cards,
    cards_failed: look.failed,
    cards_left_out: look.leftOut,
    periods: look.periods,
    skipped: composed === null && look.refusal === null,
    recipients: delivered.length,
    sent: count('sent', false),
    sent_before: count('sent', true),
    failed: count('failed', false),
    unknown: count('unknown', false) + count('unknown', true),
    asked_again: count('asked', true),
    files: (composed?.files ?? []).map(({ name, bytes }) => ({ name, bytes: bytes.length })),
  };
}
