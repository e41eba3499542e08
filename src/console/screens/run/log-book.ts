/** The lines of a run, all and by step, taken out of its events as these grow. Lists only grow too, so that looking
 *  through them can go on where it ended. Without React: what was taken once is not looked at again. */
import type { Event } from './run-view.ts';

export type Line = {
  /** ISO 8601. */
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  /** The step's position. */
  readonly pos: number;
};

export type LogBook = {
  /** Takes what is new; after a gap (the events begin anew) all of it. */
  take(events: readonly Event[]): void;
  /** @param pos of a step; null: of all, in the order in which they were written down. */
  lines(pos: number | null): readonly Line[];
  /** How many characters the longest line of all has. */
  readonly widest: number;
};

const NONE: readonly Line[] = [];

export function createLogBook(): LogBook {
  let firstSeq = 0;
  let taken = 0;
  let all: Line[] = [];
  let byStep = new Map<number, Line[]>();
  let widest = 0;
  return {
    take(events) {
      const seq = events[0]?.seq ?? 0;
      if (seq !== firstSeq || events.length < taken) {
        firstSeq = seq;
        taken = 0;
        all = [];
        byStep = new Map();
        widest = 0;
      }
      for (; taken < events.length; taken++) {
        const { type, payload } = events[taken]!;
        if (type !== 'log') continue;
        const pos = Number(payload['pos']);
        const lines = payload['lines'] as readonly Omit<Line, 'pos'>[];
        let own = byStep.get(pos);
        if (!own) byStep.set(pos, (own = []));
        for (const { at, level, text } of lines) {
          const line = { at, level, text, pos };
          all.push(line);
          own.push(line);
          widest = Math.max(widest, text.length);
        }
      }
    },
    get widest() {
      return widest;
    },
    lines: (pos) => (pos === null ? all : (byStep.get(pos) ?? NONE)),
  };
}

/** As in a file: `2026-11-25T14:03:09.123Z load WARN the text`. */
export function logText(lines: readonly Line[], nameOf: (pos: number) => string): string {
  return lines
    .map(({ at, level, text, pos }) => `${at} ${nameOf(pos)} ${level.toUpperCase()} ${text}\n`)
    .join('');
}
