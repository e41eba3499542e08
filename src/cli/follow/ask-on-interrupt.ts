/** Ctrl-C while a run is followed: the run goes on unless its reader wants otherwise. */
import { createInterface } from 'node:readline/promises';
import type { Io } from '../io.ts';
import { CliError } from '../exit.ts';
import { FAILURE, type Session } from '../session.ts';
import type { Screen } from './screen.ts';

export const CANCEL_RUN = `mutation CancelRun($id: ID!) {
  cancelRun(id: $id) { ${FAILURE} ... on Run { databaseId state cancelRequestedAt } } }`;

type Asking = {
  readonly io: Io;
  readonly session: Session;
  readonly runId: number;
  readonly screen: Screen;
  leave(): void;
};

/** On a terminal it asks, with leaving as the answer to Enter and to a second Ctrl-C; elsewhere it leaves.
 *  Disposal takes an open question back, and gives Ctrl-C back. */
export function askOnInterrupt({ io, session, runId, screen, leave }: Asking): Disposable {
  const canAsk = io.stdin.isTTY === true && io.stdout.isTTY === true && io.stderr.isTTY === true;
  const over = new AbortController();
  let isAsking = false;

  async function ask(): Promise<void> {
    screen.pause();
    const answer = await question(
      io,
      `Run ${runId} goes on without you. [Enter] leave it going   [c] cancel it   [f] follow on `,
      over.signal,
    );
    if (answer === null || answer === 'f') return;
    if (answer !== 'c') return leave();
    try {
      await session.command(CANCEL_RUN, { id: String(runId) });
      screen.print([`Run ${runId} was asked to end.`]);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      screen.print([`It could not be cancelled: ${error.message}`]);
    }
  }

  const taken = io.onInterrupt(() => {
    if (!canAsk) return leave();
    if (isAsking) return;
    isAsking = true;
    void ask().finally(() => {
      isAsking = false;
      screen.resume();
    });
  });
  return {
    [Symbol.dispose]() {
      over.abort();
      taken[Symbol.dispose]();
    },
  };
}

/** The first letter of the answer in lower case; empty for Enter, the end of input and a second Ctrl-C; null
 *  when the question was taken back. */
async function question({ stdin }: Io, text: string, over: AbortSignal): Promise<string | null> {
  const lines = createInterface({ input: stdin, output: process.stderr });
  const given = Promise.withResolvers<string | null>();
  lines.once('SIGINT', () => given.resolve(''));
  lines.once('close', () => given.resolve(''));
  over.addEventListener('abort', () => given.resolve(null), { once: true });
  lines.question(text).then(given.resolve, () => given.resolve(''));
  try {
    const answer = await given.promise;
    // What follows begins on a line of its own.
    if (answer === null) process.stderr.write('\n');
    return answer === null ? null : answer.trim().charAt(0).toLowerCase();
  } finally {
    lines.close();
  }
}
