import { randomUUID } from 'node:crypto';
import { command, type Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { followRun } from '../follow/follow-run.ts';
import { RUN_FIELDS, type RunView } from '../follow/run-view.ts';
import { readParams } from '../read-option.ts';
import { FAILURE } from '../session.ts';
import { colourOf, stateText } from '../text/style.ts';

export const RUN_SCENARIO = `mutation RunScenario($id: ID!, $params: JSON, $key: String) {
  runScenario(scenarioId: $id, params: $params, idempotencyKey: $key) { ${FAILURE} ... on Run { ${RUN_FIELDS} } } }`;

export const run = command({
  name: 'run',
  summary: 'Runs a scenario now, whatever its trigger, switch and pause say',
  words: '<slug>',
  more: `One of another project than the token's default: project/slug. Behind an active run of the scenario it waits.
--follow shows it live to its end; Ctrl-C leaves it going unless told otherwise, and a lost connection is taken up
where it broke off.`,
  options: {
    param: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'a parameter; JSON, else text (7 is a number, \'"7"\' is text)',
    },
    'idempotency-key': {
      type: 'string',
      value: 'KEY',
      help: 'the same key answers the same run again',
    },
    follow: { type: 'boolean', short: 'f', help: 'live to its end' },
  },
  examples: [
    ['hf-scheduler run nightly-mart-refresh --follow', 'run it and watch'],
    ['hf-scheduler run demo/nightly -f', 'of the project demo'],
    ['hf-scheduler run ingest --param day=2026-01-31', 'with a parameter'],
    [
      `hf-scheduler run ingest --idempotency-key "$BUILD_ID" --follow --json`,
      'from CI, safe to repeat',
    ],
  ],
  exitNot: 'with --follow: the run failed or was cancelled; else: it could not be made',
  async run(context, { values, words: [slug] }) {
    const { out, session } = context;
    const params = readParams(values.param ?? []);
    const { databaseId } = await session().scenario(slug!);
    const made = await session().command<RunView>(RUN_SCENARIO, {
      id: String(databaseId),
      params,
      // Of its own where none is given, so that a proxy that sends the request twice makes one run.
      key: values['idempotency-key'] ?? randomUUID(),
    });
    if (values.follow) {
      if (!out.isJson) out.note(`run ${made.databaseId} of ${slug}`);
      return followRun(context, made.databaseId);
    }
    tellMadeRun(context, made);
    return EXIT.fine;
  },
});

/** A run that was just made. */
export function tellMadeRun({ io, out }: Context, made: RunView): void {
  if (out.isJson) return out.document(made);
  out.line(`run ${made.databaseId}  ${out.paint(colourOf(made.state), stateText(made.state))}`);
  out.note(`Follow it: ${io.program} logs ${made.databaseId} --follow`);
}
