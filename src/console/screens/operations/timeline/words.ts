/** What a mark of the timeline is, in words: for its tip and for those who do not see it. */
import { lookOf, RUN_LOOKS, SOURCE_WORDS } from '../../../words/states.ts';
import { clock, day, fullMoment, readerZone, span } from '../../../words/time.ts';
import type { LaneDue, LaneRun, Mark } from './lanes.ts';

export type MarkWords = { readonly title: string; readonly lines: readonly string[] };

/** @param nowMs for what still goes on. */
export function wordsOf(mark: Mark, nowMs: number): MarkWords {
  if (mark.kind === 'run') return runWords(mark.run, nowMs);
  if (mark.kind === 'runs') return runsWords(mark.runs);
  const [first] = mark.due;
  if (first && mark.due.length === 1) return dueWords(first);
  return dueTimesWords(mark.due, mark.more);
}

export const sentenceOf = ({ title, lines }: MarkWords): string => [title, ...lines].join('. ');

function runWords(run: LaneRun, nowMs: number): MarkWords {
  const { name, databaseId, state, source, reason, dueAt, createdAt, startedAt, finishedAt } = run;
  const { label } = lookOf(RUN_LOOKS, state);
  const began = startedAt ?? createdAt;
  const ms = (finishedAt === null ? nowMs : Date.parse(finishedAt)) - Date.parse(began);
  const lasted =
    startedAt === null
      ? `not started, for ${span(ms)}`
      : `${finishedAt === null ? 'for' : 'took'} ${span(ms)}`;
  return {
    title: `${label}: ${name} #${databaseId}`,
    lines: [
      `${finishedAt === null ? `Since ${clock(began)}` : `${clock(began)} to ${clock(finishedAt)}`}, ${lasted}`,
      `${capital(SOURCE_WORDS[source] ?? source.toLowerCase())}, due ${bothZones(dueAt, run.scenario?.zone)}`,
      ...(reason === null ? [] : [reason]),
    ],
  };
}

function runsWords(runs: readonly LaneRun[]): MarkWords {
  const counts = new Map<string, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const began = runs.map((run) => Date.parse(run.startedAt ?? run.createdAt));
  const words = [...counts].map(
    ([state, n]) => `${n} ${lookOf(RUN_LOOKS, state).label.toLowerCase()}`,
  );
  return {
    title: `${runs.length} runs of ${runs[0]?.name}`,
    lines: [words.join(', '), `From ${clock(Math.min(...began))} to ${clock(Math.max(...began))}`],
  };
}

function dueWords({ scenario, at, movedByClockChange, excluded }: LaneDue): MarkWords {
  return {
    title: `Due: ${scenario.name}`,
    lines: [
      bothZones(at, scenario.zone),
      ...(movedByClockChange ? ['Moved: a clock change skips the time as written'] : []),
      ...(excluded ? ['Its calendar excludes the day: no run is made'] : []),
    ],
  };
}

function dueTimesWords(due: readonly LaneDue[], more: boolean): MarkWords {
  const [first, last] = [due[0], due.at(-1)];
  if (!first || !last) return { title: 'Due', lines: [] };
  const moved = due.filter((each) => each.movedByClockChange).length;
  return {
    title: `${due.length} due times of ${first.scenario.name}`,
    lines: [
      `From ${clock(first.at)} to ${clock(last.at)}${more ? ', and more after them' : ''}`,
      ...(moved > 0 ? [`${moved} moved by a clock change`] : []),
    ],
  };
}

function bothZones(at: string, zone: string | undefined): string {
  const here = `${day(at)}, ${clock(at)}`;
  return zone === undefined || zone === readerZone
    ? here
    : `${here}; there ${fullMoment(at, zone)}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
