/** An API with what is asked of it again and again: the project that is meant, a scenario by its slug, a
 *  command's result or its refusal. */
import { findNearest } from '#domain/trigger/nearest.ts';
import { apiError, createApi, type Api } from './api.ts';
import { CliError, EXIT, usageError, type Problem } from './exit.ts';
import type { Settings } from './settings.ts';

export type Project = { readonly databaseId: number; readonly slug: string; readonly name: string };

export type ScenarioRef = {
  readonly databaseId: number;
  readonly slug: string;
  readonly name: string;
};

export type Session = Api & {
  /** The one that is named, else the token's default, else the only one. Asked once.
   *  @throws CliError where none is meant or found. */
  project(): Promise<Project>;
  /** By slug in the project, as `project/slug` in another one, or by number anywhere.
   *  @throws CliError with the nearest slug. */
  scenario(ref: string): Promise<ScenarioRef>;
  /** A mutation's one result. @throws CliError where it is a failure. */
  command<Result>(document: string, variables: Readonly<Record<string, unknown>>): Promise<Result>;
};

// Further pages are asked for; this is only how many at once.
const PAGE = 100;

export function openSession(settings: Settings): Session {
  const api = createApi(settings);
  let known: Promise<Project> | null = null;
  const project = () => (known ??= findProject(api, settings.project));
  return {
    ...api,
    project,
    scenario(ref) {
      const [, named, slug] = /^([^/]+)\/(.+)$/.exec(ref) ?? [];
      return named === undefined
        ? findScenario(api, ref, project)
        : findBySlug(api, slug!, findProject(api, named));
    },
    async command<Result>(document: string, variables: Readonly<Record<string, unknown>>) {
      const answer = await api.query<Record<string, Result | Failure>>(document, variables);
      const [result] = Object.values(answer);
      return assertResult(result!);
    },
  };
}

/** What `... on Failure` selections answer; append it to every mutation. */
export const FAILURE = `
  __typename
  ... on Failure { message }
  ... on ValidationError { problems { path message value } }`;

type Failure = {
  readonly __typename: string;
  readonly message: string;
  readonly problems?: readonly Problem[];
};

const CODES: Readonly<Record<string, string>> = {
  ValidationError: 'VALIDATION',
  NotFound: 'NOT_FOUND',
  Forbidden: 'FORBIDDEN',
  Conflict: 'CONFLICT',
  TriggerConfigError: 'TRIGGER_CONFIG',
};

function assertResult<Result>(result: Result | Failure): Result {
  const { __typename, message, problems } = result as Failure;
  const code = CODES[__typename];
  if (code === undefined) return result as Result;
  throw apiError(code, message, { problems });
}

export const VIEWER = `query Viewer { viewer { defaultProject { databaseId slug name } } }`;
export const PROJECTS = `query Projects($first: Int!, $after: String) {
  projects(first: $first, after: $after) { nodes { databaseId slug name } pageInfo { hasNextPage endCursor } } }`;

async function findProject(api: Api, named: string | null): Promise<Project> {
  if (named === null) {
    const { viewer } = await api.query<{ viewer: { defaultProject: Project | null } }>(VIEWER);
    if (viewer.defaultProject) return viewer.defaultProject;
  }
  const projects = await allPages<Project>(api, PROJECTS, {});
  const slugs = projects.map(({ slug }) => slug);
  if (named === null) {
    if (projects[0] && projects.length === 1) return projects[0];
    throw usageError(
      'The token has no default project.',
      `Name one with --project or HF_PROJECT: ${slugs.join(', ') || 'there is none that you may see'}.`,
    );
  }
  const found = projects.find(
    ({ slug, databaseId }) => slug === named || `${databaseId}` === named,
  );
  if (found) return found;
  throw notFound(`There is no project "${named}" that you may see.`, named, slugs);
}

export const SCENARIO = `query Scenario($id: ID!) { scenario(id: $id) { databaseId slug name } }`;
export const SCENARIO_SLUGS = `query ScenarioSlugs($project: ID!, $first: Int!, $after: String) {
  scenarios(filter: { projectId: $project }, first: $first, after: $after) {
    nodes { databaseId slug name } pageInfo { hasNextPage endCursor } } }`;
export const SCENARIO_BY_SLUG = `query ScenarioBySlug($project: ID!, $slug: String!) {
  scenarios(filter: { projectId: $project, text: $slug }, first: ${PAGE}) { nodes { databaseId slug name } } }`;

async function findScenario(
  api: Api,
  slugOrId: string,
  project: () => Promise<Project>,
): Promise<ScenarioRef> {
  if (/^\d{1,10}$/.test(slugOrId)) {
    const { scenario } = await api.query<{ scenario: ScenarioRef | null }>(SCENARIO, {
      id: slugOrId,
    });
    if (scenario) return scenario;
    throw notFound(`There is no scenario ${slugOrId} that you may see.`);
  }
  return findBySlug(api, slugOrId, project());
}

async function findBySlug(
  api: Api,
  wanted: string,
  project: Promise<Project>,
): Promise<ScenarioRef> {
  const { databaseId, slug: projectSlug } = await project;
  const where = { project: String(databaseId) };
  const { scenarios } = await api.query<{ scenarios: { nodes: ScenarioRef[] } }>(SCENARIO_BY_SLUG, {
    ...where,
    slug: wanted,
  });
  const all = scenarios.nodes.some(({ slug }) => slug === wanted)
    ? scenarios.nodes
    : await allPages<ScenarioRef>(api, SCENARIO_SLUGS, where);
  const found = all.find(({ slug }) => slug === wanted);
  if (found) return found;
  const message = `There is no scenario "${wanted}" in the project ${projectSlug}.`;
  throw notFound(
    message,
    wanted,
    all.map(({ slug }) => slug),
  );
}

type Page<Node> = {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

/** All entries of the one connection that a document asks for, `$after` being its cursor.
 *  @param most entries beyond are not fetched. */
export async function allPages<Node>(
  api: Api,
  document: string,
  variables: Readonly<Record<string, unknown>>,
  most = Infinity,
): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ;) {
    const first = Math.min(PAGE, most - nodes.length);
    const answer: Record<string, Page<Node>> = await api.query(document, {
      ...variables,
      first,
      after,
    });
    const { nodes: more, pageInfo } = Object.values(answer)[0]!;
    nodes.push(...more);
    if (!pageInfo.hasNextPage || nodes.length >= most) return nodes;
    after = pageInfo.endCursor;
  }
}

function notFound(message: string, word = '', known: readonly string[] = []): CliError {
  const nearest = findNearest(word, known);
  const remedy = nearest === null ? null : `Did you mean "${nearest}"?`;
  return new CliError(EXIT.usage, 'NOT_FOUND', message, { remedy });
}
