/** The last runs of a scenario as a row of bars, the newest at the right: state by colour and notch, length by height.
 *  Each is a link. */
import { Link } from 'wouter';
import { paths } from '../shell/place.ts';
import { lookOf, RUN_LOOKS } from '../words/states.ts';
import { moment, span } from '../words/time.ts';
import styles from './run-strip.module.css';

export type StripRun = {
  readonly id: string;
  readonly databaseId: number;
  readonly state: string;
  readonly dueAt: string;
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
};

const tookMs = ({ startedAt, finishedAt }: StripRun) =>
  startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;

/** @param runs the newest first. */
export function RunStrip({
  runs,
  project,
  slots = 20,
}: {
  runs: readonly StripRun[];
  project: string;
  slots?: number;
}) {
  const longest = Math.max(1, ...runs.map((run) => tookMs(run) ?? 0));
  const shown = runs.slice(0, slots).toReversed();
  return (
    <ol className={styles['strip']} aria-label={`The last ${shown.length} runs, the newest last`}>
      {Array.from({ length: slots - shown.length }, (_, n) => (
        <li key={n} className={styles['none']} aria-hidden="true" />
      ))}
      {shown.map((run) => {
        const { label, tone } = lookOf(RUN_LOOKS, run.state);
        const took = tookMs(run);
        const words = `${label}, due ${moment(run.dueAt)}${took === null ? '' : `, took ${span(took)}`}`;
        const height = took === null ? 100 : 35 + 65 * Math.sqrt(took / longest);
        return (
          <li key={run.id}>
            <Link href={paths.run(project, run.databaseId)} title={words} aria-label={words}>
              <span data-tone={tone} data-state={run.state} style={{ height: `${height}%` }} />
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
