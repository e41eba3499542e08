/** Lanes that stay the very same while nothing of them changed, so that they are not drawn again: of two hundred, an
 *  event changes one. */
import { useMemo, useState } from 'react';
import type { Lane } from './lanes.ts';

export function useStableLanes(lanes: Lane[]): Lane[] {
  const [known] = useState(() => new Map<string, { facts: string; lane: Lane }>());
  return useMemo(() => {
    const stable = lanes.map((lane) => {
      const facts = factsOf(lane);
      const before = known.get(lane.key);
      return before?.facts === facts ? before.lane : lane;
    });
    known.clear();
    for (const lane of stable) known.set(lane.key, { facts: factsOf(lane), lane });
    return stable;
  }, [lanes, known]);
}

function factsOf({ name, tracks, marks }: Lane): string {
  const marked = marks.map((mark) => {
    const { key, x, width } = mark;
    if (mark.kind === 'due') return `${key} ${x} ${width} ${mark.due.length}`;
    const runs = mark.kind === 'run' ? [mark.run] : mark.runs;
    return `${key} ${x} ${width} ${mark.track} ${runs.map(({ state }) => state).join()}`;
  });
  return `${name} ${tracks} ${marked.join(';')}`;
}
