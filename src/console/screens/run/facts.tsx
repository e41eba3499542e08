/** The facts at the head of a run: what made it, its times, who has it, with which parameters. */
import type { ReactNode } from 'react';
import { Moment, Took } from '../../parts/time.tsx';
import { Source } from './source.tsx';
import type { RunView } from './run-view.ts';
import styles from './run.module.css';

type Known = Parameters<typeof Source>[0]['run'] & {
  readonly dueAt: string;
  readonly createdAt: string;
  readonly params: unknown;
  readonly scenario: { readonly zone: string } | null;
};

export function Facts({ run, view }: { run: Known; view: RunView }) {
  const zone = run.scenario?.zone;
  const params = Object.entries((run.params ?? {}) as Readonly<Record<string, unknown>>);
  const instant = (at: string | null) => (at === null ? '–' : <Moment at={at} zone={zone} />);
  return (
    <dl className={styles['facts']}>
      <Fact name="Triggered" wide>
        <Source run={run} />
      </Fact>
      <Fact name="Due">{instant(run.dueAt)}</Fact>
      <Fact name="Queued">{instant(run.createdAt)}</Fact>
      <Fact name="Started">{instant(view.startedAt)}</Fact>
      <Fact name="Ended">{instant(view.finishedAt)}</Fact>
      <Fact name="Took">
        <Took from={view.startedAt} to={view.finishedAt} />
      </Fact>
      <Fact name="Worker" wide>
        {view.workerId === null ? '–' : <code>{view.workerId}</code>}
      </Fact>
      {params.length > 0 && (
        <Fact name="Parameters" wide>
          <span className={styles['params']}>
            {params.map(([name, value]) => (
              <code key={name}>
                {name} = {typeof value === 'string' ? value : JSON.stringify(value)}
              </code>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({
  name,
  wide = false,
  children,
}: {
  name: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={styles['fact']} data-wide={wide || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
