/** Deliveries, a line each; on a phone a card each. */
import { Link } from 'wouter';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment } from '../../parts/time.tsx';
import { paths } from '../../shell/place.ts';
import { DELIVERY_LOOKS } from '../../words/deliveries.ts';
import { SendAgain } from './send-again.tsx';
import { triesWords, type Delivery } from './words.ts';
import styles from './deliveries.module.css';

export function DeliveryTable({
  deliveries,
  everywhere,
}: {
  deliveries: readonly Delivery[];
  /** Of several projects: each says of which. */
  everywhere: boolean;
}) {
  return (
    <table className={styles['list']}>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Recipient</th>
          <th scope="col">Subject and reply</th>
          <th scope="col">Scenario and run</th>
          <th scope="col">When</th>
          <th scope="col">
            <span className="visually-hidden">Commands</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((each) => (
          <Row key={each.id} delivery={each} everywhere={everywhere} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ delivery, everywhere }: { delivery: Delivery; everywhere: boolean }) {
  const { databaseId, state, recipient, subject, reply, run, canResend } = delivery;
  const { project } = run;
  return (
    <tr data-delivery={databaseId}>
      <td className={styles['state']}>
        <StateMark looks={DELIVERY_LOOKS} state={state} />
        <span className={styles['quiet']}>{triesWords(delivery)}</span>
      </td>
      <td className={styles['recipient']}>
        <Link href={paths.delivery(project.slug, databaseId)}>{recipient}</Link>
      </td>
      <td className={styles['subject']}>
        <span>{subject}</span>
        {reply !== null && (
          <code className={styles['reply']} data-state={state} title={reply}>
            {reply}
          </code>
        )}
      </td>
      <td className={styles['from']}>
        <Origin run={run} />
        {everywhere && <span className={styles['quiet']}>{project.name}</span>}
      </td>
      <td className={styles['at']}>
        <Moment at={delivery.finishedAt ?? delivery.createdAt} />
      </td>
      <td className={styles['commands']}>
        {canResend && <SendAgain delivery={delivery} compact />}
      </td>
    </tr>
  );
}

/** The scenario, where it is still there, and the run. */
export function Origin({ run }: { run: Delivery['run'] }) {
  const { slug } = run.project;
  return (
    <span className={styles['origin']}>
      {run.scenario && run.scenario.deletedAt === null ? (
        <Link href={paths.scenario(slug, run.scenario.databaseId)}>{run.scenario.name}</Link>
      ) : (
        <span>{run.name}</span>
      )}
      <Link href={paths.run(slug, run.databaseId)}>run {run.databaseId}</Link>
    </span>
  );
}
