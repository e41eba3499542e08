/** A run as its events tell it: the state of the run and of each step, for drawing. Events are applied in order;
 *  the run itself is read for its names, and again where events are no longer to be had. */

export type StepView = {
  readonly pos: number;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly attempt: number;
  readonly reason: string | null;
  readonly progress: Progress | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
};

export type Progress = {
  readonly done: number;
  /** null while unknown. */
  readonly total: number | null;
  readonly note: string | null;
};

export type RunView = {
  readonly databaseId: number;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly source: string;
  readonly dueAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly eventCount: number;
  readonly scenario: { readonly slug: string } | null;
  readonly steps: readonly StepView[];
};

export const RUN_FIELDS = `databaseId name state reason source dueAt startedAt finishedAt eventCount
  scenario { slug } steps { pos name kind state attempt reason progress { done total note } startedAt finishedAt }`;
export const RUN = `query Run($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`;

/** The run as it was before its first event, so that events can be told from the beginning. */
export function beforeEvents(run: RunView): RunView {
  return {
    ...run,
    state: 'QUEUED',
    reason: null,
    startedAt: null,
    finishedAt: null,
    steps: run.steps.map((step) =>
      step.state === 'REUSED'
        ? step
        : {
            ...step,
            state: 'PENDING',
            attempt: 0,
            reason: null,
            progress: null,
            startedAt: null,
            finishedAt: null,
          },
    ),
  };
}

type Event = {
  readonly type: string;
  readonly at: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** The run after an event. Types that it does not know change nothing: newer servers have more. */
export function applyEvent(run: RunView, { type, at, payload }: Event): RunView {
  const text = (field: string) => (typeof payload[field] === 'string' ? payload[field] : null);
  const step = (change: Partial<StepView>) => changeStep(run, payload['pos'], change);
  switch (type) {
    case 'run.queued':
      return { ...run, state: upper(text('state') ?? 'queued') };
    case 'run.started':
      return { ...run, state: 'RUNNING', startedAt: at };
    case 'run.handed_over':
      return { ...run, state: 'QUEUED' };
    case 'run.finished':
      return {
        ...run,
        state: upper(text('state') ?? 'succeeded'),
        reason: text('reason'),
        finishedAt: at,
      };
    case 'step.started': {
      const attempt = Number(payload['attempt'] ?? 1);
      const { startedAt } = stepAt(run, payload['pos']) ?? { startedAt: null };
      const running = step({ state: 'RUNNING', attempt, reason: null, startedAt: startedAt ?? at });
      return { ...running, state: 'RUNNING' };
    }
    case 'step.progress':
      return step({ progress: payload as Progress });
    case 'step.retrying':
    case 'attempt.lost':
      return step({ reason: text('reason'), progress: null });
    case 'step.finished':
      return step({
        state: upper(text('state') ?? 'succeeded'),
        reason: text('reason'),
        finishedAt: at,
      });
    default:
      return run;
  }
}

const upper = (state: string) => state.toUpperCase();

function stepAt(run: RunView, pos: unknown): StepView | undefined {
  return run.steps.find((step) => step.pos === pos);
}

function changeStep(run: RunView, pos: unknown, change: Partial<StepView>): RunView {
  const steps = run.steps.map((step) => (step.pos === pos ? { ...step, ...change } : step));
  return { ...run, steps };
}

/** A step's name by its place. */
export function stepName(run: RunView, pos: unknown): string {
  return stepAt(run, pos)?.name ?? String(pos);
}
