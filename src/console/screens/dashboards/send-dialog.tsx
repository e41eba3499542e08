/** Mails a dashboard now: an ordinary run without a scenario, which is linked to from here. */
import { useId, useRef, useState } from 'react';
import { DashboardSendDocument, type ReportFormat } from '../../generated/graphql.ts';
import { useCommand, type Problem } from '../../live/use-command.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Refusal } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useViewer } from '../../shell/use-viewer.ts';
import type { Dashboard } from './dashboard.tsx';
import { filterWords, toFilter, type Filter } from './period/period.ts';
import { PeriodPicker } from './period/period-picker.tsx';
import styles from './dialogs.module.css';

const FORMATS = [
  { value: 'PDF', label: 'PDF' },
  { value: 'HTML', label: 'In the mail' },
] as const satisfies readonly { value: ReportFormat; label: string }[];

const split = (text: string) => text.split(/[\s,;]+/).filter((part) => part !== '');

/** @param toMe a test to one's own address. */
export default function SendDialog({
  dashboard,
  onClose,
  toMe = false,
}: {
  dashboard: Dashboard;
  onClose: () => void;
  toMe?: boolean;
}) {
  const { project } = usePlace();
  const me = useViewer()?.user.email ?? '';
  const form = useId();
  const [recipients, setRecipients] = useState('');
  const [format, setFormat] = useState<ReportFormat>('PDF');
  const [filter, setFilter] = useState<Filter | null>(null);
  const [subject, setSubject] = useState('');
  const [message, setMessage] = useState('');
  const [attachCsv, setAttachCsv] = useState(false);
  const [runId, setRunId] = useState<number | null>(null);
  const { send, sending, refused } = useCommand(DashboardSendDocument);
  const key = useRef(crypto.randomUUID());
  const own = filterWords(toFilter(dashboard.defaultTimeFilter));
  const to = toMe ? [me] : split(recipients);

  async function go() {
    const input = {
      ...{ recipients: to, format, attachCsv, timeFilter: filter },
      subject: subject.trim() || null,
      message: message.trim() || null,
    };
    const sent = (await send({ id: dashboard.id, input, key: key.current }))?.sendDashboard;
    // What was refused is sent again as something else.
    if (sent?.__typename === 'Run') setRunId(Number(sent.databaseId));
    else key.current = crypto.randomUUID();
  }

  if (runId !== null) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={dashboard.title}
        actions={
          <>
            <Button onClick={onClose}>Close</Button>
            <ButtonLink kind="primary" href={paths.run(project.slug, runId)}>
              Follow run {runId}
            </ButtonLink>
          </>
        }
      >
        <Callout
          tone="busy"
          title={`On its way to ${to.length === 1 ? to[0] : `${to.length} recipients`}.`}
        >
          <p>The run tells when each message was taken, and what the server answered.</p>
        </Callout>
      </Dialog>
    );
  }
  const problemOf = (field: string) => problemAt(refused?.problems ?? [], field);
  const rest = refused && refused.problems.some((each) => !SHOWN.has(each.path[1] ?? ''));
  return (
    <Dialog
      open
      onClose={onClose}
      title={toMe ? `Send ${dashboard.title} to me` : `Send ${dashboard.title} now`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={sending}
            disabled={to.length === 0 || to[0] === ''}
          >
            {toMe ? 'Send the test' : 'Send now'}
          </Button>
        </>
      }
    >
      <form
        id={form}
        style={{ display: 'contents' }}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {toMe ? (
          <p>
            To <b>{me}</b>, as you may see it.
          </p>
        ) : (
          <Field
            label="Recipients"
            help="Addresses, parted by commas or lines. Each gets a message of their own."
            problem={problemOf('recipients')}
          >
            {(given) => (
              <textarea
                {...given}
                rows={2}
                spellCheck={false}
                autoComplete="off"
                value={recipients}
                onChange={({ target }) => setRecipients(target.value)}
              />
            )}
          </Field>
        )}
        <Choice label="Format" options={FORMATS} value={format} onChange={setFormat} />
        <Field label="Period" problem={problemOf('timeFilter')}>
          {({ id }) => (
            <PeriodPicker
              id={id}
              label="Period"
              none={`Its own: ${own.charAt(0).toLowerCase()}${own.slice(1)}`}
              value={filter}
              onChange={setFilter}
            />
          )}
        </Field>
        <Field
          label="Subject"
          help="Left empty: its title and the period."
          problem={problemOf('subject')}
        >
          {(given) => (
            <input
              {...given}
              value={subject}
              maxLength={200}
              onChange={({ target }) => setSubject(target.value)}
            />
          )}
        </Field>
        <Field label="Message" problem={problemOf('message')}>
          {(given) => (
            <textarea
              {...given}
              rows={3}
              value={message}
              maxLength={5_000}
              onChange={({ target }) => setMessage(target.value)}
            />
          )}
        </Field>
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={attachCsv}
            onChange={({ target }) => setAttachCsv(target.checked)}
          />
          The rows of each card as CSV beside it
        </label>
      </form>
      {(refused?.problems.length === 0 || rest) && <Refusal refused={refused} />}
    </Dialog>
  );
}

const SHOWN = new Set(['recipients', 'timeFilter', 'subject', 'message']);

/** With the entry of a list that it is about. */
function problemAt(problems: readonly Problem[], field: string): string | null {
  const found = problems.filter(({ path }) => path[0] === 'input' && path[1] === field);
  const words = found.map(({ path: [, , index], message }) =>
    index === undefined ? message : `No. ${Number(index) + 1} ${message}`,
  );
  return words.length === 0 ? null : words.join('; ');
}
