/** What pictures of deliveries need beside the demo: a dashboard to mail, and the deliveries that came of it. */
import type { Stage } from './stage.ts';

/** A scenario that mails a dashboard to somebody, and to somebody whom mail does not reach once their domain is no
 *  longer allowed. */
export async function mailingOf({ ask }: Stage, projectId: string): Promise<object> {
  const { dashboards } = await ask<{ dashboards: { nodes: { databaseId: number }[] } }>(
    'query ($projectId: ID!) { dashboards(projectId: $projectId, first: 1) { nodes { databaseId } } }',
    { projectId },
  );
  return {
    name: 'Weekly sales by mail',
    steps: [
      {
        kind: 'send_email_report',
        dashboard_ids: dashboards.nodes.map(({ databaseId }) => databaseId),
        recipients: ['ana@demo.example', 'ben@elsewhere.example'],
        message: 'Good morning.',
        attach_csv: true,
      },
    ],
  };
}

export type Mails = { readonly sent: number; readonly failed: number };

/** The deliveries of a run, one of each state. */
export async function mailsOf({ ask }: Stage, runId: number): Promise<Mails> {
  type Row = { readonly databaseId: number; readonly state: string };
  const { emailDeliveries } = await ask<{ emailDeliveries: { nodes: Row[] } }>(
    'query ($runId: ID!) { emailDeliveries(filter: { runId: $runId }) { nodes { databaseId state } } }',
    { runId: String(runId) },
  );
  const idOf = (state: string) => {
    const found = emailDeliveries.nodes.find((each) => each.state === state);
    if (!found) throw new Error(`Run ${runId} has no delivery that is ${state}.`);
    return found.databaseId;
  };
  return { sent: idOf('SENT'), failed: idOf('FAILED') };
}
