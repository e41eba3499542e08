/** Which decision stands for which due times: walks both side by side. */
import type { Due } from './due-times.ts';
import { iso } from './finding.ts';
import type { TickRow } from './rows.ts';

export type Covered = { readonly tick: TickRow; readonly dues: readonly Due[] };

export type Coverage = {
  readonly covered: readonly Covered[];
  readonly undecided: readonly Due[];
  readonly problems: readonly string[];
};

/** @param dues in order. @param ticks of one scenario and source, in order. */
export function coverDues(dues: readonly Due[], ticks: readonly TickRow[]): Coverage {
  const covered: Covered[] = [];
  const undecided: Due[] = [];
  const problems: string[] = [];
  let at = 0;
  let reachedMs = -Infinity;
  for (const tick of ticks) {
    if (tick.dueMs <= reachedMs) problems.push(`tick ${tick.id} decides ${iso(tick.dueMs)} again`);
    reachedMs = Math.max(reachedMs, tick.untilMs);
    while (at < dues.length && dues[at]!.ms < tick.dueMs) undecided.push(dues[at++]!);
    const own: Due[] = [];
    while (at < dues.length && dues[at]!.ms <= tick.untilMs) own.push(dues[at++]!);
    const sure = own.filter((due) => due.kind === 'sure').length;
    if (own[0]?.ms !== tick.dueMs || own.at(-1)?.ms !== tick.untilMs) {
      problems.push(
        `tick ${tick.id} (${iso(tick.dueMs)} to ${iso(tick.untilMs)}) begins or ends when nothing is due`,
      );
    } else if (tick.count < sure || tick.count > own.length) {
      problems.push(`tick ${tick.id} counts ${tick.count} due times, not ${sure}`);
    }
    covered.push({ tick, dues: own });
  }
  undecided.push(...dues.slice(at));
  return { covered, undecided, problems };
}
