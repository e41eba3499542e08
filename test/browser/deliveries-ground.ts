/** What tests of sent reports stand on: a stage with a mail server, a warehouse, a dashboard and a worker. */
import { randomBytes } from 'node:crypto';
import { openStage, type Stage } from './stage.ts';
import { createMailConnector, startSmtp, type TestSmtp } from '#test/support/smtp.ts';
import {
  BAR,
  createDashboard,
  fillWarehouse,
  TABLE,
  type CardGiven,
} from '../steps/send_email_report/ground.ts';
import { fire, save } from './scenario-ground.ts';

export type MailGround = {
  readonly stage: Stage;
  readonly smtp: TestSmtp;
  readonly dashboard: number;
  /** A scenario of one step that mails, saved. @returns its number. */
  mails(name: string, recipients: readonly string[], more?: object): Promise<number>;
  /** The same, run by hand. @returns the number of the run. */
  send(name: string, recipients: readonly string[], more?: object): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
};

export async function openMailGround(
  cards: readonly CardGiven[] = [BAR, TABLE],
): Promise<MailGround> {
  const parts = new AsyncDisposableStack();
  const stage = parts.use(await openStage());
  const smtp = parts.use(await startSmtp());
  await createMailConnector(stage.pool, stage.org.id, smtp.port);
  await fillWarehouse(stage.pool, stage.project.id);
  const dashboard = await createDashboard(stage.pool, stage.place, cards);
  parts.use(await stage.startWorker({ secretKey: [randomBytes(32)] }));
  const mails = async (name: string, recipients: readonly string[], more: object = {}) => {
    const step = { kind: 'send_email_report', name: 'report', dashboard_ids: [dashboard] };
    const { id } = await save(stage, {
      name,
      steps: [{ ...step, recipients, format: 'html', ...more }],
    });
    return id;
  };
  return {
    stage,
    smtp,
    dashboard,
    mails,
    send: async (name, recipients, more) => fire(stage, await mails(name, recipients, more)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
