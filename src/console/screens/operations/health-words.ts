/** What the scheduler's state means and what one does about it. The server decides the colour; here it is put into
 *  words, of which the README has the same. */
import type { HealthColour } from '../../generated/graphql.ts';

export type Health = {
  readonly state: HealthColour;
  readonly lastSeenAt: string | null;
  /** How old the latest beat was when the message was made. */
  readonly lastSeenSeconds: number | null;
  readonly lastTickAt: string | null;
  readonly lastTickSeconds: number | null;
  readonly amberSeconds: number;
  readonly staleSeconds: number;
};

export type HealthWords = {
  readonly label: string;
  readonly means: string;
  readonly todo?: string;
};

export function healthWords(health: Health): HealthWords {
  const { state, lastSeenSeconds: seen, amberSeconds, staleSeconds } = health;
  if (state === 'GREEN') {
    return { label: 'Alive', means: 'A worker beats, and due times are decided.' };
  }
  if (seen === null) {
    return {
      label: 'Down',
      means: 'No worker has ever beaten: nothing runs.',
      todo: 'Start one: npm run worker.',
    };
  }
  if (state === 'RED') {
    return {
      label: 'Down',
      means: `No worker has beaten for ${staleSeconds} s: nothing runs.`,
      todo: 'Is npm run worker (or its unit) running?',
    };
  }
  return isTickerStuck(health)
    ? {
        label: 'Stuck',
        means: 'A worker beats and decides no due times: what is due does not start.',
        todo: 'Look at its log, and at pg_stat_activity for long transactions.',
      }
    : {
        label: 'Late',
        means: `No worker has beaten for ${amberSeconds} s; at ${staleSeconds} s it counts as down.`,
        todo: 'Does the worker restart, or has it lost the database? Its log says.',
      };
}

/** A beating heart that hides a ticker which does not get on. */
function isTickerStuck({ lastSeenSeconds, lastTickSeconds, amberSeconds }: Health): boolean {
  return (lastTickSeconds ?? Infinity) - (lastSeenSeconds ?? 0) >= amberSeconds;
}

/** Whole seconds up to two minutes, where each of them counts; then `4 m`, `3 h`, `2 d`. */
export function ageWords(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} m`;
  return whole < 172_800 ? `${Math.floor(whole / 3_600)} h` : `${Math.floor(whole / 86_400)} d`;
}
