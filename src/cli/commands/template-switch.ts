import { findNearest } from '#domain/trigger/nearest.ts';
import { command, type Context } from '../command.ts';
import { CliError, EXIT, usageError, type Problem } from '../exit.ts';
import { countText } from '../files/tell-problems.ts';
import { readParams } from '../read-option.ts';
import { allPages, FAILURE, PROJECTS, type Project, type Session } from '../session.ts';
import { problemLine } from '../tell-error.ts';
import { stateText } from '../text/style.ts';
import { clean } from '../text/width.ts';

const ALL = {
  all: { type: 'boolean', help: 'in every project, instead of those that are named' },
} as const;
const REFUSED = 'the template itself makes no scenario any more';

export const templateEnable = command({
  name: 'template enable',
  summary: 'Switches a template on in projects',
  words: '<slug> [projects…]',
  more: `Projects are named by slug or number. Each gets its scenario once; on again it resumes with its history. A project
for which values are missing or wrong stays as it was, and is told; the others are switched.`,
  options: {
    ...ALL,
    value: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'of a parameter, in all of them; JSON, else text',
    },
  },
  examples: [
    ['hf-scheduler template enable nightly-refresh sales --value dataset=orders', 'in one project'],
    ['hf-scheduler template enable daily-snapshot --all', 'everywhere'],
  ],
  exitNot: REFUSED,
  run: (context, { values, words }) =>
    set(context, words, {
      enabled: true,
      all: values.all === true,
      values: values.value === undefined ? null : readParams(values.value, 'value'),
    }),
});

export const templateDisable = command({
  name: 'template disable',
  summary: 'Switches a template off in projects; their scenarios pause',
  words: '<slug> [projects…]',
  options: ALL,
  examples: [['hf-scheduler template disable nightly-refresh sales', 'its scenario pauses there']],
  exitNot: REFUSED,
  run: (context, { values, words }) =>
    set(context, words, { enabled: false, all: values.all === true, values: null }),
});

type Asked = {
  readonly enabled: boolean;
  readonly all: boolean;
  readonly values: Readonly<Record<string, unknown>> | null;
};

type CellsSet = {
  readonly cells: readonly {
    readonly state: string;
    readonly values: unknown;
    readonly project: Project;
    readonly scenario: { readonly databaseId: number; readonly slug: string } | null;
  }[];
  readonly refused: readonly {
    readonly projectId: string;
    readonly project: Project | null;
    readonly code: string;
    readonly message: string;
    readonly problems: readonly Problem[];
    readonly config: unknown;
  }[];
};

export const TEMPLATE = `query Template($slug: String!) { template(slug: $slug) { databaseId } }`;
export const TEMPLATE_SLUGS = `query TemplateSlugs($first: Int!, $after: String) {
  templates(first: $first, after: $after) { nodes { slug } pageInfo { hasNextPage endCursor } } }`;
export const SET_ENABLED = `mutation SetEnabled($template: ID!, $projects: [ID!]!, $enabled: Boolean!, $values: JSON) {
  setTemplateEnabled(templateId: $template, projectIds: $projects, enabled: $enabled, values: $values) {
    ... on CellsSet {
      cells { state values project { databaseId slug name } scenario { databaseId slug } }
      refused { projectId project { databaseId slug name } code message problems { path message value } config } }
    ${FAILURE} } }`;

// A call for 1,000 projects may take 10 s, and 30 s is as long as an answer is waited for.
const AT_ONCE = 500;

async function set({ out, session }: Context, words: readonly string[], asked: Asked) {
  const [slug, ...names] = words as [string, ...string[]];
  const { enabled, all, values } = asked;
  if (all === names.length > 0) throw usageError('Name projects, or give --all.');
  const template = await findTemplate(session(), slug);
  const projects = await findProjects(session(), all ? null : names);
  const answer: { cells: CellsSet['cells'][number][]; refused: CellsSet['refused'][number][] } = {
    cells: [],
    refused: [],
  };
  for (let from = 0; from < projects.length; from += AT_ONCE) {
    const some = projects.slice(from, from + AT_ONCE).map(({ databaseId }) => String(databaseId));
    const variables = { template, projects: some, enabled, values };
    const { cells, refused } = await session().command<CellsSet>(SET_ENABLED, variables);
    answer.cells.push(...cells);
    answer.refused.push(...refused);
  }
  if (out.isJson) out.document(toJson(slug, answer));
  else tell(out, answer);
  const { refused } = answer;
  if (refused.length === 0) return EXIT.fine;
  return refused.some(({ code }) => code === 'TRIGGER_CONFIG') ? EXIT.not : EXIT.usage;
}

async function findTemplate(session: Session, slug: string): Promise<string> {
  const { template } = await session.query<{ template: { databaseId: number } | null }>(TEMPLATE, {
    slug,
  });
  if (template) return String(template.databaseId);
  const known = await allPages<{ slug: string }>(session, TEMPLATE_SLUGS, {});
  throw unknown('template', slug, known);
}

/** @param names null: all that the caller may see. @throws CliError for a name that none has. */
async function findProjects(session: Session, names: readonly string[] | null): Promise<Project[]> {
  const projects = await allPages<Project>(session, PROJECTS, {});
  if (names === null) return projects;
  return [...new Set(names)].map((name) => {
    const found = projects.find((each) => each.slug === name || `${each.databaseId}` === name);
    if (found) return found;
    throw unknown('project', name, projects);
  });
}

function unknown(noun: string, word: string, known: readonly { readonly slug: string }[]) {
  const slugs = known.map(({ slug }) => slug);
  const nearest = findNearest(word, slugs);
  return new CliError(EXIT.usage, 'NOT_FOUND', `There is no ${noun} "${word}" that you may see.`, {
    remedy: nearest === null ? null : `Did you mean "${nearest}"?`,
  });
}

function tell(out: Context['out'], { cells, refused }: CellsSet): void {
  for (const { project, state, scenario } of cells) {
    const colour = state === 'ON' ? 'green' : 'dim';
    const made = scenario === null ? '' : `  ${out.paint('dim', scenario.slug)}`;
    out.line(`${project.slug}  ${out.paint(colour, stateText(state))}${made}`);
  }
  for (const { project, projectId, message, problems } of refused) {
    out.line(`${project?.slug ?? projectId}  ${out.paint('red', 'stays as it was')}`);
    const lines = problems.length > 0 ? problems.map(problemLine) : [clean(message)];
    for (const line of lines) out.line(`  ${line}`);
  }
  const left = refused.length > 0 ? `, ${refused.length} left as they were` : '';
  out.line(`${countText(cells.length, 'project')} switched${left}`);
}

function toJson(template: string, { cells, refused }: CellsSet) {
  return {
    template,
    cells: cells.map(({ project, state, values, scenario }) => ({
      project: project.slug,
      state: state.toLowerCase(),
      values,
      scenario: scenario?.slug ?? null,
    })),
    refused: refused.map(({ project, projectId, code, message, problems, config }) => ({
      project: project?.slug ?? projectId,
      error: code.toLowerCase(),
      message,
      details: problems,
      ...(config !== null && { config }),
    })),
  };
}
