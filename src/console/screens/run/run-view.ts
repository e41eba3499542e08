/** A run as it is now: what the question answered, moved on by the events behind it. Pure. What the answer holds
 *  already (events up to its `eventCount`) changes nothing; and since steps are read a moment after that number, an
 *  event behind it never turns back what has ended. */

export type Progress = {
  readonly done: number;
  readonly total: number | null;
  readonly note: string | null;
  /** Its parts, in the form of the step's kind. */
  readonly detail?: unknown;
};

export type Attempt = {
  readonly attempt: number;
  readonly state: string;
  /** Null for a moment: events do not say who tries. */
  readonly workerId: string | null;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
};

export type Step = {
  readonly id: string;
  readonly pos: number;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  /** 0 before the first. */
  readonly attempt: number;
  readonly reason: string | null;
  readonly output: unknown;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly progress: Progress | null;
  readonly attempts: readonly Attempt[];
};

export type Read = {
  readonly state: string;
  readonly reason: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly lateAt: string | null;
  readonly cancelRequestedAt: string | null;
  readonly workerId: string | null;
  /** The number of the last event that is in all this. */
  readonly eventCount: number;
  readonly steps: readonly Step[];
};

export type StepView = Step & {
  /** Between two attempts: when the next one begins. */
  readonly retryAt: string | null;
  /** The run from which it was taken over. */
  readonly reusedFrom: number | null;
};

export type RunView = Omit<Read, 'eventCount' | 'steps'> & {
  readonly steps: readonly StepView[];
};

export type Event = {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
type StepDraft = Draft<Omit<StepView, 'attempts'>> & { attempts: Draft<Attempt>[] };
type RunDraft = Draft<Omit<RunView, 'steps'>> & { steps: StepDraft[] };

const RUN_OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);
const STEP_OPEN = new Set(['PENDING', 'RUNNING']);
// Lines come by themselves, progress with its event: neither is reason to read a run again.
const SAYS_ALL = new Set(['log', 'step.progress']);

export function viewRun(read: Read, events: readonly Event[]): RunView {
  const { eventCount, ...rest } = read;
  const run: RunDraft = {
    ...rest,
    steps: read.steps.map((step) => ({
      ...step,
      attempts: step.attempts.map((attempt) => ({ ...attempt })),
      retryAt: null,
      reusedFrom: null,
    })),
  };
  const steps = new Map(run.steps.map((step) => [step.pos, step]));
  for (const event of events) {
    if (event.type === 'log') continue;
    const step = steps.get(event.payload['pos'] as number);
    if (step) tellAside(step, event);
    if (event.seq <= eventCount) continue;
    if (step) moveStep(run, step, event);
    else moveRun(run, event);
  }
  return run;
}

/** The number of the last event after which there is more to read than it says itself; 0: none. */
export const lastNews = (events: readonly Event[]): number =>
  events.findLast(({ type }) => !SAYS_ALL.has(type))?.seq ?? 0;

const textIn = ({ payload }: Event, field: string): string | null => {
  const value = payload[field];
  return typeof value === 'string' ? value : null;
};

/** What only events know, whatever the answer holds: until when a step waits, whose output it took over, and that
 *  progress counts from the attempt that began last. */
function tellAside(step: StepDraft, event: Event): void {
  const { type, at, payload } = event;
  if (type === 'step.started') {
    step.progress = null;
    step.retryAt = null;
  } else if (type === 'step.progress') {
    step.progress = {
      done: Number(payload['done']),
      total: typeof payload['total'] === 'number' ? payload['total'] : null,
      note: textIn(event, 'note'),
      ...(payload['detail'] !== undefined && { detail: payload['detail'] }),
    };
  } else if (type === 'step.retrying') {
    const isLatest = step.state === 'RUNNING' && Number(payload['attempt']) >= step.attempt;
    const dueMs = Date.parse(at) + Number(payload['delay_ms'] ?? 0);
    step.retryAt = isLatest ? new Date(dueMs).toISOString() : null;
  } else if (type === 'step.finished') {
    step.retryAt = null;
    if (payload['state'] === 'reused' && typeof payload['run_id'] === 'number')
      step.reusedFrom = payload['run_id'];
  }
}

