/** Follows a run to its end: live on a terminal, line by line elsewhere, as JSON lines with --json. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Session } from '../session.ts';
import { askOnInterrupt } from './ask-on-interrupt.ts';
import { blockLines } from './block.ts';
import { eventLines } from './event-lines.ts';
import { runEvents } from './run-events.ts';
import { applyEvent, beforeEvents, RUN, type RunView } from './run-view.ts';
import { liveScreen, plainScreen } from './screen.ts';
import { summaryLines } from './summary.ts';

/** @returns fine when it succeeded, not when it ended otherwise, interrupted when it was left.
 *  @throws CliError when there is no such run, or no API for longer than the patience. */
export async function followRun(context: Context, runId: number): Promise<number> {
  const { io, out } = context;
  const session = context.session();
  let run = beforeEvents(await readRun(session, runId));
  let isOver = false;
  const isLive = io.stdout.isTTY === true && !out.isJson;
  const stop = new AbortController();
  {
    using screen = isLive
      ? liveScreen(io, (columns, rows) =>
          blockLines(run, Temporal.Now.instant().toString(), { ...out, columns, rows }, isOver),
        )
      : plainScreen(io.stdout);
    using _asking = askOnInterrupt({ io, session, runId, screen, leave: () => stop.abort() });
    const messages = runEvents(session, runId, {
      signal: stop.signal,
      onLost: (why) => remark(`${why} It is tried again.`),
      onBack: () => remark('The connection is back.'),
    });
    const remark = (text: string) => {
      if (isLive) screen.print([out.paint('yellow', text)]);
      else out.note(text);
    };
    for await (const message of messages) {
      if (message.__typename === 'Resync') {
        remark(`Some events are not told: ${message.reason}`);
        run = await readRun(session, runId);
      } else {
        const { __typename: _, ...event } = message;
        run = applyEvent(run, event);
        if (out.isJson) out.jsonLine(event);
        else screen.print(eventLines(event, run, out));
      }
      screen.touch();
    }
    if (!stop.signal.aborted) run = await whileAway(() => readRun(session, runId));
    isOver = true;
  }
  if (stop.signal.aborted) {
    out.note(
      `Run ${runId} goes on. Follow it: ${io.program} logs ${runId} --follow. ` +
        `End it: ${io.program} cancel ${runId}`,
    );
    return EXIT.interrupted;
  }
  if (out.isJson) out.jsonLine({ run });
  else for (const line of summaryLines(run, out)) out.line(line);
  return run.state === 'SUCCEEDED' ? EXIT.fine : EXIT.not;
}

/** @throws CliError NOT_FOUND. */
export async function readRun(session: Session, runId: number): Promise<RunView> {
  const { run } = await session.query<{ run: RunView | null }>(RUN, { id: String(runId) });
  if (run) return run;
  const message = `There is no run ${runId} that you may see.`;
  throw new CliError(EXIT.usage, 'NOT_FOUND', message);
}

const TRIES = 60;
const PAUSE_MS = 1_000;

/** Asks again for a minute while the API is away: it was there a moment ago. */
async function whileAway<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof CliError && error.code === 'UNREACHABLE';
      if (!isAway || tries >= TRIES) throw error;
      await delay(PAUSE_MS);
    }
  }
}
