import { describe, expect, test } from 'vitest';
import {
  lastNews,
  stepToShow,
  viewRun,
  type Attempt,
  type Event,
  type Read,
  type Step,
} from '../../src/console/screens/run/run-view.ts';

const at = (second: number) => `2026-11-25T12:00:${String(second).padStart(2, '0')}.000Z`;

const step = (pos: number, given: Partial<Step> = {}): Step => ({
  id: `StepRun:1:${pos}`,
  pos,
  name: `step-${pos}`,
  kind: 'probe',
  state: 'PENDING',
  attempt: 0,
  reason: null,
  output: null,
  startedAt: null,
  finishedAt: null,
  progress: null,
  attempts: [],
  ...given,
});

const attempt = (number: number, given: Partial<Attempt> = {}): Attempt => ({
  attempt: number,
  state: 'RUNNING',
  workerId: 'w-1',
  reason: null,
  startedAt: at(2),
  finishedAt: null,
  ...given,
});

const read = (given: Partial<Read> = {}): Read => ({
  state: 'QUEUED',
  reason: null,
  startedAt: null,
  finishedAt: null,
  lateAt: null,
  cancelRequestedAt: null,
  workerId: null,
  eventCount: 1,
  steps: [step(0), step(1)],
  ...given,
});

const event = (seq: number, type: string, payload: Record<string, unknown> = {}): Event => ({
  seq,
  type,
  at: at(seq),
  payload,
});

const QUEUED = event(1, 'run.queued', { state: 'queued' });
const STARTED = event(2, 'run.started');
const BEGUN = event(3, 'step.started', { pos: 0, attempt: 1 });
const DONE = event(4, 'step.finished', { pos: 0, attempt: 1, state: 'succeeded' });
const ENDED = event(5, 'run.finished', { state: 'succeeded' });
const SUCCESS = [QUEUED, STARTED, BEGUN, DONE, ENDED];

