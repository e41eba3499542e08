/** A report as a message and its files: what is attached, what is too large for that, and what is kept. */
import { row } from '#platform/db.ts';
import type { DashboardView } from '#domain/dashboard/view.ts';
import type { Report } from '#domain/mail/deliver-report.ts';
import type { MailFile } from '#domain/mail/send-mail.ts';
import type { Artifact } from '#domain/run/artifact.ts';
import type { StepContext } from '#domain/step/kind.ts';
import * as sql from './compose.sql.ts';
import { coverMail } from './cover-mail.ts';
import { fileName } from './files.ts';
import type { ReportConfig } from './kind.ts';
import { drawing, type Drawing } from './render.ts';

export type Composed = {
  readonly report: Report;
  /** What people find with the run. */
  readonly files: readonly MailFile[];
  /** The same, and the parts of the message that a second sending needs. */
  readonly artifacts: readonly Artifact[];
  readonly notes: readonly string[];
};

// Most servers take 25 MB as it goes over the wire, where three bytes have become four.
export const MAX_ATTACHED = 20 * 1024 * 1024;
const onTheWire = ({ bytes }: MailFile) => Math.ceil(bytes.length / 3) * 4 * (78 / 76);

/** @param from the sender, kept with the message. */
export function composeReport(
  context: StepContext,
  config: ReportConfig,
  views: readonly DashboardView[],
  from: string,
): Promise<Composed> {
  return drawing(views, context.signal, (draw) => compose(context, config, views, from, draw));
}

async function compose(
  context: StepContext,
  config: ReportConfig,
  views: readonly DashboardView[],
  from: string,
  draw: Drawing,
): Promise<Composed> {
  const { runId, pos, projectId, shared } = context;
  const subject = config.subject ?? subjectOf(views);
  const main = await mainFile(context, config, views, draw);
  const csv = config.attach_csv ? await draw.csv() : [];
  const { attached, tooLarge } = withinLimit([...(config.format === 'pdf' ? [main] : []), ...csv]);
  const project = await row(shared.pool, sql.findSlug, [projectId]);
  const { publicUrl } = shared;
  const link = publicUrl === null ? null : `${publicUrl}/p/${project?.slug}/runs/${runId}`;
  const notes = tooLarge.map((file) => noteOf(file, runId, publicUrl));
  const message = [config.message, ...notes].filter((part) => part !== undefined).join('\n\n');
  const words = { subject, message: message === '' ? null : message, link };
  const mail =
    config.format === 'html'
      ? await draw.mail(words)
      : coverMail(
          views,
          words,
          attached.map(({ name }) => name),
        );
  const images = mail.images.map((image) => ({
    ...image,
    artifact: `inline/${image.cid.replaceAll(/[^\w.-]/g, '-')}`,
  }));
  const files = [main, ...csv];
  return {
    files,
    notes,
    artifacts: [
      ...files,
      ...images.map(({ artifact, png }) => ({
        name: artifact,
        mediaType: 'image/png',
        bytes: png,
      })),
    ],
    report: {
      subject,
      text: mail.text,
      html: mail.html,
      images: mail.images,
      attachments: attached,
      stored: {
        from,
        text: mail.text,
        html: mail.html,
        run: runId,
        pos,
        images: images.map(({ cid, artifact }) => ({ cid, artifact })),
        attachments: [...attached, ...tooLarge].map((file) => ({
          name: file.name,
          mediaType: file.mediaType,
          size: file.bytes.length,
          attached: attached.includes(file),
        })),
      },
    },
  };
}

/** The PDF; or the page that an HTML mail is a smaller picture of. */
async function mainFile(
  { shared, signal }: StepContext,
  { format }: ReportConfig,
  views: readonly DashboardView[],
  draw: Drawing,
): Promise<MailFile> {
  if (format === 'html') {
    const bytes = Buffer.from(await draw.page('page'));
    return { name: fileName(views, 'html'), mediaType: 'text/html; charset=utf-8', bytes };
  }
  const renderer = await shared.renderer();
  renderer.prepare();
  const bytes = await renderer.pdf(await draw.page('print'), { signal });
  return { name: fileName(views, 'pdf'), mediaType: 'application/pdf', bytes };
}

/** As many of the files as fit, the largest left out first. */
function withinLimit(files: readonly MailFile[]) {
  const attached = [...files];
  const tooLarge: MailFile[] = [];
  while (attached.reduce((sum, file) => sum + onTheWire(file), 0) > MAX_ATTACHED) {
    const largest = attached.reduce((a, b) => (b.bytes.length > a.bytes.length ? b : a));
    attached.splice(attached.indexOf(largest), 1);
    tooLarge.push(largest);
  }
  return { attached, tooLarge };
}

function noteOf({ name, bytes }: MailFile, runId: number, publicUrl: string | null): string {
  const size = `${(bytes.length / 1024 / 1024).toFixed(1)} MB`;
  const where =
    publicUrl === null
      ? `with run ${runId} in the console`
      : `${publicUrl}/api/scheduler/runs/${runId}/artifacts/${name}`;
  return `${name} (${size}) is too large for a mail: ${where}`;
}

function subjectOf(views: readonly DashboardView[]): string {
  const titles = views.slice(0, 3).map(({ title }) => title);
  const more = views.length > 3 ? ` and ${views.length - 3} more` : '';
  const periods = new Set(views.map(({ period }) => period?.label ?? null));
  const [period] = periods;
  const when = periods.size === 1 && period != null ? `: ${period}` : '';
  const subject = `${titles.join(', ')}${more}${when}`.replaceAll(/[\0-\x1f]+/g, ' ');
  return subject.length > 200 ? `${subject.slice(0, 199)}…` : subject;
}
