/** One report to one recipient: what became of it, every try, and the message as it was sent. */
import { Link, Redirect, useParams } from 'wouter';
import {
  DeliveriesChangedDocument,
  DeliveryDocument,
  type DeliveryQuery,
} from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { useStream } from '../../live/use-stream.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { DELIVERY_LOOKS } from '../../words/deliveries.ts';
import { Message } from './message.tsx';
import { Outcome } from './outcome.tsx';
import { SendAgain } from './send-again.tsx';
import { Tries } from './tries.tsx';
import styles from './delivery.module.css';

export type WholeDelivery = NonNullable<DeliveryQuery['emailDelivery']>;

export default function DeliveryScreen() {
  const { id } = useParams<{ id: string }>();
  return /^\d{1,15}$/.test(id) ? <One key={id} id={id} /> : <None id={id} />;
}

function One({ id }: { id: string }) {
  const { project } = usePlace();
  const { resyncs, error: lost } = useStream(DeliveriesChangedDocument, { projectId: project.id });
  // What changes is pushed whole; another run brings another message.
  const { data, error, reread } = useLiveQuery(DeliveryDocument, { id }, resyncs || null);
  const crumbs = [{ href: paths.deliveries(project.slug), label: 'Deliveries' }];
  const delivery = data?.emailDelivery;
  if (error && !data)
    return (
      <Page title={`Delivery ${id}`} crumbs={crumbs}>
        <Failure error={error} onRetry={reread} />
      </Page>
    );
  if (delivery === undefined)
    return (
      <Page title={`Delivery ${id}`} crumbs={crumbs}>
        <Skeleton lines={2} />
        <Panel title="Tries">
          <Skeleton lines={3} />
        </Panel>
        <Panel title="Message">
          <Skeleton lines={12} />
        </Panel>
      </Page>
    );
  if (delivery === null) return <None id={id} />;
  const of = delivery.run.project.slug;
  if (of !== project.slug)
    return <Redirect replace href={paths.delivery(of, delivery.databaseId)} />;
  return (
    <Page
      title={`To ${delivery.recipient}`}
      crumbs={crumbs}
      state={
        <span role="status">
          <StateMark looks={DELIVERY_LOOKS} state={delivery.state} />
        </span>
      }
      actions={delivery.canResend && <SendAgain delivery={delivery} />}
    >
      {lost && <Failure error={lost} />}
      <Outcome delivery={delivery} />
      <Facts delivery={delivery} />
      <div className={styles['work']}>
        <Tries delivery={delivery} />
        <Message delivery={delivery} />
      </div>
    </Page>
  );
}

function Facts({ delivery }: { delivery: WholeDelivery }) {
  const { subject, run, stepName, originRunId, messageId, createdAt, finishedAt, nextAt, askedBy } =
    delivery;
  const { slug } = run.project;
  return (
    <dl className={styles['facts']}>
      <div data-wide>
        <dt>Subject</dt>
        <dd>{subject}</dd>
      </div>
      <div>
        <dt>Scenario</dt>
        <dd>
          {run.scenario && run.scenario.deletedAt === null ? (
            <Link href={paths.scenario(slug, run.scenario.databaseId)}>{run.scenario.name}</Link>
          ) : (
            run.name
          )}
        </dd>
      </div>
      <div>
        <dt>Run and step</dt>
        <dd>
          <Link href={paths.run(slug, run.databaseId)}>run {run.databaseId}</Link>
          {originRunId !== run.databaseId && (
            <>
              , a retry of <Link href={paths.run(slug, originRunId)}>run {originRunId}</Link>
            </>
          )}
          , {stepName}
        </dd>
      </div>
      <div>
        <dt>Came up</dt>
        <dd>
          <Moment at={createdAt} />
        </dd>
      </div>
      {finishedAt !== null && (
        <div>
          <dt>Settled</dt>
          <dd>
            <Moment at={finishedAt} />
          </dd>
        </div>
      )}
      {nextAt !== null && (
        <div>
          <dt>Next try</dt>
          <dd>
            <Ago at={nextAt} />
          </dd>
        </div>
      )}
      {askedBy !== null && (
        <div>
          <dt>Asked for again by</dt>
          <dd>{askedBy.name}</dd>
        </div>
      )}
      <div data-wide>
        <dt>Message-ID</dt>
        <dd className={styles['id']}>
          <code>{messageId}</code>
          <CopyButton text={() => messageId} />
        </dd>
      </div>
    </dl>
  );
}

function None({ id }: { id: string }) {
  const { project } = usePlace();
  const crumbs = [{ href: paths.deliveries(project.slug), label: 'Deliveries' }];
  return (
    <Page title={`Delivery ${id}`} crumbs={crumbs}>
      <Empty title={`There is no delivery ${id} that you may see.`}>
        <p>It may lie in another project, or have gone with its run by retention.</p>
      </Empty>
    </Page>
  );
}
