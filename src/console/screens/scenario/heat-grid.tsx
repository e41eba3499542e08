/** The last runs and their steps as a grid: a column a run, the newest at the right, a row a step. A cell tells its state
 *  by colour and shape and how long it took by its height. Arrow keys move in it; it is a table to screen readers. */
import {
  memo,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
} from 'react';
import { Link } from 'wouter';
import { Tips } from '../../parts/tips.tsx';
import { paths } from '../../shell/place.ts';
import { lookOf, RUN_LOOKS, SOURCE_WORDS, STEP_LOOKS } from '../../words/states.ts';
import { moment, span } from '../../words/time.ts';
import { heatOf, runShares } from './heat-model.ts';
import { moveInGrid } from './move-in-grid.ts';
import { tookMs } from './statistics.ts';
import type { RecentRun, RecentStep } from './use-scenario.ts';
import styles from './heat-grid.module.css';

/** The cell that Tab reaches, by its run, so that it stays where it is when a new one comes. */
type Spot = { readonly row: string; readonly run: string };

/** @param runs the newest first. @param names of the steps as they are configured now. */
export function HeatGrid({
  runs,
  names,
  project,
}: {
  runs: readonly RecentRun[];
  names: readonly string[];
  project: string;
}) {
  const heat = useMemo(() => heatOf(runs, names), [runs, names]);
  const heads = useMemo(() => runShares(heat.runs), [heat]);
  const place = useRef<HTMLDivElement>(null);
  const [spot, setSpot] = useState<Spot | null>(null);
  const newest = String(heat.runs.at(-1)?.databaseId);
  const isThere = heat.runs.some(({ databaseId }) => String(databaseId) === spot?.run);
  const here = spot && isThere ? spot : { row: '0', run: newest };

  const onFocus = useCallback(({ currentTarget: cell }: FocusEvent<HTMLElement>) => {
    const { row = '0', run = '' } = cell.dataset;
    setSpot({ row, run });
  }, []);

  // The newest is at the right, where one looks first.
  const count = heat.runs.length;
  useLayoutEffect(() => {
    const element = place.current;
    if (element) element.scrollLeft = element.scrollWidth;
  }, [count]);

  return (
    <Tips>
      <div ref={place} className={styles['place']}>
        <table aria-label="The last runs and their steps" className={styles['grid']}>
          <thead>
            <tr>
              <th scope="col" className={styles['corner']}>
                <span className="visually-hidden">Step</span>
              </th>
              {heat.runs.map((run, column) => (
                <th key={run.id} scope="col" className={styles['column']}>
                  <Head
                    run={run}
                    share={heads[column] ?? null}
                    href={paths.run(project, run.databaseId)}
                    column={column}
                    reachable={here.row === '0' && here.run === String(run.databaseId)}
                    onFocus={onFocus}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {heat.rows.map(({ name, current, cells }, index) => (
              <tr key={name} data-former={!current || undefined}>
                <th scope="row" className={styles['row']}>
                  <span data-tip-cut>{name}</span>
                  {!current && <em>former</em>}
                </th>
                {cells.map(({ step, share }, column) => {
                  const { id, databaseId } = heat.runs[column]!;
                  const row = index + 1;
                  return (
                    <td key={id} className={styles['column']}>
                      {step ? (
                        <Cell
                          step={step}
                          share={share}
                          run={databaseId}
                          href={paths.run(project, databaseId)}
                          row={row}
                          column={column}
                          reachable={here.row === String(row) && here.run === String(databaseId)}
                          onFocus={onFocus}
                        />
                      ) : (
                        <span className={styles['cell']}>
                          <span className="visually-hidden">not in this run</span>
                        </span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Tips>
  );
}

type Place = {
  readonly href: string;
  readonly column: number;
  readonly reachable: boolean;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
};

const move = (event: KeyboardEvent<HTMLElement>) => {
  if (moveInGrid(event.currentTarget, event.key, event.ctrlKey)) event.preventDefault();
};

const Head = memo(function Head({
  run,
  share,
  href,
  column,
  reachable,
  onFocus,
}: Place & { run: RecentRun; share: number | null }) {
  const { label, tone } = lookOf(RUN_LOOKS, run.state);
  const took = tookMs(run);
  const words = [
    `Run ${run.databaseId}`,
    label,
    SOURCE_WORDS[run.source] ?? run.source,
    `due ${moment(run.dueAt)}`,
    ...(took === null ? [] : [`took ${span(took)}`]),
    ...(run.reason ? [run.reason] : []),
  ];
  return (
    <Link
      href={href}
      className={styles['head']}
      data-row={0}
      data-column={column}
      data-run={run.databaseId}
      data-tone={tone}
      data-state={run.state}
      data-tip={words.join(' · ')}
      tabIndex={reachable ? 0 : -1}
      aria-label={words.join(', ')}
      onKeyDown={move}
      onFocus={onFocus}
    >
      <span style={{ height: heightOf(share) }} />
    </Link>
  );
});

const Cell = memo(function Cell({
  step,
  share,
  run,
  href,
  row,
  column,
  reachable,
  onFocus,
}: Place & { step: RecentStep; share: number | null; run: number; row: number }) {
  const { label, tone } = lookOf(STEP_LOOKS, step.state);
  const took = tookMs(step);
  const words = [
    step.name,
    label,
    ...(took === null ? [] : [`took ${span(took)}`]),
    ...(step.attempt > 1 ? [`attempt ${step.attempt}`] : []),
    ...(step.reason ? [step.reason] : []),
    `run ${run}`,
  ];
  return (
    <Link
      href={href}
      className={styles['cell']}
      data-row={row}
      data-column={column}
      data-run={run}
      data-step={step.name}
      data-tone={tone}
      data-state={step.state}
      data-tip={words.join(' · ')}
      tabIndex={reachable ? 0 : -1}
      aria-label={words.join(', ')}
      onKeyDown={move}
      onFocus={onFocus}
    >
      <span style={{ height: heightOf(share) }} />
    </Link>
  );
});

/** A quarter at least, so that the state of the shortest is seen. */
const heightOf = (share: number | null) => `${share === null ? 100 : 25 + 75 * share}%`;
