/** What the runs of a scenario do: work that is shorter or longer than its interval, in order and in parallel, that
 *  publishes, talks, or fails now and then. */
import type { Overlap } from '../history.ts';
import type { Random } from '../random.ts';

export type Step = {
  readonly kind: string;
  readonly name: string;
  readonly [field: string]: unknown;
};

export function planSteps(random: Random, overlap: Overlap, everyMs: number): Step[] {
  // What buffers everything must be able to keep up; most of the others too, for 64 slots serve all 300.
  const share = overlap === 'buffer_all' || random.chance(0.7) ? 0.15 : 1.3;
  const ms = Math.round(Math.min(everyMs * share, random.chance(0.1) ? 6000 : 1500));
  switch (random.int(1, 8)) {
    case 1:
      return [{ kind: 'chaos_quick', name: 'quick' }];
    case 2:
      return [{ kind: 'chaos_sleep', name: 'sleep', ms }, mark('mark')];
    case 3:
      return [mark('one', { ms }), mark('two'), mark('three', { hold_ms: 50 })];
    case 4:
      return [{ kind: 'chaos_talk', name: 'talk', lines: 10, ms }, mark('mark')];
    case 5:
      return [
        mark('before'),
        flaky(3, { retries: { max: random.int(0, 1), initial: '1s' } }),
        mark('after'),
        mark('always', { run_if: 'always' }),
      ];
    case 6:
      return [
        mark('left', { ms, parallel: true }),
        mark('right', { parallel: true }),
        flaky(4, { parallel: true }),
        mark('after'),
      ];
    case 7:
      return [
        mark('before', { ms }),
        mark('first_aid', { run_if: 'failure' }),
        mark('more'),
        flaky(3, {}),
        mark('last_aid', { run_if: 'failure' }),
        mark('after'),
      ];
    default:
      return [mark('mark', { ms, hold_ms: 20 })];
  }
}

/** Of a scenario that pauses itself: half of its runs fail. */
export function planFailing(): Step[] {
  return [mark('before'), flaky(2, {}), mark('after')];
}

/** How long a run takes, roughly, its steps' own retries included. */
export function workMs(steps: readonly Step[]): number {
  const field = (step: Step, name: string) => (typeof step[name] === 'number' ? step[name] : 0);
  return steps.reduce(
    (sum, step) =>
      sum + 20 + field(step, 'ms') + field(step, 'hold_ms') + ('retries' in step ? 500 : 0),
    0,
  );
}

const mark = (name: string, more: object = {}): Step => ({
  kind: 'chaos_mark',
  name,
  ms: 0,
  ...more,
});

const flaky = (every: number, more: object): Step => ({
  kind: 'chaos_flaky',
  name: 'flaky',
  every,
  ...more,
});
