import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { readChoice } from '../read-option.ts';
import { allPages } from '../session.ts';
import { colourOf, stateText } from '../text/style.ts';
import { formatDistance } from '../text/time.ts';
import { clean } from '../text/width.ts';

const STATES = ['ACTIVE', 'PAUSED', 'DISABLED', 'BROKEN'];

type Scenario = {
  readonly databaseId: number;
  readonly slug: string;
  readonly name: string;
  readonly state: string;
  readonly trigger: { readonly description: string } | null;
  readonly nextDueAt: string | null;
  readonly pause: { readonly note: string | null; readonly until: string | null } | null;
  readonly broken: { readonly message: string } | null;
};

export const SCENARIOS = `query Scenarios($filter: ScenarioFilter, $first: Int!, $after: String) {
  scenarios(filter: $filter, first: $first, after: $after) {
    nodes { databaseId slug name state trigger { description } nextDueAt pause { note until } broken { message } }
    pageInfo { hasNextPage endCursor } } }`;

export const scenarios = command({
  name: 'scenarios',
  summary: 'Lists the scenarios of the project',
  words: '[text]',
  more: 'With a text, those that have it in their name, slug or description.',
  options: {
    state: {
      type: 'string',
      value: 'STATE',
      multiple: true,
      help: STATES.join(', ').toLowerCase(),
    },
  },
  examples: [
    ['hf-scheduler scenarios', 'all of them'],
    ['hf-scheduler scenarios --state broken --state paused', 'those that do not fire'],
  ],
  async run({ out, session }, { values, words: [text] }) {
    const state = values.state?.map((each) => readChoice('state', each, STATES));
    const { databaseId } = await session().project();
    const filter = {
      projectId: String(databaseId),
      ...(state && { state }),
      ...(text !== undefined && { text }),
    };
    const found = await allPages<Scenario>(session(), SCENARIOS, { filter });
    found.sort((a, b) => (a.slug < b.slug ? -1 : 1));
    if (out.isJson) {
      out.document(found);
      return EXIT.fine;
    }
    if (found.length === 0) out.note('There are none.');
    else {
      out.table(found, [
        { title: 'SCENARIO', text: ({ slug }) => slug, cut: 'last' },
        {
          title: 'STATE',
          text: (scenario) => stateText(scenario.state),
          paint: (cell, scenario) => out.paint(colourOf(scenario.state), cell),
        },
        {
          title: 'FIRES',
          text: ({ trigger }) => trigger?.description ?? 'by hand',
          cut: 'first',
        },
        { title: 'NEXT', text: ({ nextDueAt }) => (nextDueAt === null ? '' : out.time(nextDueAt)) },
        {
          title: '',
          text: ({ nextDueAt }) => away(nextDueAt),
          paint: (cell) => out.paint('dim', cell),
        },
        {
          title: 'NOTE',
          text: ({ broken, pause }) => clean(broken?.message ?? pause?.note ?? ''),
          cut: 'first',
        },
      ]);
    }
    return EXIT.fine;
  },
});

function away(nextDueAt: string | null): string {
  if (nextDueAt === null) return '';
  const now = Temporal.Now.instant().epochMilliseconds;
  return formatDistance(Temporal.Instant.from(nextDueAt).epochMilliseconds - now);
}
