/** When each scenario was due, computed from the driver's record alone. */
import type { Change, DueRule } from '../history.ts';

/** A due time that must be decided; or one near an edit, which the old or the new trigger may have had. */
export type Due = {
  readonly ms: number;
  readonly kind: 'sure' | 'old' | 'new';
  readonly edit: number;
};

/** The due times of a rule in (afterMs, untilMs]. */
export function* dueTimes(rule: DueRule, afterMs: number, untilMs: number): Iterable<number> {
  if (rule.kind === 'never') return;
  const every = rule.kind === 'interval' ? rule.everyMs : rule.everyMinutes * 60_000;
  const anchor = rule.kind === 'interval' ? rule.anchorMs : 0;
  const first = anchor + (Math.floor((afterMs - anchor) / every) + 1) * every;
  for (let ms = first; ms <= untilMs; ms += every) yield ms;
}

/** Every due time of a scenario's life, in order. An edit took effect at an instant c in [fromMs, untilMs]: the old
 *  trigger's due times up to c count, and the new one's after c; one that both have counts either way. */
export function expectedDues(changes: readonly Change[], endedMs: number): Due[] {
  const dues: Due[] = [];
  for (const [edit, change] of changes.entries()) {
    const next = changes[edit + 1];
    const sureUntilMs = next ? next.fromMs : endedMs;
    for (const ms of dueTimes(change.rule, change.untilMs, sureUntilMs)) {
      dues.push({ ms, kind: 'sure', edit });
    }
    if (!next) continue;
    // Two edits may overlap by a rounded millisecond.
    const old = new Set(dueTimes(change.rule, Math.max(next.fromMs, change.untilMs), next.untilMs));
    const fresh = new Set(dueTimes(next.rule, next.fromMs, next.untilMs));
    for (const ms of old) dues.push({ ms, kind: fresh.has(ms) ? 'sure' : 'old', edit: edit + 1 });
    for (const ms of fresh) if (!old.has(ms)) dues.push({ ms, kind: 'new', edit: edit + 1 });
  }
  return dues.toSorted((a, b) => a.ms - b.ms);
}
