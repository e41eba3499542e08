import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { followRun } from '../follow/follow-run.ts';
import { RUN_FIELDS, type RunView } from '../follow/run-view.ts';
import { readRunId } from '../read-option.ts';
import { FAILURE } from '../session.ts';
import { tellMadeRun } from './run.ts';

export const RETRY_RUN = `mutation RetryRun($id: ID!, $mode: RetryMode!) {
  retryRun(id: $id, mode: $mode) { ${FAILURE} ... on Run { ${RUN_FIELDS} } } }`;

export const retry = command({
  name: 'retry',
  summary: 'Runs a finished run once more, from where it failed',
  words: '<runId>',
  more: 'A new run with the configuration, parameters and due time that the old one had; that one stays as it is.',
  options: {
    'from-start': { type: 'boolean', help: 'all steps again, also those that succeeded' },
    follow: { type: 'boolean', short: 'f', help: 'live to its end' },
  },
  examples: [
    ['hf-scheduler retry 1234 --follow', 'go on where it failed, and watch'],
    ['hf-scheduler retry 1234 --from-start', 'everything again'],
  ],
  exitNot: 'with --follow: it failed again or was cancelled; else: it could not be made',
  async run(context, { values, words: [word] }) {
    const made = await context.session().command<RunView>(RETRY_RUN, {
      id: String(readRunId(word!)),
      mode: values['from-start'] ? 'FROM_START' : 'FROM_FAILED',
    });
    if (values.follow) return followRun(context, made.databaseId);
    tellMadeRun(context, made);
    return EXIT.fine;
  },
});