describe('events behind the answer move it on', () => {
  test('from the queue to the end, with what a lane of the picture needs', () => {
    const begun = viewRun(read(), SUCCESS.slice(0, 3));
    expect(begun).toMatchObject({ state: 'RUNNING', startedAt: at(2), finishedAt: null });
    expect(begun.steps[0]).toMatchObject({ state: 'RUNNING', attempt: 1, startedAt: at(3) });
    expect(begun.steps[0]?.attempts).toMatchObject([{ attempt: 1, state: 'RUNNING' }]);
    const ended = viewRun(read(), SUCCESS);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', finishedAt: at(5) });
    expect(ended.steps[0]?.attempts).toMatchObject([{ state: 'SUCCEEDED', finishedAt: at(4) }]);
  });

  test('a failed try, the wait for the next one, and that one', () => {
    const retrying = { pos: 0, attempt: 1, reason: 'reset by peer', delay_ms: 2_000 };
    const events = [QUEUED, STARTED, BEGUN, event(4, 'step.retrying', retrying)];
    const [waits] = viewRun(read(), events).steps;
    expect(waits).toMatchObject({ state: 'RUNNING', retryAt: at(6) });
    expect(waits?.attempts).toMatchObject([{ state: 'FAILED', reason: 'reset by peer' }]);
    const again = event(5, 'step.started', { pos: 0, attempt: 2 });
    const [tries] = viewRun(read(), [...events, again]).steps;
    expect(tries).toMatchObject({ attempt: 2, retryAt: null });
    expect(tries?.attempts.map(({ state }) => state)).toEqual(['FAILED', 'RUNNING']);
  });

  test('the wait shows too when the answer holds the failed try already', () => {
    const failed = attempt(1, { state: 'FAILED', finishedAt: at(4) });
    const steps = [step(0, { state: 'RUNNING', attempt: 1, attempts: [failed] })];
    const retrying = event(4, 'step.retrying', { pos: 0, attempt: 1, delay_ms: 5_000 });
    const view = viewRun(read({ state: 'RUNNING', eventCount: 4, steps }), [retrying]);
    expect(view.steps[0]).toMatchObject({ retryAt: at(9) });
    expect(view.steps[0]?.attempts).toEqual([failed]);
  });

  test('a lost worker, and another one that goes on', () => {
    const lost = event(4, 'attempt.lost', { pos: 0, attempt: 1, reason: 'the worker was lost' });
    const again = event(5, 'step.started', { pos: 0, attempt: 2 });
    const { steps } = viewRun(read(), [QUEUED, STARTED, BEGUN, lost, again]);
    expect(steps[0]?.attempts).toMatchObject([
      { attempt: 1, state: 'LOST', reason: 'the worker was lost', finishedAt: at(4) },
      { attempt: 2, state: 'RUNNING' },
    ]);
  });

  test('a hand-over puts the run back into the queue; the next step that begins, to work', () => {
    const handedOver = viewRun(read(), [QUEUED, STARTED, BEGUN, event(4, 'run.handed_over')]);
    expect(handedOver).toMatchObject({ state: 'QUEUED', workerId: null, startedAt: at(2) });
    expect(handedOver.steps[0]?.attempts).toMatchObject([{ state: 'LOST' }]);
    const again = event(5, 'step.started', { pos: 0, attempt: 2 });
    const events = [QUEUED, STARTED, BEGUN, event(4, 'run.handed_over'), again];
    expect(viewRun(read(), events)).toMatchObject({ state: 'RUNNING' });
  });

  test('a waiting run is promoted; a request to end and being late leave their times', () => {
    const waiting = read({ state: 'WAITING' });
    expect(viewRun(waiting, [event(2, 'run.queued', { promoted: true })]).state).toBe('QUEUED');
    const asked = event(3, 'run.cancel_requested', { user_id: 1 });
    const view = viewRun(read({ state: 'RUNNING' }), [event(2, 'run.late'), asked]);
    expect(view).toMatchObject({ state: 'RUNNING', lateAt: at(2), cancelRequestedAt: at(3) });
  });

  test.each([
    ['cancelled', 'CANCELLED', 'CANCELLED'],
    ['failed', 'FAILED', 'SKIPPED'],
  ])('what goes on when a run is %s ends with it, though nothing says so', (state, works, open) => {
    const end = event(4, 'run.finished', { state, reason: 'given up' });
    const view = viewRun(read(), [QUEUED, STARTED, BEGUN, end]);
    expect(view).toMatchObject({ state: works, reason: 'given up' });
    expect(view.steps.map((each) => each.state)).toEqual([works, open]);
    expect(view.steps[0]?.attempts).toMatchObject([{ state: works, finishedAt: at(4) }]);
  });

  test('a step of a group that was rolled back has cancelled its try', () => {
    const back = { pos: 0, attempt: 1, state: 'rolled_back', reason: 'rolled back' };
    const { steps } = viewRun(read(), [QUEUED, STARTED, BEGUN, event(4, 'step.finished', back)]);
    expect(steps[0]).toMatchObject({ state: 'ROLLED_BACK', reason: 'rolled back' });
    expect(steps[0]?.attempts).toMatchObject([{ state: 'CANCELLED' }]);
  });

  test('progress counts from the try that began last', () => {
    const progress = (seq: number, done: number) =>
      event(seq, 'step.progress', { pos: 0, done, total: 10, note: 'rows' });
    const steps = [step(0, { state: 'RUNNING', progress: { done: 1, total: null, note: null } })];
    const first = [BEGUN, progress(4, 8)];
    const of = (events: Event[]) => viewRun(read({ steps }), events).steps[0]?.progress;
    expect(of(first)).toEqual({ done: 8, total: 10, note: 'rows' });
    expect(of([...first, event(5, 'step.started', { pos: 0, attempt: 2 })])).toBeNull();
    expect(of([])).toEqual({ done: 1, total: null, note: null });
  });

  test('what was taken over tells from where', () => {
    const reused = { pos: 0, attempt: 0, state: 'reused', run_id: 7 };
    const steps = [step(0, { state: 'REUSED' }), step(1)];
    const view = viewRun(read({ eventCount: 2, steps }), [event(2, 'step.finished', reused)]);
    expect(view.steps[0]).toMatchObject({ state: 'REUSED', reusedFrom: 7, attempts: [] });
  });
});

