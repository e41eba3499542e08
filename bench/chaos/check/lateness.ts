/** What is decided more than a minute late goes by the catch-up policy, what is on time never counts as missed. */
import type { History } from '../history.ts';
import { createCheck, type Check } from './finding.ts';
import type { TickRow } from './rows.ts';
import type { Decided } from './ticks.ts';

const LATE_MS = 60_000;
// A batch of decisions is written some time after the clock was read.
const SLACK_MS = 5_000;
// Those of one pass are decided together.
const PASS_MS = 500;

export function checkLateness(history: History, decided: Decided): Check {
  const check = createCheck('late due times go by catchup, within its window and cap');
  for (const scenario of history.scenarios) {
    const { id, catchup, catchupWindowMs, maxCatchupRuns } = scenario;
    const caughtUp: TickRow[] = [];
    for (const { tick } of decided.get(id) ?? []) {
      const lateMs = tick.decidedMs - tick.untilMs;
      const words = () =>
        `tick ${tick.id} of scenario ${id} is ${tick.outcome}, decided ${Math.round(lateMs)} ms late`;
      switch (tick.outcome) {
        case 'missed':
          check.expect(lateMs > LATE_MS, words);
          break;
        case 'missed_window':
          check.expect(lateMs > catchupWindowMs, words);
          break;
        case 'fired':
        case 'waiting':
          if (lateMs <= LATE_MS + SLACK_MS) break;
          caughtUp.push(tick);
          check.expect(catchup !== 'none' && lateMs <= catchupWindowMs + SLACK_MS, words);
      }
    }
    const cap = catchup === 'all' ? maxCatchupRuns : 1;
    for (const first of caughtUp) {
      const together = caughtUp.filter(
        ({ decidedMs }) => decidedMs >= first.decidedMs && decidedMs < first.decidedMs + PASS_MS,
      );
      check.expect(together.length <= cap, () => {
        const ids = together.map((tick) => tick.id).join(', ');
        return `scenario ${id} caught up ${together.length} at once, not ${cap}: ticks ${ids}`;
      });
    }
  }
  return check;
}
