/** What a report became: who has got it and who has not, what was left out of it, and the report itself. */
import { Link } from 'wouter';
import {
  DeliveriesChangedDocument,
  RunDeliveriesDocument,
  type RunDeliveriesQuery,
} from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { useStream } from '../../../live/use-stream.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { DELIVERY_LOOKS } from '../../../words/deliveries.ts';
import { entriesOf, numberIn, type OutputProps } from './output.ts';
import { Figures, type Figure } from './parts/figures.tsx';
import { Pdf } from './parts/pdf.tsx';
import styles from './parts/output.module.css';

export default function ReportOutput({ step, files, run }: OutputProps) {
  const output = entriesOf(step.output);
  const pdf = files.find(({ inlinePath }) => inlinePath !== null);
  return (
    <div className={styles['output']}>
      {output !== null && <Told output={output} />}
      <Recipients run={run} stepName={step.name} />
      {pdf && <Pdf file={pdf} />}
    </div>
  );
}

type Entries = NonNullable<ReturnType<typeof entriesOf>>;

function Told({ output }: { output: Entries }) {
  const figure = (label: string, name: string, tone?: Figure['tone']): Figure[] => {
    const value = numberIn(output, name);
    return value === 0 ? [] : [{ label, value: count(value), tone }];
  };
  const leftOut = numberIn(output, 'cards_left_out');
  const periods = Array.isArray(output['periods']) ? (output['periods'] as unknown[]) : [];
  return (
    <>
      <Figures
        figures={[
          { label: 'Recipients', value: count(numberIn(output, 'recipients')) },
          ...figure('Sent', 'sent'),
          ...figure('Had it already', 'sent_before'),
          ...figure('Failed', 'failed', 'bad'),
          ...figure('Unknown', 'unknown', 'warn'),
          ...figure('Asked for again', 'asked_again'),
          { label: 'Dashboards', value: count(numberIn(output, 'dashboards')) },
          { label: 'Cards', value: count(numberIn(output, 'cards')) },
          ...figure('Cards that failed', 'cards_failed', 'warn'),
        ]}
      />
      {periods.length > 0 && <p className={styles['note']}>Period: {periods.join('; ')}.</p>}
      {output['skipped'] === true && (
        <p className={styles['note']}>No card had a row, so nothing was sent.</p>
      )}
      {leftOut > 0 && (
        <p className={styles['note']} data-tone="warn">
          {count(leftOut)} {leftOut === 1 ? 'card was' : 'cards were'} left out: the scenario’s
          owner may not see {leftOut === 1 ? 'it' : 'them'}.
        </p>
      )}
    </>
  );
}

type Delivery = RunDeliveriesQuery['emailDeliveries']['nodes'][number];

// Those that want a look come first.
const ORDER = ['FAILED', 'UNKNOWN', 'SENDING', 'PENDING', 'SENT'];
const rank = ({ state }: Delivery) => ORDER.indexOf(state);

/** Live: a mail that was sent says so while the step goes on. */
function Recipients({ run, stepName }: { run: OutputProps['run']; stepName: string }) {
  const { project } = usePlace();
  const { pulse } = useStream(DeliveriesChangedDocument, { projectId: project.id });
  const { data, error, reread } = useLiveQuery(RunDeliveriesDocument, { runId: run.id }, pulse);
  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!data) return <Skeleton lines={3} />;
  const { nodes, totalCount } = data.emailDeliveries;
  const shown = nodes
    .filter((each) => each.stepName === stepName)
    .toSorted((a, b) => rank(a) - rank(b) || a.databaseId - b.databaseId);
  if (shown.length === 0) return null;
  return (
    <>
      <ul className={styles['recipients']} aria-label="Recipients">
        {shown.map(({ id, databaseId, recipient, state, reply }) => (
          <li key={id} data-state={state}>
            <Link href={paths.delivery(project.slug, databaseId)}>{recipient}</Link>
            <StateMark looks={DELIVERY_LOOKS} state={state} />
            {reply !== null && state !== 'SENT' && <code>{reply}</code>}
          </li>
        ))}
      </ul>
      <p className={styles['note']}>
        <Link
          href={`${paths.deliveries(project.slug)}?run=${run.databaseId}`}
          className={styles['more']}
        >
          {totalCount > nodes.length
            ? `All ${count(totalCount)} deliveries of this run`
            : 'Deliveries of this run'}
        </Link>
      </p>
    </>
  );
}
