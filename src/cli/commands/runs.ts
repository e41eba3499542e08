import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { msBetween } from '../follow/event-lines.ts';
import { readChoice, readWhole } from '../read-option.ts';
import { allPages } from '../session.ts';
import { colourOf, stateText } from '../text/style.ts';
import { formatDuration } from '../text/time.ts';
import { clean } from '../text/width.ts';

const STATES = ['WAITING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

type Run = {
  readonly databaseId: number;
  readonly name: string;
  readonly scenario: { readonly slug: string } | null;
  readonly state: string;
  readonly source: string;
  readonly dueAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly reason: string | null;
};

export const RUNS = `query Runs($filter: RunFilter, $first: Int!, $after: String) {
  runs(filter: $filter, first: $first, after: $after) {
    nodes { databaseId name scenario { slug } state source dueAt startedAt finishedAt reason }
    pageInfo { hasNextPage endCursor } } }`;

export const runs = command({
  name: 'runs',
  summary: 'Lists runs of the project, newest first',
  options: {
    scenario: { type: 'string', value: 'SLUG', help: 'of one scenario' },
    state: {
      type: 'string',
      value: 'STATE',
      multiple: true,
      help: STATES.join(', ').toLowerCase(),
    },
    limit: { type: 'string', value: 'N', help: 'how many, 1 to 1000; 20' },
  },
  examples: [
    ['hf-scheduler runs', 'the latest'],
    ['hf-scheduler runs --state failed --state cancelled --limit 50', 'what went wrong'],
    ['hf-scheduler runs --scenario ingest --json', 'of one scenario, for a program'],
  ],
  async run({ out, session }, { values }) {
    const limit = readWhole('limit', values.limit, { least: 1, most: 1000, fallback: 20 });
    const state = values.state?.map((each) => readChoice('state', each, STATES));
    const scope =
      values.scenario === undefined
        ? { projectId: String((await session().project()).databaseId) }
        : { scenarioId: String((await session().scenario(values.scenario)).databaseId) };
    const filter = { ...scope, ...(state && { state }) };
    const found = await allPages<Run>(session(), RUNS, { filter }, limit);
    if (out.isJson) {
      out.document(found);
      return EXIT.fine;
    }
    if (found.length === 0) out.note('There are none.');
    else {
      const paintState = (cell: string, run: Run) => out.paint(colourOf(run.state), cell);
      out.table(found, [
        { title: 'RUN', text: (run) => String(run.databaseId), align: 'right' },
        { title: 'SCENARIO', text: (run) => run.scenario?.slug ?? clean(run.name), cut: 'last' },
        { title: 'STATE', text: (run) => stateText(run.state), paint: paintState },
        { title: 'BY', text: (run) => stateText(run.source) },
        { title: 'DUE', text: (run) => out.time(run.dueAt) },
        { title: 'TOOK', text: (run) => took(run), align: 'right' },
        { title: 'WHY', text: (run) => clean(run.reason ?? ''), cut: 'first' },
      ]);
    }
    return EXIT.fine;
  },
});

function took({ startedAt, finishedAt, state }: Run): string {
  if (startedAt === null) return '';
  if (finishedAt !== null) return formatDuration(msBetween(startedAt, finishedAt));
  const ms = msBetween(startedAt, Temporal.Now.instant().toString());
  return state === 'RUNNING' ? `${formatDuration(ms)} so far` : '';
}
