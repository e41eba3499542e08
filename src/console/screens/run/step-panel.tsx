/** One step of a run: where it stands and why, how far it is, every attempt, and what it answered. */
import { lazy, Suspense, type ReactNode } from 'react';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Progress } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Moment, Took } from '../../parts/time.tsx';
import { STEP_LOOKS } from '../../words/states.ts';
import type { OutputProps } from './output/output.ts';
import { whatOf } from './reason-words.ts';
import type { Attempt, StepView } from './run-view.ts';
import styles from './step.module.css';

// Weighs more than the panel, and kinds have views of their own.
const StepOutput = lazy(() => import('./step-output.tsx'));

type Configured = {
  readonly config: unknown;
  readonly timeout: string | null;
  readonly runIf: string;
  readonly retries: { readonly max: number } | null;
};

export function StepPanel({
  step,
  configured,
  run,
  files,
}: {
  step: StepView;
  configured: Configured | undefined;
  run: OutputProps['run'];
  /** Of all steps. */
  files: OutputProps['files'];
}) {
  const { state, reason, progress, attempts, output, retryAt } = step;
  const hasOutput = output !== null && output !== undefined;
  return (
    <Panel
      title={step.name}
      note={<code>{step.kind}</code>}
      actions={<StateMark looks={STEP_LOOKS} state={state} />}
    >
      <div className={styles['step']}>
        {reason !== null && state !== 'RUNNING' && (
          <p className={styles['reason']} data-state={state}>
            <Icon name="warn" />
            <span>{whatOf(reason)}</span>
          </p>
        )}
        {state === 'RUNNING' && progress !== null && (
          <Progress value={progress} label={`Progress of ${step.name}`} />
        )}
        {retryAt !== null && (
          <p>
            Tries again <Ago at={retryAt} />.
          </p>
        )}
        <Part title="Attempts" note={triesNote(attempts.length, configured?.retries?.max ?? 0)}>
          {attempts.length === 0 ? (
            <p className={styles['none']}>{whyNone(step)}</p>
          ) : (
            <ol className={styles['attempts']}>
              {attempts.map((each) => (
                <OneAttempt key={each.attempt} attempt={each} told={reason} />
              ))}
            </ol>
          )}
        </Part>
        <Part
          title="Output"
          actions={hasOutput && <CopyButton text={() => JSON.stringify(output, null, 2)} />}
        >
          <Suspense fallback={<Skeleton lines={hasOutput ? 4 : 1} />}>
            <StepOutput
              step={step}
              run={run}
              files={files.filter(({ pos }) => pos === step.pos)}
              config={configured?.config}
            />
          </Suspense>
        </Part>
        {configured && (
          <details className={styles['config']}>
            <summary>Configuration</summary>
            <JsonView value={configured.config} label={`Configuration of ${step.name}`} />
          </details>
        )}
      </div>
    </Panel>
  );
}

function Part({
  title,
  note,
  actions,
  children,
}: {
  title: string;
  note?: string | null;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles['part']}>
      <header>
        <h3>{title}</h3>
        {note && <span>{note}</span>}
        {actions && <div>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** @param told what stands above all attempts already. */
function OneAttempt({ attempt, told }: { attempt: Attempt; told: string | null }) {
  const { attempt: number, state, workerId, reason, startedAt, finishedAt } = attempt;
  return (
    <li>
      <div className={styles['line']}>
        <span className={styles['number']}>{number}</span>
        <StateMark looks={STEP_LOOKS} state={state} />
        <span className={styles['times']}>
          <Moment at={startedAt} /> · <Took from={startedAt} to={finishedAt} />
        </span>
      </div>
      {workerId && (
        <code className={styles['worker']} title="The worker that tried">
          {workerId}
        </code>
      )}
      {reason !== null && reason !== told && <p className={styles['why']}>{whatOf(reason)}</p>}
    </li>
  );
}

function triesNote(tried: number, retries: number): string | null {
  if (retries === 0) return tried > 1 ? `${tried}` : null;
  return `${tried} of at most ${retries + 1}, lost ones not counted`;
}

function whyNone({ state, reusedFrom }: StepView): string {
  if (state === 'REUSED')
    return reusedFrom === null
      ? 'Its output was taken over from the run that this one retries.'
      : `Its output was taken over from run ${reusedFrom}.`;
  if (state === 'SKIPPED') return 'It was skipped: its condition did not hold.';
  if (state === 'CANCELLED') return 'The run ended before its turn came.';
  return 'Its turn has not come.';
}
