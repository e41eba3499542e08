/** The short mail that a PDF is attached to: plain text, and the same as simple HTML that fetches nothing. */
import { escapeHtml } from '#platform/html.ts';
import type { DashboardView } from '#domain/dashboard/view.ts';

type Words = {
  readonly subject: string;
  readonly message: string | null;
  readonly link: string | null;
};

export type CoverMail = {
  readonly html: string;
  readonly text: string;
  readonly images: readonly { readonly cid: string; readonly png: Buffer }[];
};

/** @param attached what the files are called. */
export function coverMail(
  views: readonly DashboardView[],
  words: Words,
  attached: readonly string[],
): CoverMail {
  const { subject, message, link } = words;
  const files = attached.length === 0 ? null : `Attached: ${attached.join(', ')}`;
  const list = views.map(({ title, project, period }) => ({
    title,
    detail: `${project.name}, ${period === null ? 'all time' : `${period.label} (${period.zone})`}`,
  }));
  const text = [
    message,
    list.map(({ title, detail }) => `${title}\n  ${detail}`).join('\n'),
    files,
    link === null ? null : `The run: ${link}`,
  ].filter((part) => part !== null);
  const rows = list.map(
    ({ title, detail }) =>
      `<tr><td style="padding:6px 0"><strong>${escapeHtml(title)}</strong><br>` +
      `<span style="color:#5b6270">${escapeHtml(detail)}</span></td></tr>`,
  );
  const paragraphs = (message ?? '')
    .split(/\n{2,}/)
    .filter((part) => part !== '')
    .map((part) => `<p>${linked(part).replaceAll('\n', '<br>')}</p>`);
  const below =
    files === null ? '' : `<p style="font-size:13px;color:#5b6270">${escapeHtml(files)}</p>`;
  const foot =
    link === null
      ? ''
      : `<p style="font-size:13px"><a href="${escapeHtml(link)}">The run in the console</a></p>`;
  return {
    text: `${text.join('\n\n')}\n`,
    html:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escapeHtml(subject)}</title></head>` +
      `<body style="font:15px/1.5 -apple-system,'Segoe UI',sans-serif;max-width:640px;margin:0 auto;padding:16px">` +
      `${paragraphs.join('')}<table role="presentation" cellpadding="0" cellspacing="0">${rows.join('')}</table>${below}${foot}</body></html>`,
    images: [],
  };
}

/** Escaped, with addresses of the web as links. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, i) =>
      i % 2 === 0 ? escapeHtml(part) : `<a href="${escapeHtml(part)}">${escapeHtml(part)}</a>`,
    )
    .join('');
}
