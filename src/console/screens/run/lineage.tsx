/** Where a run came from and what came of it: the decision that made it, its chain of retries, the runs of other
 *  scenarios before and behind it. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS, TICK_LOOKS } from '../../words/states.ts';
import styles from './run.module.css';

export type Relative = {
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly state: string;
  readonly dueAt: string;
};

type Related = {
  readonly id: string;
  readonly tick: {
    readonly outcome: string;
    readonly reason: string | null;
    readonly dueAt: string;
    readonly decidedAt: string;
  } | null;
  readonly origin: (Relative & { readonly retries: readonly Relative[] }) | null;
  readonly retries: readonly Relative[];
  readonly upstreamRuns: readonly Relative[];
  readonly downstreamRuns: readonly Relative[];
  readonly scenario: { readonly zone: string } | null;
};

/** The other runs of its chain of retries, oldest first. */
export function chainOf({ id, origin, retries }: Pick<Related, 'id' | 'origin' | 'retries'>) {
  const chain = origin === null ? retries : [origin, ...origin.retries];
  return chain.filter((each) => each.id !== id);
}

export function Lineage({ run }: { run: Related }) {
  const { tick, upstreamRuns, downstreamRuns } = run;
  const zone = run.scenario?.zone;
  const chain = chainOf(run);
  return (
    <Panel title="Cause and effect">
      <div className={styles['lineage']}>
        <Part title="Decided">
          {tick === null ? (
            <p className={styles['quiet']}>It has no scenario, so nothing was decided.</p>
          ) : (
            <div className={styles['tick']}>
              <StateMark looks={TICK_LOOKS} state={tick.outcome} />
              <span>
                due <Moment at={tick.dueAt} zone={zone} />, decided{' '}
                <Moment at={tick.decidedAt} zone={zone} />
              </span>
              {tick.reason !== null && <p>{tick.reason}</p>}
            </div>
          )}
        </Part>
        <Runs title="Made by the success of" runs={upstreamRuns} />
        <Runs title="Tries of the same" runs={chain} />
        <Runs title="Its success made" runs={downstreamRuns} />
      </div>
    </Panel>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles['part']}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Runs({ title, runs }: { title: string; runs: readonly Relative[] }) {
  const { project } = usePlace();
  if (runs.length === 0) return null;
  return (
    <Part title={title}>
      <ul className={styles['runs']}>
        {runs.map(({ id, databaseId, name, state, dueAt }) => (
          <li key={id}>
            <StateMark looks={RUN_LOOKS} state={state} quiet />
            <Link href={paths.run(project.slug, databaseId)} className={styles['link']}>
              {name}, run {databaseId}
            </Link>
            <span className={styles['quiet']}>
              due <Moment at={dueAt} />
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
