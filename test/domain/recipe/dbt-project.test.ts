/** The dbt project that recipes become. */
import { expect, test } from 'vitest';
import { generateProject, profilesYml } from '#domain/recipe/dbt-project.ts';
import { modelOf } from '#domain/recipe/recipe.ts';
import { selectorsOf } from '#domain/recipe/selection.ts';

const recipe = (slug: string, more: object = {}) => ({
  ...{ id: 1, slug, kind: 'sql', sql: 'select 1', outputTable: null },
  ...more,
});

test('a recipe is a model under its slug, a dataset a table of the source raw; others are no models', () => {
  const files = generateProject(
    'wh_sales',
    [recipe('a-b'), recipe('c', { outputTable: 'd' }), recipe('py', { kind: 'python' })],
    [{ slug: 'the-orders', tableName: 'orders' }],
  );
  expect([...files.keys()]).toEqual([
    'dbt_project.yml',
    'models/names.yml',
    'models/a-b.sql',
    'models/c.sql',
  ]);
  expect(JSON.parse(files.get('models/names.yml')!)).toMatchObject({
    sources: [
      { name: 'raw', schema: 'wh_sales', tables: [{ name: 'the-orders', identifier: 'orders' }] },
    ],
    models: [
      { name: 'a-b', config: { alias: 'a_b' } },
      { name: 'c', config: { alias: 'd' } },
    ],
  });
});

test('two that would be one table are refused', () => {
  const make = (...slugs: string[]) =>
    generateProject(
      'wh',
      slugs.map((slug) => recipe(slug)),
      [{ slug: 'x', tableName: 'x_1' }],
    );
  expect(() => make('a-b', 'a_b')).toThrow(
    'The recipe a_b and the recipe a-b would both be the table a_b',
  );
  expect(() => make('x-1')).toThrow('The recipe x-1 and the dataset x would both be the table x_1');
});

test('the profile holds no password', () => {
  const at = {
    host: 'db',
    port: 5432,
    database: 'd',
    user: 'u',
    sslMode: 'require',
    sslRootCert: undefined,
  };
  expect(JSON.parse(profilesYml('p', 'wh', at))).toEqual({
    p: {
      target: 'honeyframe',
      outputs: {
        honeyframe: {
          ...{ type: 'postgres', host: 'db', port: 5432, dbname: 'd', user: 'u', schema: 'wh' },
          ...{ password: `{{ env_var('DBT_ENV_SECRET_PASSWORD') }}`, sslmode: 'require' },
          ...{ application_name: null, threads: 4 },
        },
      },
    },
  });
});

test('a scope is a graph operator of dbt, and what dbt would read as one is no name', () => {
  expect(selectorsOf(['a', 'b'], 'only')).toEqual(['a', 'b']);
  expect(selectorsOf(['a'], 'upstream')).toEqual(['+a']);
  expect(selectorsOf(['a'], 'downstream')).toEqual(['a+']);
  expect(selectorsOf(['a'], 'full')).toEqual(['+a+']);
  const folder = { folder: 'shop', recipes: [] };
  expect(modelOf('daily-orders', folder)).toEqual({ model: 'daily-orders' });
  for (const ref of ['+a', 'tag:x', 'a b', '*', '--all', '@a', 'a,b', 7]) {
    expect(modelOf(ref, folder), String(ref)).toHaveProperty('problem');
  }
});
