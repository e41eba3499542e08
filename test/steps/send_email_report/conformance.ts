/** send_email_report in the conformance walk. Mail is sent while the step executes, to recipients that differ from run
 *  to run; what readers of the run see is that the step has sent it. */
import { afterAll } from 'vitest';
import { createMailConnector, startSmtp } from '#test/support/smtp.ts';
import { until } from '#test/support/worker.ts';
import type { ConformanceFixture } from '../fixture.ts';
import { createDashboard, fillWarehouse } from './ground.ts';

export const fixture: ConformanceFixture = {
  async prepare(db, project) {
    const smtp = await startSmtp();
    let before = 0;
    afterAll(() => smtp[Symbol.asyncDispose]());
    await createMailConnector(db, project.orgId, smtp.port);
    await fillWarehouse(db, project.projectId);
    const id = await createDashboard(db, project);
    const good = { dashboard_ids: [id], recipients: ['ana@example.com'], format: 'html' };
    await db.query(
      `update org set settings = '{"allowedRecipientDomains": ["example.com"]}' where id = $1`,
      [project.orgId],
    );
    return {
      good,
      bad: [
        { config: { ...good, dashboard_ids: [] }, path: ['dashboard_ids'] },
        { config: { ...good, dashboard_ids: [2_000_000_000] }, path: ['dashboard_ids', 0] },
        { config: { ...good, dashboard_ids: [id, id] }, path: ['dashboard_ids', 1] },
        { config: { ...good, recipients: [] }, path: ['recipients'] },
        { config: { ...good, recipients: ['ana'] }, path: ['recipients', 0] },
        { config: { ...good, recipients: ['ana@example.org'] }, path: ['recipients', 0] },
        { config: { ...good, format: 'docx' }, path: ['format'] },
        { config: { ...good, time_filter: 'last_fortnight' }, path: ['time_filter'] },
        { config: { ...good, subject: 'two\nlines' }, path: ['subject'] },
      ],
      visible: async () => {
        const { rows } = await db.query(
          `select count(*)::int as n from email_delivery d
           join step_run s on s.run_id = d.run_id where d.state = 'sent' and s.state = 'succeeded'`,
        );
        return rows[0].n;
      },
      slow: {
        config: good,
        async hold() {
          smtp.behave({ hang: true });
          before = smtp.received.length;
          return { [Symbol.asyncDispose]: async () => smtp.behave({}) };
        },
        begun: async () => {
          await until('the message has come', async () => smtp.received.length > before);
        },
      },
    };
  },
};
