/** Nothing is skipped or dropped without a run in the way. */
import type { History, ScenarioHistory } from '../history.ts';
import { iso, type createCheck } from './finding.ts';
import type { TickRow } from './rows.ts';
import { decidingMs } from './states.ts';
import type { Stay } from './stays.ts';

// Decisions of a batch lie apart by less than this.
const SLACK_MS = 2_000;

export function checkCauses(
  check: ReturnType<typeof createCheck>,
  history: History,
  { id, overlap }: ScenarioHistory,
  stays: readonly Stay[],
  ticks: readonly TickRow[],
): void {
  for (const tick of ticks) {
    if (tick.outcome !== 'skipped_overlap' && tick.outcome !== 'dropped') continue;
    const lookedMs = tick.decidedMs - decidingMs(history, tick.decidedMs);
    const inTheWay = stays.some(
      ({ run }) =>
        run.exclusive &&
        run.createdMs <= tick.decidedMs + SLACK_MS &&
        (run.finishedMs ?? Infinity) >= lookedMs,
    );
    check.expect(inTheWay && overlap !== 'buffer_all', () => {
      const ends = stays.map(({ run }) => run.finishedMs ?? Infinity);
      const last = Math.max(...ends.filter((endMs) => endMs <= tick.decidedMs));
      return (
        `tick ${tick.id} of scenario ${id} (${overlap}) at ${iso(tick.dueMs)} is ${tick.outcome}, decided ` +
        `${iso(tick.decidedMs)}, ${Math.round(tick.decidedMs - last)} ms after the last end`
      );
    });
  }
}
