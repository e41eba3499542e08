/** What the timeline draws, before it is drawn: bars that are wide enough to see, none upon another, few enough to
 *  read. */
import { describe, expect, test } from 'vitest';
import {
  layLanes,
  type Lane,
  type LaneDue,
  type LaneRun,
} from '../../src/console/screens/operations/timeline/lanes.ts';
import { windowOf } from '../../src/console/screens/operations/timeline/period.ts';

const NOW = Date.parse('2026-05-04T10:00:00Z');
const WIDTH = 700;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const scenario = (n: number) => ({
  id: `Scenario:${n}`,
  databaseId: n,
  name: `Scenario ${String(n).padStart(3, '0')}`,
  zone: 'UTC',
});

let count = 0;
function run(
  agoMs: number,
  tookMs: number | null,
  given: Partial<LaneRun> & { of?: number } = {},
): LaneRun {
  const { of = 1, ...rest } = given;
  const startedAt = new Date(NOW - agoMs).toISOString();
  return {
    id: `Run:${++count}`,
    databaseId: count,
    eventCount: 1,
    name: scenario(of).name,
    state: tookMs === null ? 'RUNNING' : 'SUCCEEDED',
    source: 'SCHEDULE',
    reason: null,
    dueAt: startedAt,
    createdAt: startedAt,
    startedAt,
    finishedAt: tookMs === null ? null : new Date(NOW - agoMs + tookMs).toISOString(),
    scenario: scenario(of),
    ...rest,
  };
}

const due = (inMs: number, of = 1): LaneDue => ({
  at: new Date(NOW + inMs).toISOString(),
  movedByClockChange: false,
  excluded: false,
  scenario: scenario(of),
});

const times = <T>(n: number, make: (index: number) => T): T[] =>
  Array.from({ length: n }, (_, index) => make(index));

const lay = (runs: LaneRun[], dues: LaneDue[] = [], period: '15m' | '1h' | '6h' | '24h' = '24h') =>
  layLanes(runs, dues, windowOf(period, NOW), WIDTH, NOW);

function barsOf({ marks }: Lane) {
  return marks.filter((mark) => mark.kind !== 'due');
}

/** No two bars of a lane share a pixel. */
function expectApart(lane: Lane): void {
  for (const track of [0, 1, 2]) {
    const bars = barsOf(lane)
      .filter((bar) => bar.track === track)
      .sort((a, b) => a.x - b.x);
    for (const [index, bar] of bars.entries()) {
      const next = bars[index + 1];
      if (next) expect(bar.x + bar.width).toBeLessThan(next.x);
    }
  }
}

describe('bars', () => {
  test('a run of two seconds is seen in a day', () => {
    const [lane] = lay([run(3 * HOUR, 2 * SECOND)]);
    expect(lane!.marks).toMatchObject([{ kind: 'run', width: 5, track: 0 }]);
    expect(lane!.tracks).toBe(1);
  });

  test('a run is as wide as it lasted, and one that reaches in from before begins at the edge', () => {
    const [lane] = lay([run(30 * MINUTE, 20 * MINUTE), run(3 * HOUR, 2.5 * HOUR)], [], '1h');
    const [before, within] = barsOf(lane!);
    expect(before!.x).toBe(0);
    // 80 minutes on 700 px.
    expect(within!.width).toBeCloseTo((20 / 80) * WIDTH, 0);
  });

  test('one that goes on keeps its track free to the end', () => {
    const [lane] = lay([run(30 * MINUTE, null), run(10 * MINUTE, MINUTE)], [], '1h');
    expect(barsOf(lane!)).toMatchObject([{ track: 0, open: true }, { track: 1 }]);
    expect(barsOf(lane!)[0]!.x + barsOf(lane!)[0]!.width).toBe(WIDTH);
  });

  test('a run that ended before the period is left out, with its lane', () => {
    expect(lay([run(50 * HOUR, HOUR)])).toEqual([]);
  });

  test('those that overlap lie on tracks below each other', () => {
    const [lane] = lay(
      times(3, (n) => run((60 - n * 10) * MINUTE, 50 * MINUTE)),
      [],
      '6h',
    );
    expect(barsOf(lane!).map(({ track }) => track)).toEqual([0, 1, 2]);
    expect(lane!.tracks).toBe(3);
    expectApart(lane!);
  });
});

