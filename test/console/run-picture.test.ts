import { expect, test } from 'vitest';
import { elapsedLines, timeScale } from '../../src/console/parts/axis.ts';
import { barsOf, groupsOf, periodOf, tookMs } from '../../src/console/screens/run/gantt-layout.ts';
import type { Attempt, StepView } from '../../src/console/screens/run/run-view.ts';

const START = Date.parse('2026-11-25T12:00:00.000Z');
const iso = (ms: number) => new Date(START + ms).toISOString();

const step = (given: Partial<StepView>): StepView => ({
  id: 'StepRun:1:0',
  pos: 0,
  name: 'step',
  kind: 'probe',
  state: 'RUNNING',
  attempt: 1,
  reason: null,
  output: null,
  startedAt: null,
  finishedAt: null,
  progress: null,
  attempts: [],
  retryAt: null,
  reusedFrom: null,
  ...given,
});
const tried = (fromMs: number, toMs: number | null, state: string): Attempt => ({
  attempt: 1,
  state,
  workerId: 'w-1',
  reason: null,
  startedAt: iso(fromMs),
  finishedAt: toMs === null ? null : iso(toMs),
});

test('the picture of a run that is over reaches from the queue to its end', () => {
  const run = { createdAt: iso(0), startedAt: iso(50), finishedAt: iso(350) };
  expect(periodOf(run, 0)).toEqual({ fromMs: START, toMs: START + 350, cutMs: 0 });
});

test('a long wait in the queue does not dwarf the run: most of it is left out', () => {
  const hours = 3 * 3_600_000;
  const run = { createdAt: iso(0), startedAt: iso(hours), finishedAt: iso(hours + 1_000) };
  const { fromMs, toMs, cutMs } = periodOf(run, 0);
  expect(toMs - fromMs).toBe(1_120);
  expect(fromMs).toBe(START + cutMs);
});

test('while a run goes on its end lies ahead, and moves in leaps', () => {
  const run = { createdAt: iso(0), startedAt: iso(0), finishedAt: null };
  const ends = Array.from({ length: 600 }, (_, n) => periodOf(run, START + n * 100).toMs - START);
  expect(ends.every((end, n) => end >= n * 100)).toBe(true);
  expect(new Set(ends).size).toBeLessThan(13);
});

test('a run that waits is drawn from its making on, one that was over at once has a width', () => {
  const waits = periodOf({ createdAt: iso(0), startedAt: null, finishedAt: null }, START + 60_000);
  expect(waits.fromMs).toBe(START);
  expect(waits.toMs).toBeGreaterThan(START + 60_000);
  const { fromMs, toMs } = periodOf(
    { createdAt: iso(0), startedAt: iso(0), finishedAt: iso(0) },
    0,
  );
  expect(toMs).toBeGreaterThan(fromMs);
});

test('a bar for each try and a line for each wait between them, the last one open', () => {
  const attempts = [tried(0, 10, 'FAILED'), { ...tried(40, 50, 'FAILED'), attempt: 2 }];
  expect(barsOf(step({ attempts })).map(({ state, toMs }) => [state, toMs])).toEqual([
    ['FAILED', START + 10],
    ['PAUSE', START + 40],
    ['FAILED', START + 50],
    ['PAUSE', null],
  ]);
  expect(barsOf(step({ state: 'FAILED', attempts })).at(-1)?.state).toBe('FAILED');
});

test('neighbours that are marked parallel stand together, two groups only with another step between', () => {
  const steps = [0, 1, 2, 3, 4, 5].map((pos) => step({ pos }));
  const marked = new Set([1, 2, 4]);
  const groups = groupsOf(steps, (pos) => marked.has(pos));
  expect(groups.map((group) => group.map(({ pos }) => pos))).toEqual([[0], [1, 2], [3], [4], [5]]);
});

test('a step that has not begun took nothing, one that goes on takes until now', () => {
  expect(tookMs(step({}), START)).toBeNull();
  expect(tookMs(step({ startedAt: iso(0) }), START + 70)).toBe(70);
  expect(tookMs(step({ startedAt: iso(0), finishedAt: iso(30) }), START + 70)).toBe(30);
});

test('an axis of milliseconds counts from the start of the run', () => {
  const scale = timeScale(START - 20, START + 300, 640);
  const labels = elapsedLines(scale, START, 72).map(({ label }) => label);
  expect(labels).toEqual(['0', '50 ms', '100 ms', '150 ms', '200 ms', '250 ms', '300 ms']);
  const seconds = elapsedLines(timeScale(START, START + 90_000, 400), START, 72);
  expect(seconds.map(({ label }) => label)).toEqual(['0', '20 s', '40 s', '1 m', '1 m 20 s']);
});
