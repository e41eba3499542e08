/** What was decided about due times, each in one sentence: the answer to "why did it (not) run?". */
import { SOURCE_WORDS } from './states.ts';

export type TickFacts = {
  readonly outcome: string;
  readonly source: string;
  /** In the server's words, without a capital and without a full stop. */
  readonly reason: string | null | undefined;
  /** How many due times it stands for. */
  readonly count: number;
  readonly run: { readonly databaseId: number; readonly state: string } | null | undefined;
};

const whole = new Intl.NumberFormat('en-GB');

export function tickSentence({ outcome, source, reason, count, run }: TickFacts): string {
  const why = reason ? `: ${reason.replace(/\.$/, '')}` : '';
  if (run && outcome === 'WAITING') {
    return run.state === 'WAITING'
      ? `Waits as run ${run.databaseId}${why}.`
      : `Had to wait first, as run ${run.databaseId}${why}.`;
  }
  if (run) return `Became run ${run.databaseId}, ${SOURCE_WORDS[source] ?? source.toLowerCase()}.`;
  if (outcome === 'ERROR') return `It could not be decided${why}.`;
  if (count === 1) return `Did not run${why}.`;
  return `None of these ${whole.format(count)} ran${why}.`;
}
