/** What the picture of a run shows, before it is drawn: which time, which bars, which steps together. Pure; all in
 *  epoch ms. */
import type { StepView } from './run-view.ts';

export type Period = {
  readonly fromMs: number;
  readonly toMs: number;
  /** How much of the wait before the first step is left out at the left, since it would dwarf the run; 0: nothing. */
  readonly cutMs: number;
};

type Course = {
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
};

// Below that the bars of a run that was over at once have no width to speak of.
const SHORTEST_MS = 20;
const FIRST_MS = 500;
const GROWTH = 1.6;
/** The share of the run's own length that a wait before it may take. */
const LONGEST_WAIT = 0.3;
const SHOWN_WAIT = 0.12;

/** From when it was made to its end. While it goes on the end lies ahead and moves in leaps, so that bars grow and the
 *  picture does not shrink with each frame. */
export function periodOf({ createdAt, startedAt, finishedAt }: Course, nowMs: number): Period {
  const madeMs = Date.parse(createdAt);
  const endMs = finishedAt === null ? nowMs : Date.parse(finishedAt);
  const beganMs = startedAt === null ? madeMs : Date.parse(startedAt);
  const ranMs = Math.max(endMs - beganMs, 0);
  const lengthMs = finishedAt === null ? roomFor(ranMs) : Math.max(ranMs, SHORTEST_MS);
  const waitedMs = Math.max(beganMs - madeMs, 0);
  const cutMs = waitedMs > lengthMs * LONGEST_WAIT ? waitedMs - lengthMs * SHOWN_WAIT : 0;
  return { fromMs: madeMs + cutMs, toMs: beganMs + lengthMs, cutMs };
}

function roomFor(ms: number): number {
  let room = FIRST_MS;
  while (room < ms * 1.02) room *= GROWTH;
  return room;
}

export type Bar = {
  readonly key: string;
  /** Of the attempt, or `PAUSE` between two of them. */
  readonly state: string;
  readonly fromMs: number;
  /** Null: it goes on. */
  readonly toMs: number | null;
};

/** Attempts, and the waits between them. */
export function barsOf(step: StepView): Bar[] {
  const bars: Bar[] = [];
  for (const [index, { attempt, state, startedAt, finishedAt }] of step.attempts.entries()) {
    const fromMs = Date.parse(startedAt);
    const toMs = finishedAt === null ? null : Date.parse(finishedAt);
    bars.push({ key: `${attempt}`, state, fromMs, toMs });
    const next = step.attempts[index + 1];
    const waits = next !== undefined || step.state === 'RUNNING';
    if (toMs === null || !waits) continue;
    const untilMs = next === undefined ? null : Date.parse(next.startedAt);
    bars.push({ key: `${attempt} pause`, state: 'PAUSE', fromMs: toMs, toMs: untilMs });
  }
  return bars;
}

/** Neighbours that run together, in order; most stand alone.
 *  @param parallel whether the step at a position is marked so. */
export function groupsOf(
  steps: readonly StepView[],
  parallel: (pos: number) => boolean,
): StepView[][] {
  const groups: StepView[][] = [];
  let open: StepView[] | null = null;
  for (const step of steps) {
    if (!parallel(step.pos)) open = null;
    if (open) open.push(step);
    else {
      const group = [step];
      groups.push(group);
      open = parallel(step.pos) ? group : null;
    }
  }
  return groups;
}

/** How long it has worked, pauses included; null before it began. */
export function tookMs(
  { startedAt, finishedAt }: Pick<StepView, 'startedAt' | 'finishedAt'>,
  nowMs: number,
): number | null {
  if (startedAt === null) return null;
  const fromMs = Date.parse(startedAt);
  return Math.max(0, (finishedAt === null ? nowMs : Date.parse(finishedAt)) - fromMs);
}
