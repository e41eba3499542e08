/** Where the marks of the timeline lie, before they are drawn: a lane a scenario, runs as bars, due times as points.
 *  Pure; in CSS px. What would lie on top of each other lies on tracks below each other; what is too much for that is
 *  drawn as one mark that tells how many it stands for. */
import { timeScale } from '../../../parts/axis.ts';
import { packLane } from './pack.ts';
import type { Window } from './period.ts';

export type LaneScenario = {
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly zone: string;
};

export type LaneRun = {
  readonly id: string;
  readonly databaseId: number;
  readonly eventCount: number;
  readonly name: string;
  readonly state: string;
  readonly source: string;
  readonly reason: string | null;
  readonly dueAt: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly scenario: LaneScenario | null;
};

export type LaneDue = {
  readonly at: string;
  readonly movedByClockChange: boolean;
  readonly excluded: boolean;
  readonly scenario: LaneScenario;
};

export type RunMark = {
  readonly kind: 'run';
  readonly key: string;
  readonly run: LaneRun;
  readonly x: number;
  readonly width: number;
  /** From when it was made to when it started, left of `x`. */
  readonly wait: number;
  readonly track: number;
  /** It goes on: it is drawn to wherever now is. */
  readonly open: boolean;
};

export type RunsMark = {
  readonly kind: 'runs';
  readonly key: string;
  readonly runs: readonly LaneRun[];
  readonly x: number;
  readonly width: number;
  readonly track: number;
};

export type DueMark = {
  readonly kind: 'due';
  readonly key: string;
  /** In order; most stand alone. */
  readonly due: readonly LaneDue[];
  readonly x: number;
  readonly width: number;
  /** There are more of them than were told. */
  readonly more: boolean;
};

export type Mark = RunMark | RunsMark | DueMark;

export type Lane = {
  readonly key: string;
  readonly name: string;
  readonly scenario: LaneScenario | null;
  readonly tracks: number;
  /** From left to right. */
  readonly marks: readonly Mark[];
};

type Content = {
  scenario: LaneScenario | null;
  name: string;
  runs: LaneRun[];
  due: LaneDue[];
  /** How many the server told, those that have passed included. */
  told: number;
};

/** How many due times the server tells at most, of one scenario and in all. */
const MOST_DUE_OF_ONE = 100;
const MOST_DUE = 2_000;

/** @param nowMs due times before it are left out: they have become runs, or ticks.
 *  @returns by name. */
export function layLanes(
  runs: readonly LaneRun[],
  due: readonly LaneDue[],
  window: Window,
  width: number,
  nowMs: number,
): Lane[] {
  const scale = timeScale(window.fromMs, window.toMs, width);
  const lanes = new Map<string, Content>();
  const laneOf = (scenario: LaneScenario | null, name: string): Content => {
    const key = scenario?.id ?? name;
    const known = lanes.get(key);
    if (known) return known;
    const made = { scenario, name: scenario?.name ?? name, runs: [], due: [], told: 0 };
    lanes.set(key, made);
    return made;
  };
  for (const run of runs) {
    if (touches(run, window)) laneOf(run.scenario, run.name).runs.push(run);
  }
  for (const each of due) {
    const lane = laneOf(each.scenario, each.scenario.name);
    lane.told += 1;
    if (Date.parse(each.at) > nowMs) lane.due.push(each);
  }
  return [...lanes]
    .map(([key, { scenario, name, told, ...content }]) => ({
      key,
      name,
      scenario,
      ...packLane(
        content.runs,
        content.due,
        scale,
        due.length >= MOST_DUE || told >= MOST_DUE_OF_ONE,
      ),
    }))
    .filter(({ marks }) => marks.length > 0)
    .sort((a, b) => a.name.localeCompare(b.name) || a.key.localeCompare(b.key));
}

function touches(run: LaneRun, { fromMs, toMs }: Window): boolean {
  const endMs = run.finishedAt === null ? Infinity : Date.parse(run.finishedAt);
  return endMs >= fromMs && Date.parse(run.createdAt) <= toMs;
}
