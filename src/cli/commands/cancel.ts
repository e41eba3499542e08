import { command, type Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { countText } from '../files/tell-problems.ts';
import { CANCEL_RUN } from '../follow/ask-on-interrupt.ts';
import { readRunId } from '../read-option.ts';
import { FAILURE } from '../session.ts';
import { colourOf, stateText } from '../text/style.ts';

type Cancelled = {
  readonly databaseId: number;
  readonly state: string;
  readonly cancelRequestedAt: string | null;
};

export const CANCEL_QUEUE = `mutation CancelQueue($project: ID!, $scenario: ID, $running: Boolean!) {
  cancelQueue(projectId: $project, scenarioId: $scenario, includeRunning: $running) {
    ${FAILURE} ... on CancelledQueue { cancelled requested } } }`;

export const cancel = command({
  name: 'cancel',
  summary: 'Ends a run, or all that wait',
  words: '[runId]',
  more: 'A run that waits ends at once, one that runs within seconds. What is made meanwhile stays.',
  options: {
    queue: { type: 'boolean', help: 'every run of the project that has not started' },
    scenario: { type: 'string', value: 'SLUG', help: 'with --queue: of one scenario' },
    running: { type: 'boolean', help: 'with --queue: running ones too' },
  },
  examples: [
    ['hf-scheduler cancel 1234', 'one run'],
    ['hf-scheduler cancel --queue --scenario ingest', 'whatever waits of a scenario'],
  ],
  async run(context, { values, words: [word] }) {
    const { out, session } = context;
    if ((word === undefined) !== (values.queue === true)) {
      throw usageError('cancel needs a run, or --queue.');
    }
    if (word === undefined) {
      return cancelQueue(context, values.scenario, values.running === true);
    }
    if (values.scenario !== undefined || values.running) {
      throw usageError('--scenario and --running go with --queue.');
    }
    const id = String(readRunId(word));
    const run = await session().command<Cancelled>(CANCEL_RUN, { id });
    if (out.isJson) out.document(run);
    else {
      const state = out.paint(colourOf(run.state), stateText(run.state));
      out.line(`run ${run.databaseId}  ${state}${run.state === 'RUNNING' ? ', asked to end' : ''}`);
    }
    return EXIT.fine;
  },
});

async function cancelQueue(
  { out, session }: Context,
  slug: string | undefined,
  running: boolean,
): Promise<number> {
  const { databaseId, slug: project } = await session().project();
  const scenario = slug === undefined ? null : String((await session().scenario(slug)).databaseId);
  const done = await session().command<{ cancelled: number; requested: number }>(CANCEL_QUEUE, {
    project: String(databaseId),
    scenario,
    running,
  });
  if (out.isJson) out.document(done);
  else {
    const asked = running ? `, ${countText(done.requested, 'running one')} asked to end` : '';
    out.line(`${slug ?? project}  ${countText(done.cancelled, 'run')} cancelled${asked}`);
  }
  return EXIT.fine;
}
