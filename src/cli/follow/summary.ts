/** What came of a run, in a line or two. */
import { colourOf, stateText, type Paint } from '../text/style.ts';
import { formatDuration } from '../text/time.ts';
import { clean } from '../text/width.ts';
import { msBetween } from './event-lines.ts';
import type { RunView } from './run-view.ts';

export function summaryLines(run: RunView, { paint }: { paint: Paint }): string[] {
  const { databaseId, state, startedAt, finishedAt, reason, steps, scenario, name } = run;
  const took =
    startedAt && finishedAt ? ` in ${formatDuration(msBetween(startedAt, finishedAt))}` : '';
  const counts = Object.entries(Object.groupBy(steps, (step) => stateText(step.state)))
    .map(([each, group = []]) => `${group.length} ${each}`)
    .join(', ');
  const title = `${scenario?.slug ?? clean(name)}, run ${databaseId}:`;
  const what = `${paint(['bold', colourOf(state)] as never, stateText(state))}${took}`;
  return [
    `${title} ${what}${counts === '' ? '' : paint('dim', ` (steps: ${counts})`)}`,
    ...(reason ? [`  ${clean(reason)}`] : []),
  ];
}
