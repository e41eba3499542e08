import { command } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { readRun } from '../follow/follow-run.ts';
import { eventLines } from '../follow/event-lines.ts';
import { runEvents, type RunEvent } from '../follow/run-events.ts';
import { applyEvent, beforeEvents } from '../follow/run-view.ts';
import { summaryLines } from '../follow/summary.ts';
import { readRunId } from '../read-option.ts';

export const logs = command({
  name: 'logs',
  summary: 'Prints what a run and its steps said',
  words: '<runId>',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on until the run ends' },
    step: { type: 'string', value: 'NAME', help: 'of one step only' },
  },
  examples: [
    ['hf-scheduler logs 1234', 'what there is'],
    ['hf-scheduler logs 1234 --follow --step load', 'one step, as it speaks'],
    ['hf-scheduler logs 1234 --json', 'every event, a line of JSON each'],
  ],
  async run({ io, out, session }, { values, words: [word] }) {
    const runId = readRunId(word!);
    const found = await readRun(session(), runId);
    const pos = stepPosition(values.step, found.steps);
    let run = beforeEvents(found);
    const isWanted = ({ payload }: RunEvent) => pos === null || payload['pos'] === pos;
    const stop = new AbortController();
    using _leaving = io.onInterrupt(() => stop.abort());
    const messages = runEvents(session(), runId, {
      signal: stop.signal,
      onLost: (why) => out.note(`${why} It is tried again.`),
      onBack: () => out.note('The connection is back.'),
    });
    for await (const message of messages) {
      if (message.__typename === 'Resync') {
        out.note(`Some events are not told: ${message.reason}`);
        run = await readRun(session(), runId);
        continue;
      }
      const { __typename: _, ...event } = message;
      run = applyEvent(run, event);
      if (isWanted(event)) {
        if (out.isJson) out.jsonLine(event);
        else for (const line of eventLines(event, run, out)) out.line(line);
      }
      if (!values.follow && event.seq >= found.eventCount) break;
    }
    if (stop.signal.aborted) return EXIT.interrupted;
    if (!out.isJson && pos === null && run.finishedAt !== null) {
      for (const line of summaryLines(run, out)) out.line(line);
    }
    return EXIT.fine;
  },
});

/** null: all steps. @throws CliError that lists the names. */
function stepPosition(
  name: string | undefined,
  steps: readonly { readonly name: string; readonly pos: number }[],
): number | null {
  if (name === undefined) return null;
  const step = steps.find((each) => each.name === name);
  if (step) return step.pos;
  const names = steps.map((each) => each.name).join(', ');
  throw usageError(`The run has no step "${name}".`, `Its steps are ${names}.`);
}