describe('hundreds of runs in a lane', () => {
  test('short ones are gathered, each of them in one mark, and no mark lies on another', () => {
    const states = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
    const runs = times(700, (n) =>
      run((n + 1) * 2 * MINUTE, 2 * SECOND, { state: states[n % 3]! }),
    );
    const [lane] = lay(runs);
    const bars = barsOf(lane!);
    expect(bars.length).toBeLessThan(80);
    const shown = bars.flatMap((bar) => (bar.kind === 'run' ? [bar.run] : bar.runs));
    expect(new Set(shown.map(({ id }) => id)).size).toBe(700);
    expect(shown).toHaveLength(700);
    expectApart(lane!);
  });

  test('fifty at a time take three tracks, and all are there', () => {
    const runs = times(50, (n) => run(5 * HOUR - n * MINUTE, 4 * HOUR));
    const [lane] = lay(runs, [], '6h');
    expect(lane!.tracks).toBe(3);
    const shown = barsOf(lane!).flatMap((bar) => (bar.kind === 'run' ? [bar.run] : bar.runs));
    expect(shown).toHaveLength(50);
    expectApart(lane!);
  });

  test('one that goes on is never gathered', () => {
    const runs = [...times(300, (n) => run((n + 1) * MINUTE, SECOND)), run(HOUR, null)];
    const [lane] = lay(runs);
    expect(barsOf(lane!).filter((bar) => bar.kind === 'run' && bar.open)).toHaveLength(1);
  });
});

describe('lanes', () => {
  test('two hundred scenarios make two hundred lanes, by name, in a few milliseconds', () => {
    const runs = times(2_000, (n) => run((n % 1_400) * MINUTE, 10 * SECOND, { of: n % 200 }));
    const began = performance.now();
    const lanes = lay(runs);
    expect(performance.now() - began).toBeLessThan(500);
    expect(lanes).toHaveLength(200);
    expect(lanes.map(({ name }) => name)).toEqual(lanes.map(({ name }) => name).toSorted());
    for (const lane of lanes) expectApart(lane);
  });

  test('runs of a scenario that was renamed share its lane, those without one go by their name', () => {
    const lanes = lay([
      run(HOUR, MINUTE),
      run(2 * HOUR, MINUTE, { name: 'As it was called' }),
      run(HOUR, MINUTE, { scenario: null, name: 'By itself' }),
    ]);
    expect(lanes.map(({ name, marks }) => [name, marks.length])).toEqual([
      ['By itself', 1],
      ['Scenario 001', 2],
    ]);
  });
});

describe('due times', () => {
  test('each is a point, those that touch are one mark, those that have passed are gone', () => {
    const dues = [-MINUTE, 10 * MINUTE, 3 * HOUR, 3 * HOUR + MINUTE].map((ms) => due(ms));
    const [lane] = lay([], dues);
    expect(lane!.marks.map((mark) => mark.kind === 'due' && mark.due.length)).toEqual([1, 2]);
  });

  test('the last of a hundred says that more follow', () => {
    const [lane] = lay(
      [],
      times(100, (n) => due((n + 1) * 10 * SECOND)),
      '1h',
    );
    expect(lane!.marks.at(-1)).toMatchObject({ kind: 'due', more: true });
  });
});

test('a picture moves on in leaps, and shows its whole period at any time', () => {
  for (const period of ['15m', '1h', '6h', '24h'] as const) {
    const { fromMs, toMs } = windowOf(period, NOW);
    const length = { '15m': 15, '1h': 60, '6h': 360, '24h': 1_440 }[period] * MINUTE;
    for (const later of [0, length / 24, length / 12, length]) {
      const window = windowOf(period, NOW + later);
      expect(NOW + later - window.fromMs).toBeGreaterThanOrEqual(length);
      expect(window.toMs - NOW - later).toBeGreaterThanOrEqual(length / 4);
      expect(window.toMs - window.fromMs).toBe(toMs - fromMs);
    }
  }
});
