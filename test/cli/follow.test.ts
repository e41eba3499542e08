/** A followed run: what its events make of it, and how that is drawn. */
import { expect, test } from 'vitest';
import { blockLines } from '../../src/cli/follow/block.ts';
import { eventLines } from '../../src/cli/follow/event-lines.ts';
import type { RunEvent } from '../../src/cli/follow/run-events.ts';
import { applyEvent, beforeEvents, type RunView } from '../../src/cli/follow/run-view.ts';
import { summaryLines } from '../../src/cli/follow/summary.ts';
import { formatClock } from '../../src/cli/text/time.ts';
import { widthOf } from '../../src/cli/text/width.ts';

const paint = (_format: unknown, text: string) => text;
const clock = (instant: string) => formatClock(instant, 'UTC');
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const step = (pos: number, name: string, state = 'PENDING') => ({
  ...{ pos, name, kind: 'probe', state, attempt: 0, reason: null, progress: null },
  ...{ startedAt: null, finishedAt: null },
});
const run = (...names: string[]): RunView => ({
  databaseId: 57,
  name: 'Nightly',
  state: 'SUCCEEDED',
  reason: null,
  source: 'MANUAL',
  dueAt: at(0),
  startedAt: at(0),
  finishedAt: at(9),
  eventCount: 9,
  scenario: { slug: 'nightly' },
  steps: names.map((name, pos) => step(pos, name, name.startsWith('old') ? 'REUSED' : 'SUCCEEDED')),
});

/** Events from seconds, types and payloads, numbered. */
const events = (...given: [number, string, object?][]): RunEvent[] =>
  given.map(([seconds, type, payload = {}], index) => ({
    ...{ runId: 57, seq: index + 1, type, at: at(seconds) },
    payload: payload as RunEvent['payload'],
  }));
const play = (view: RunView, told: readonly RunEvent[]) =>
  told.reduce(applyEvent, beforeEvents(view));

const TOLD = events(
  [0, 'run.queued', { state: 'waiting' }],
  [1, 'run.queued', { promoted: true }],
  [2, 'run.started'],
  [2, 'step.started', { pos: 1, attempt: 1 }],
  [3, 'log', { pos: 1, lines: [{ at: at(2.9), level: 'warn', text: 'a\nb\x1b[2J' }] }],
  [4, 'step.retrying', { pos: 1, attempt: 1, reason: 'busy', delay_ms: 1500 }],
  [5, 'attempt.lost', { pos: 1, attempt: 2, reason: 'the worker was lost' }],
  [6, 'run.handed_over'],
  [7, 'step.started', { pos: 1, attempt: 3 }],
  [8, 'step.progress', { pos: 1, done: 1200, total: 4800, note: 'orders.csv' }],
  [9, 'something.new', { x: 1 }],
);

test('events make the run what it is at each of them', () => {
  const view = play(run('old', 'load'), TOLD);
  expect(view.state).toBe('RUNNING');
  expect(view.steps[0]?.state).toBe('REUSED');
  expect(view.steps[1]).toMatchObject({
    state: 'RUNNING',
    attempt: 3,
    startedAt: at(2),
    progress: { done: 1200, total: 4800 },
  });
  const ended = play(run('load'), [
    ...TOLD,
    ...events(
      [10, 'step.finished', { pos: 1, state: 'rolled_back', reason: 'because' }],
      [11, 'run.finished', { state: 'failed', reason: 'because' }],
    ),
  ]);
  expect(ended).toMatchObject({ state: 'FAILED', reason: 'because', finishedAt: at(11) });
});

test('every event is told in words, unknown ones as they are', () => {
  const view = play(run('old', 'load'), TOLD);
  const lines = TOLD.flatMap((event) => eventLines(event, view, { paint, clock }));
  expect(lines).toEqual([
    '00:00:00  waits behind the active run of its scenario',
    '00:00:01  its turn has come: queued',
    '00:00:02  started',
    '00:00:02  load  started',
    '00:00:02  load  | a',
    String.raw`00:00:02  load  | b\x1b[2J`,
    '00:00:04  load  attempt 1 failed: busy; again in 1.5 s',
    '00:00:05  load  attempt 2 lost: the worker was lost',
    '00:00:06  its worker stops: another one goes on',
    '00:00:07  load  started, attempt 3',
    '00:00:09  something.new {"x":1}',
  ]);
});

test('the block shows how far a step is, and fits the terminal', () => {
  const view = play(run('old', 'load'), TOLD);
  const draw = (columns: number) => blockLines(view, at(12), { paint, columns, rows: 24 });
  expect(draw(120)).toEqual([
    '',
    '↷ old   reused',
    '● load  running      10.0 s       █████░░░░░░░░░░░░░░░  25 %  1,200 of 4,800  orders.csv  attempt 3',
    'run 57  running 10.0 s  1 of 2 steps  Ctrl-C leaves it going',
  ]);
  expect(Math.max(...draw(40).map(widthOf))).toBeLessThan(40);
});

test('of many steps those around the running one are shown', () => {
  const names = Array.from({ length: 50 }, (_, index) => `step-${index}`);
  const view = play(
    run(...names),
    events([0, 'run.started'], [1, 'step.started', { pos: 20, attempt: 1 }]),
  );
  const lines = blockLines(view, at(2), { paint, columns: 80, rows: 15 });
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(lines.some((line) => line.startsWith('● step-20'))).toBe(true);
  expect(lines.filter((line) => line.includes('more'))).toHaveLength(2);
});

test('the end is told in one line, and why in a second', () => {
  expect(summaryLines(run('a', 'b'), { paint })).toEqual([
    'nightly, run 57: succeeded in 9.0 s (steps: 2 succeeded)',
  ]);
  const failed = { ...run('a'), scenario: null, state: 'FAILED', reason: 'step "a": so it goes' };
  expect(summaryLines(failed, { paint })).toEqual([
    'Nightly, run 57: failed in 9.0 s (steps: 1 succeeded)',
    '  step "a": so it goes',
  ]);
});