function moveRun(run: RunDraft, event: Event): void {
  const { type, at } = event;
  if (RUN_OVER.has(run.state)) return;
  switch (type) {
    case 'run.queued':
      if (run.state === 'WAITING') run.state = 'QUEUED';
      return;
    case 'run.started':
      run.state = 'RUNNING';
      run.startedAt ??= at;
      return;
    case 'run.handed_over':
      run.state = 'QUEUED';
      run.workerId = null;
      for (const step of run.steps) endAttempts(step, 'LOST', at, null);
      return;
    case 'run.late':
      run.lateAt ??= at;
      return;
    case 'run.cancel_requested':
      run.cancelRequestedAt ??= at;
      return;
    case 'run.finished':
      run.state = (textIn(event, 'state') ?? 'succeeded').toUpperCase();
      run.reason = textIn(event, 'reason');
      run.finishedAt ??= at;
      for (const step of run.steps) endWithRun(step, run.state, at);
      return;
    default:
      // Newer servers know more types.
      return;
  }
}

/** Nothing of a run goes on when it has ended; why, the next answer says. */
function endWithRun(step: StepDraft, runState: string, at: string): void {
  if (!STEP_OPEN.has(step.state)) return;
  const unbegun = runState === 'CANCELLED' ? runState : 'SKIPPED';
  step.state = step.state === 'PENDING' ? unbegun : runState;
  step.finishedAt ??= at;
  step.retryAt = null;
  endAttempts(step, runState, at, null);
}

function moveStep(run: RunDraft, step: StepDraft, event: Event): void {
  const { type, at, payload } = event;
  const attempt = Number(payload['attempt'] ?? 0);
  const reason = textIn(event, 'reason');
  if (!STEP_OPEN.has(step.state)) return;
  if (type === 'step.started') {
    // After a hand-over nothing else says that another worker has begun.
    if (!RUN_OVER.has(run.state)) run.state = 'RUNNING';
    step.state = 'RUNNING';
    step.startedAt ??= at;
    if (attempt <= step.attempt) return;
    step.attempt = attempt;
    const known = step.attempts.some((each) => each.attempt === attempt);
    if (known) return;
    const { workerId } = run;
    const begun = { attempt, state: 'RUNNING', workerId, reason: null };
    step.attempts.push({ ...begun, startedAt: at, finishedAt: null });
  } else if (type === 'step.retrying') {
    endAttempts(step, 'FAILED', at, reason, attempt);
  } else if (type === 'attempt.lost') {
    endAttempts(step, 'LOST', at, reason, attempt);
  } else if (type === 'step.finished') {
    const state = (textIn(event, 'state') ?? 'succeeded').toUpperCase();
    step.state = state;
    step.reason = reason;
    step.finishedAt = at;
    endAttempts(step, state === 'ROLLED_BACK' ? 'CANCELLED' : state, at, reason);
  }
}

/** @param only that attempt; by default every one that goes on. */
function endAttempts(
  step: StepDraft,
  state: string,
  at: string,
  reason: string | null,
  only?: number,
): void {
  for (const each of step.attempts) {
    if (each.state !== 'RUNNING' || (only !== undefined && each.attempt !== only)) continue;
    Object.assign(each, { state, reason, finishedAt: at });
  }
}

/** The step that deserves a look when nobody has chosen one: what failed, what runs, what came last. */
export function stepToShow(steps: readonly StepView[]): StepView | undefined {
  const reached = (step: StepView) => !['PENDING', 'SKIPPED', 'CANCELLED'].includes(step.state);
  return (
    steps.find(({ state }) => state === 'FAILED') ??
    steps.find(({ state }) => state === 'RUNNING') ??
    steps.findLast(reached) ??
    steps[0]
  );
}
