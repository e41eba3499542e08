/** The dbt project that a project's recipes are: a model per SQL recipe and a source `raw` with a table per dataset,
 *  under the names that they have in the project. What it holds is JSON where dbt reads YAML, which contains it. */
import { Failure } from '../connector/failure.ts';
import type { Recipe, Source } from './recipe.ts';

export const PROFILE = 'honeyframe';
const SOURCE = 'raw';

/** The table of a recipe: that of the dataset that it writes, or the slug with `_` for `-`. */
export const tableOf = ({ slug, outputTable }: Pick<Recipe, 'slug' | 'outputTable'>): string =>
  outputTable ?? slug.replaceAll('-', '_');

/** @returns the files by path.
 *  @throws Failure for recipes that no table could keep apart. */
export function generateProject(
  schema: string,
  recipes: readonly Recipe[],
  sources: readonly Source[],
): Map<string, string> {
  const models = recipes.filter(({ kind }) => kind === 'sql');
  refuseClashes(models, sources);
  const project = {
    name: PROFILE,
    version: '1.0.0',
    'config-version': 2,
    profile: PROFILE,
    'model-paths': ['models'],
    models: { [PROFILE]: { '+materialized': 'table' } },
  };
  const names = {
    version: 2,
    sources: [
      {
        name: SOURCE,
        schema,
        tables: sources.map(({ slug, tableName }) => ({ name: slug, identifier: tableName })),
      },
    ],
    models: models.map((recipe) => ({ name: recipe.slug, config: { alias: tableOf(recipe) } })),
  };
  return new Map([
    ['dbt_project.yml', JSON.stringify(project)],
    ['models/names.yml', JSON.stringify(names)],
    ...models.map(({ slug, sql }): [string, string] => [`models/${slug}.sql`, sql ?? '']),
  ]);
}

function refuseClashes(models: readonly Recipe[], sources: readonly Source[]): void {
  const owners = new Map(sources.map(({ slug, tableName }) => [tableName, `the dataset ${slug}`]));
  for (const recipe of models) {
    const table = tableOf(recipe);
    const other = owners.get(table);
    if (other !== undefined) {
      throw new Failure(
        `The recipe ${recipe.slug} and ${other} would both be the table ${table}; give the recipe another slug.`,
      );
    }
    owners.set(table, `the recipe ${recipe.slug}`);
  }
}

/** The file profiles.yml. User and password come from the environment; sessions get their name from PGAPPNAME. */
export function profilesYml(
  profile: string,
  schema: string,
  at: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly sslMode: string | undefined;
    readonly sslRootCert: string | undefined;
  },
): string {
  const output = {
    type: 'postgres',
    ...{ host: at.host, port: at.port, dbname: at.database, schema, user: at.user },
    password: "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}",
    ...(at.sslMode !== undefined && { sslmode: at.sslMode }),
    ...(at.sslRootCert !== undefined && { sslrootcert: at.sslRootCert }),
    // A name in here would be another for each run, and dbt would parse everything anew.
    application_name: null,
    threads: THREADS,
  };
  return JSON.stringify({ [profile]: { target: PROFILE, outputs: { [PROFILE]: output } } });
}

// More of them wait for the same disk.
const THREADS = 4;