describe('what the answer holds is never turned back', () => {
  const ended = read({
    state: 'SUCCEEDED',
    startedAt: at(2),
    finishedAt: at(5),
    workerId: 'w-1',
    eventCount: 5,
    steps: [
      step(0, {
        state: 'SUCCEEDED',
        attempt: 1,
        output: { rows: 3 },
        startedAt: at(3),
        finishedAt: at(4),
        attempts: [attempt(1, { state: 'SUCCEEDED', finishedAt: at(4) })],
      }),
    ],
  });
  const asRead = viewRun(ended, []);

  test.each(SUCCESS.map((_, n) => n))('by the first %i of its events', (n) => {
    expect(viewRun(ended, SUCCESS.slice(0, n + 1))).toEqual(asRead);
  });

  test('by events behind its number, when the steps were read later than that', () => {
    const early = { ...ended, state: 'RUNNING', finishedAt: null, eventCount: 2 };
    for (let n = 1; n <= 4; n++) {
      const view = viewRun(early, SUCCESS.slice(0, n));
      expect(view.state).toBe('RUNNING');
      expect(view.steps).toEqual(asRead.steps);
    }
    expect(viewRun(early, SUCCESS)).toEqual(asRead);
  });

  test('by a start that is told again after the run was over', () => {
    const cancelled = read({ state: 'CANCELLED', finishedAt: at(2), eventCount: 1 });
    expect(viewRun(cancelled, [QUEUED, STARTED]).state).toBe('CANCELLED');
  });

  test('by an earlier try of a step that is at its second', () => {
    const attempts = [
      attempt(1, { state: 'LOST', finishedAt: at(4) }),
      attempt(2, { startedAt: at(5) }),
    ];
    const steps = [step(0, { state: 'RUNNING', attempt: 2, attempts })];
    const lost = event(4, 'attempt.lost', { pos: 0, attempt: 1 });
    const view = viewRun(read({ state: 'RUNNING', steps }), [BEGUN, lost]);
    expect(view.steps[0]).toMatchObject({ attempt: 2, attempts });
  });

  test('the same events over older and newer answers end in the same', () => {
    // What the server would answer after each of its events, fields that only the answer knows left out.
    const known = SUCCESS.map((_, n) => ({
      ...viewRun(read(), SUCCESS.slice(0, n + 1)),
      eventCount: n + 1,
    }));
    const end = viewRun(read(), SUCCESS);
    for (const answer of known) expect(viewRun(answer, SUCCESS)).toEqual(end);
  });
});

test('types of tomorrow and steps that are not there change nothing', () => {
  const events = [
    event(2, 'run.moved'),
    event(3, 'step.blessed', { pos: 0 }),
    event(4, 'step.started', { pos: 9, attempt: 1 }),
  ];
  expect(viewRun(read(), events)).toEqual(viewRun(read(), []));
});

test('lines and progress are no reason to read a run again', () => {
  expect(lastNews([QUEUED, STARTED, event(3, 'log'), event(4, 'step.progress')])).toBe(2);
  expect(lastNews([])).toBe(0);
});

test('without a choice the step is shown that failed, else the one that runs, else the last that was reached', () => {
  const show = (...states: string[]) => {
    const steps = states.map((state, pos) => step(pos, { state }));
    return stepToShow(viewRun(read({ steps }), []).steps)?.pos;
  };
  expect(show('SUCCEEDED', 'FAILED', 'SKIPPED')).toBe(1);
  expect(show('SUCCEEDED', 'RUNNING', 'PENDING')).toBe(1);
  expect(show('SUCCEEDED', 'SUCCEEDED', 'SKIPPED')).toBe(1);
  expect(show('PENDING', 'PENDING')).toBe(0);
  expect(show()).toBeUndefined();
});
