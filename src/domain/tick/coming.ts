/** What is due next in a project, over all its scenarios that tick, in the order of time. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Schedule } from '../trigger/due-times.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import { readPolicies } from './policies.ts';
import { scheduleOf } from './schedule.ts';
import { SLOT_COLUMNS, type Slot } from './slot.sql.ts';

export type ComingDueTime = {
  readonly scenarioId: number;
  readonly at: Date;
  /** A clock change skipped the time as written, so that it is due here. */
  readonly movedByClockChange: boolean;
  /** The calendar excludes its day, so that it makes no run. */
  readonly excluded: boolean;
};

/** In all, and of one scenario: a scenario that is due every minute must not leave the others out. */
export const MAX_COMING = 2_000;
export const MAX_COMING_OF_ONE = 100;

// Each has a due time in the period or is passed over, so those that come first are enough.
const findComing = statement<Slot>(
  'find-coming',
  `select ${SLOT_COLUMNS} from scenario
   where project_id = $1 and deleted_at is null and next_due_at <= $2 order by next_due_at limit $3`,
);

/** From now or `from`, whichever is later, to `to`, both inclusive. Of a paused organisation nothing comes. Truncated:
 *  there are more than are answered. The caller has made sure that the project may be seen. */
export async function findComingDueTimes(
  db: Queryable,
  projectId: number,
  from: Date,
  to: Date,
): Promise<{ times: ComingDueTime[]; truncated: boolean }> {
  const slots = await rows(db, findComing, [projectId, to, MAX_COMING + 1]);
  const ticking = slots.filter(({ orgPause }) => orgPause === null);
  return merge(ticking, from.getTime(), to.getTime());
}

type Source = { readonly slot: Slot; dueMs: number; taken: number };

/** A scenario's trigger is read when its first due time is the next of all, so that what lies beyond costs nothing. */
function merge(slots: readonly Slot[], fromMs: number, toMs: number) {
  const times: ComingDueTime[] = [];
  let truncated = slots.length > MAX_COMING;
  const schedules = new Map<number, Rules>();
  const queue = sourceQueue();
  for (const slot of slots) queue.push({ slot, dueMs: slot.nextDueAt!.getTime(), taken: 0 });

  for (let source = queue.pop(); source; source = queue.pop()) {
    const { slot, dueMs, taken } = source;
    if (times.length === MAX_COMING) return { times, truncated: true };
    const rules = schedules.getOrInsertComputed(slot.id, () => rulesOf(slot));
    if (rules === null) continue;
    const beginsMs = Math.max(fromMs, slot.now.getTime());
    if (dueMs >= beginsMs) {
      times.push({
        scenarioId: slot.id,
        at: new Date(dueMs),
        movedByClockChange: rules.schedule.kind === 'cron' && rules.schedule.isMoved(dueMs),
        excluded: rules.calendar?.dayOf(dueMs).excluded ?? false,
      });
      source.taken = taken + 1;
    }
    const nextMs = rules.schedule.next(Math.max(dueMs, beginsMs - 1));
    if (nextMs === null || nextMs > toMs) continue;
    if (source.taken === MAX_COMING_OF_ONE) truncated = true;
    else queue.push({ ...source, dueMs: nextMs });
  }
  return { times, truncated };
}

/** null: what is stored cannot be read, so that it will be broken instead of due. */
type Rules = { readonly schedule: Schedule; readonly calendar: Calendar | null } | null;

function rulesOf(slot: Slot): Rules {
  try {
    const named = readPolicies(slot.policies).calendar !== null && slot.calendar !== null;
    const calendar = named ? createCalendar(slot.calendar, slot.zone) : null;
    return { schedule: scheduleOf(slot), calendar };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'TRIGGER_CONFIG') return null;
    throw error;
  }
}

/** The earliest first: a binary heap, since 2,000 scenarios take turns. */
function sourceQueue() {
  const heap: Source[] = [];
  const isBefore = (a: number, b: number) =>
    heap[a]!.dueMs - heap[b]!.dueMs < 0 ||
    (heap[a]!.dueMs === heap[b]!.dueMs && heap[a]!.slot.id < heap[b]!.slot.id);
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);
  return {
    push(source: Source) {
      let at = heap.push(source) - 1;
      for (let up = (at - 1) >> 1; at > 0 && isBefore(at, up); up = (at - 1) >> 1) {
        swap(at, up);
        at = up;
      }
    },
    pop(): Source | undefined {
      if (heap.length < 2) return heap.pop();
      swap(0, heap.length - 1);
      const first = heap.pop();
      for (let at = 0, down = 1; down < heap.length; down = 2 * at + 1) {
        if (down + 1 < heap.length && isBefore(down + 1, down)) down += 1;
        if (!isBefore(down, at)) break;
        swap(at, down);
        at = down;
      }
      return first;
    },
  };
}
