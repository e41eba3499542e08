/** The last runs of a scenario as a row of bars, the newest at the right: state by colour and notch, length by height.
 *  Each is a link; the keyboard reaches the newest, and by the arrows the others. */
import type { KeyboardEvent, MouseEvent } from 'react';
import { useLocation } from 'wouter';
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
  // Plain links and one handler for all: a list of scenarios draws a thousand of them.
  const [, navigate] = useLocation();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    const { button, metaKey, ctrlKey, shiftKey, altKey } = event;
    if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return;
    event.preventDefault();
    navigate(event.currentTarget.pathname);
  };
  const longest = Math.max(1, ...runs.map((run) => tookMs(run) ?? 0));
  const shown = runs.slice(0, slots).toReversed();
  return (
    <ol className={styles['strip']} aria-label={`The last ${shown.length} runs, the newest last`}>
      {Array.from({ length: slots - shown.length }, (_, n) => (
        <li key={n} className={styles['none']} aria-hidden="true" />
      ))}
      {shown.map((run, at) => {
        const { label, tone } = lookOf(RUN_LOOKS, run.state);
        const took = tookMs(run);
        const words = `${label}, due ${moment(run.dueAt)}${took === null ? '' : `, took ${span(took)}`}`;
        const height = took === null ? 100 : 35 + 65 * Math.sqrt(took / longest);
        return (
          <li key={run.id}>
            <a
              href={paths.run(project, run.databaseId)}
              title={words}
              aria-label={words}
              tabIndex={at === shown.length - 1 ? 0 : -1}
              onClick={follow}
              onKeyDown={moveFocus}
            >
              <span data-tone={tone} data-state={run.state} style={{ height: `${height}%` }} />
            </a>
          </li>
        );
      })}
    </ol>
  );
}

function moveFocus(event: KeyboardEvent<HTMLAnchorElement>) {
  const links = [...(event.currentTarget.closest('ol')?.querySelectorAll('a') ?? [])];
  const at = links.indexOf(event.currentTarget);
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: links.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  links[next]?.focus();
}
