/** One lane: which marks its runs and due times become, and on which track each bar lies. */
import type { Scale } from '../../../parts/axis.ts';
import type { DueMark, LaneDue, LaneRun, Mark, RunMark, RunsMark } from './lanes.ts';

/** Narrower is not seen, nor hit. */
export const LEAST_WIDTH = 5;
const GAP = 1;
// Of one lane at most; what finds no place there is gathered.
const MOST_TRACKS = 3;
/** Runs that begin within one of these are gathered, where a lane is too full for each of them. */
const BIN = 12;
const DUE_BIN = 11;

type Bar = RunMark | RunsMark;

export function packLane(
  runs: readonly LaneRun[],
  due: readonly LaneDue[],
  scale: Scale,
  moreDue: boolean,
): { tracks: number; marks: Mark[] } {
  const bars = runs.map((run) => barOf(run, scale)).sort((a, b) => a.x - b.x);
  const packed = pack(bars) ?? pack(gatherShort(bars)) ?? packAll(gatherShort(bars));
  return { tracks: packed.tracks, marks: [...packed.bars, ...dueMarks(due, scale, moreDue)] };
}

function barOf(run: LaneRun, scale: Scale): RunMark {
  const beganMs = Date.parse(run.startedAt ?? run.createdAt);
  const open = run.finishedAt === null;
  const x = scale.x(beganMs);
  // One that goes on keeps its track free to the end, so that nothing moves while it grows.
  const end = open ? scale.width : scale.x(Date.parse(run.finishedAt));
  const wait = run.startedAt === null ? 0 : x - scale.x(Date.parse(run.createdAt));
  return {
    kind: 'run',
    key: run.id,
    run,
    x,
    width: Math.max(LEAST_WIDTH, end - x),
    wait,
    track: 0,
    open,
  };
}

/** Each on the first track that is free; null where there are too few. */
function pack(bars: readonly Bar[]): { tracks: number; bars: Bar[] } | null {
  const ends: number[] = [];
  const placed: Bar[] = [];
  for (const bar of bars) {
    let track = ends.findIndex((end) => end + GAP <= bar.x);
    if (track === -1) track = ends.length;
    if (track === MOST_TRACKS) return null;
    ends[track] = bar.x + bar.width;
    placed.push({ ...bar, track });
  }
  return { tracks: Math.max(1, ends.length), bars: placed };
}

/** Two or more short ones of a bin become one mark. Those that go on stay what they are. */
function gatherShort(bars: readonly RunMark[]): Bar[] {
  const bins = new Map<number, RunMark[]>();
  const rest: Bar[] = [];
  for (const bar of bars) {
    if (bar.open || bar.width > LEAST_WIDTH) {
      rest.push(bar);
      continue;
    }
    const bin = Math.floor(bar.x / BIN);
    const there = bins.get(bin);
    if (there) there.push(bar);
    else bins.set(bin, [bar]);
  }
  for (const [bin, there] of bins) {
    const [first] = there;
    if (!first || there.length === 1) rest.push(...there);
    else {
      // No further than they reach, nor into the next bin.
      const end = Math.min(there.at(-1)!.x + LEAST_WIDTH, (bin + 1) * BIN - GAP);
      rest.push(gathered(there, first.x, Math.max(LEAST_WIDTH, end - first.x)));
    }
  }
  return rest.sort((a, b) => a.x - b.x);
}

/** What finds no track is gathered with what it would lie on. */
function packAll(bars: readonly Bar[]): { tracks: number; bars: Bar[] } {
  const last = MOST_TRACKS - 1;
  const ends: number[] = [];
  const placed: Bar[] = [];
  let heap: Bar[] = [];
  let heapEnd = -Infinity;
  const close = () => {
    const [first] = heap;
    if (!first) return;
    const one = heap.length === 1 ? first : gathered(heap, first.x, heapEnd - first.x);
    placed.push({ ...one, track: last });
    heap = [];
  };
  for (const bar of bars) {
    const track = ends.findIndex((end) => end + GAP <= bar.x);
    const free = track === -1 ? ends.length : track;
    if (free < last) {
      ends[free] = bar.x + bar.width;
      placed.push({ ...bar, track: free });
      continue;
    }
    if (bar.x >= heapEnd + GAP) close();
    heapEnd = heap.length === 0 ? bar.x + bar.width : Math.max(heapEnd, bar.x + bar.width);
    heap.push(bar);
  }
  close();
  return { tracks: MOST_TRACKS, bars: placed.sort((a, b) => a.x - b.x) };
}

function gathered(bars: readonly Bar[], x: number, width: number): RunsMark {
  const runs = bars.flatMap((bar) => (bar.kind === 'run' ? [bar.run] : bar.runs));
  return { kind: 'runs', key: `from ${runs[0]?.id}`, runs, x, width, track: 0 };
}

function dueMarks(due: readonly LaneDue[], scale: Scale, more: boolean): DueMark[] {
  const bins: { x: number; end: number; due: LaneDue[] }[] = [];
  for (const each of due.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const x = scale.x(Date.parse(each.at));
    const last = bins.at(-1);
    if (last && x - last.end < DUE_BIN) {
      last.due.push(each);
      last.end = x;
    } else bins.push({ x, end: x, due: [each] });
  }
  return bins.map(({ x, end, due: all }, index) => ({
    kind: 'due',
    key: `due ${all[0]?.at}`,
    due: all,
    x,
    width: end - x,
    more: more && index === bins.length - 1,
  }));
}
