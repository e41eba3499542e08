/** The steps of a scenario as a picture: one after the other, side by side where they run together, each with how it
 *  stands in the latest run. Drawn to the width that there is. */
import { useRef, type CSSProperties } from 'react';
import { Link } from 'wouter';
import { StateMark } from '../../parts/state-mark.tsx';
import { Tip } from '../../parts/tip.tsx';
import { Took } from '../../parts/time.tsx';
import { count } from '../../parts/progress.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { lookOf, STEP_LOOKS } from '../../words/states.ts';
import type { ConfiguredStep } from './configured-steps.ts';
import { layoutSteps, stagesOf, type Box } from './step-layout.ts';
import type { RecentStep } from './use-scenario.ts';
import styles from './step-picture.module.css';

const PLAIN_H = 58;
const MARKED_H = 82;

/** @param latest the steps of the latest run. @param href where a step leads. */
export function StepPicture({
  steps,
  latest,
  href,
}: {
  steps: readonly ConfiguredStep[];
  latest: readonly RecentStep[] | undefined;
  href: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const stages = stagesOf(steps);
  const height = steps.some((step) => marksOf(step).length > 0) ? MARKED_H : PLAIN_H;
  const layout = layoutSteps(stages, width, height);
  const found = new Map(latest?.map((step) => [step.name, step]));
  return (
    <div ref={place} className={styles['place']}>
      {width > 0 && (
        <div className={styles['picture']} style={{ height: layout.height }}>
          <svg
            width={layout.width}
            height={layout.height}
            aria-hidden="true"
            className={styles['lines']}
          >
            <defs>
              <marker
                id="step-arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0,0.5 7.5,4 0,7.5z" />
              </marker>
            </defs>
            {layout.lines.map(({ d, arrow }) => (
              <path key={d} d={d} {...(arrow && { markerEnd: 'url(#step-arrow)' })} />
            ))}
          </svg>
          <ol>
            {stages.map(({ first, last }) => {
              const group = layout.groups.find((each) => each.first === first);
              const items = steps
                .slice(first, last + 1)
                .map((step, n) => (
                  <Step
                    key={step.name}
                    step={step}
                    latest={found.get(step.name)}
                    known={latest !== undefined}
                    box={layout.boxes[first + n]!}
                    href={href}
                  />
                ));
              if (!group) return items;
              return (
                <li key={first} className={styles['stage']}>
                  <div className={styles['group']} style={at(group)}>
                    <span>{groupWords(steps.slice(first, last + 1))}</span>
                  </div>
                  <ol>{items}</ol>
                </li>
              );
            })}
          </ol>
        </div>
      )}
    </div>
  );
}

const at = ({ x, y, w, h }: Box): CSSProperties => ({ left: x, top: y, width: w, height: h });

function groupWords(steps: readonly ConfiguredStep[]): string {
  const together = steps.filter(({ transactional }) => transactional).length;
  if (together === steps.length) return 'together, all or nothing';
  return together > 1 ? `together, ${together} all or nothing` : 'together, each on its own';
}

/** What is out of the ordinary about a step. */
function marksOf({ runIf, retries, timeout, transactional }: ConfiguredStep): string[] {
  return [
    ...(runIf === 'failure' ? ['on failure'] : []),
    ...(runIf === 'always' ? ['always'] : []),
    ...(retries > 0 ? [`${retries} ${retries === 1 ? 'retry' : 'retries'}`] : []),
    ...(timeout === null ? [] : [`≤ ${timeout}`]),
    ...(transactional ? [] : ['publishes alone']),
  ];
}

function Step({
  step,
  latest,
  known,
  box,
  href,
}: {
  step: ConfiguredStep;
  latest: RecentStep | undefined;
  /** There is a latest run. */
  known: boolean;
  box: Box;
  href: string;
}) {
  const marks = marksOf(step);
  const look = latest && lookOf(STEP_LOOKS, latest.state);
  const words = [
    `${step.name} (${step.kind})`,
    ...marks,
    ...(look ? [look.label] : known ? ['not in the latest run'] : []),
    ...(latest?.reason ? [latest.reason] : []),
  ].join(', ');
  return (
    <li className={styles['step']} style={at(box)}>
      <Tip text={words}>
        <Link href={href} data-tone={look?.tone} data-step={step.name}>
          <span className={styles['head']}>
            {latest ? (
              <StateMark looks={STEP_LOOKS} state={latest.state} quiet />
            ) : (
              <i className={styles['none']} aria-hidden="true" />
            )}
            <span className={styles['name']}>{step.name}</span>
            {!latest && known && <span className="visually-hidden">, not in the latest run</span>}
          </span>
          <span className={styles['kind']}>
            <span>{step.kind === step.name ? '' : step.kind}</span>
            {latest?.startedAt != null && (
              <span className={styles['took']}>
                <Told step={latest} />
              </span>
            )}
          </span>
          {marks.length > 0 && (
            <span className={styles['marks']}>
              {marks.map((mark) => (
                <span key={mark}>{mark}</span>
              ))}
            </span>
          )}
        </Link>
      </Tip>
    </li>
  );
}

/** How long it took; while it runs, how far it is. */
function Told({ step: { state, startedAt, finishedAt, progress } }: { step: RecentStep }) {
  if (state !== 'RUNNING') return <Took from={startedAt} to={finishedAt} />;
  return (
    <>
      {progress && (
        <>
          {count(progress.done)}
          {progress.total ? ` of ${count(progress.total)}` : ''} ·{' '}
        </>
      )}
      <Took from={startedAt} to={null} />
    </>
  );
}
