/** "Send now": a dashboard mailed at once, by an ordinary run without a scenario, with the rights of whoever sends. */
import type { Principal } from '../access/principal.ts';
import { runSteps } from '../scenario/run-steps.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { getDashboard } from './dashboard.ts';

/** As in a step `send_email_report`, whose names these are. */
export type SendRequest = {
  readonly recipients: readonly string[];
  readonly format?: string | undefined;
  readonly time_filter?: unknown;
  readonly subject?: string | undefined;
  readonly message?: string | undefined;
  readonly attach_csv?: boolean | undefined;
};

const MAX_NAME = 200;

/** @returns the run.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit, VALIDATION with paths below `steps[0]`. */
export async function sendDashboard(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  request: SendRequest,
  idempotencyKey: string | null = null,
): Promise<{ runId: number; created: boolean }> {
  const { projectId, content } = await getDashboard(deps.pool, who, id, 'project.edit');
  const given = Object.entries(request).filter(([, value]) => value != null);
  const step = { kind: 'send_email_report', dashboard_ids: [id], ...Object.fromEntries(given) };
  return runSteps(deps, who, {
    projectId,
    name: `Send ${content.title}`.slice(0, MAX_NAME),
    steps: [step],
    idempotencyKey,
  });
}
