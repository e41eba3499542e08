/** A project with a folder of CSV files, and a way to sync them as a worker does. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { sealSecrets } from '#domain/connector/connector.ts';
import type { StepResult } from '#domain/step/kind.ts';
import { syncDataset } from '#steps/sync_dataset/kind.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';
import { createTestStep, type TestStep } from '#test/support/step-context.ts';

export type Ground = Awaited<ReturnType<typeof createGround>>;

type DatasetOutput = {
  dataset: string;
  not_modified: boolean;
  rows_read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  rejects: { line: number; why: string }[];
  replaced_values: number;
  bytes: number;
  seconds: number;
};
export type Output = { datasets: DatasetOutput[] } & Omit<
  DatasetOutput,
  'dataset' | 'not_modified' | 'rejects'
>;

export async function createGround() {
  const resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase());
  const pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'warn') });
  resources.defer(() => pool.end());
  const folder = await mkdtemp(join(tmpdir(), 'hf-sync-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const house = await createHouse(pool);
  const { org, project } = house;
  const schema = project.warehouseSchema;
  const key = [randomBytes(32)] as const;
  let runId = 0;

  const addConnector = async (
    type: string,
    config: object,
    projectId: number | null = null,
    secrets: Readonly<Record<string, string>> = {},
  ) => {
    const { rows } = await pool.query(
      `insert into connector (org_id, project_id, slug, name, type, config)
       values ($1, $2, gen_random_uuid()::text, 'Test', $3, $4) returning id`,
      [org.id, projectId, type, withoutPassword(config)],
    );
    const id = rows[0].id as number;
    // As a person does: the password has a field of its own, and is stored sealed.
    const password = passwordOf(config);
    await pool.query('update connector set secrets = $2 where id = $1', [
      id,
      sealSecrets(key, id, { ...secrets, ...(password !== '' && { password }) }),
    ]);
    return id;
  };
  const files = await addConnector('csv', { folder });

  const addDataset = async (
    slug: string,
    given: {
      connectorId?: number;
      source?: object;
      table?: string;
      mode?: string;
      keys?: string[];
      cursor?: string;
      projectId?: number;
      orgId?: number;
    } = {},
  ) => {
    const { rows } = await pool.query(
      `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name, mode, key_columns,
         cursor_column) values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9) returning id`,
      [
        given.orgId ?? org.id,
        given.projectId ?? project.id,
        given.connectorId ?? files,
        slug,
        given.source ?? { path: `${slug}.csv` },
        given.table ?? slug,
        given.mode ?? 'full',
        given.keys ?? [],
        given.cursor ?? null,
      ],
    );
    return rows[0].id as number;
  };

  const newStep = (fence = 1): Promise<TestStep> =>
    createTestStep({
      url: database.url,
      projectId: project.id,
      runId: 1000 + ++runId,
      fence,
      secretKey: key,
    });
  const execute = async (step: TestStep, config: object): Promise<StepResult> =>
    (await syncDataset.load())(step.context, syncDataset.config.parse(config));

  return {
    pool,
    url: database.url,
    folder,
    house,
    schema,
    addConnector,
    addDataset,
    newStep,
    execute,
    file: (name: string, content: string | Buffer) => writeFile(join(folder, name), content),
    /** A whole sync. @throws Error with the reason when it fails. */
    async sync(config: object): Promise<Output> {
      await using step = await newStep();
      return (await step.publish(await execute(step, config))) as unknown as Output;
    },
    async failure(config: object) {
      await using step = await newStep();
      const result = await execute(step, config);
      if (result.outcome !== 'failed') throw new Error('it succeeded');
      return result;
    },
    async rows(sql: string): Promise<unknown[][]> {
      const { rows } = await pool.query({ text: sql, rowMode: 'array' });
      return rows;
    },
    async types(table: string): Promise<Record<string, string>> {
      const { rows } = await pool.query(
        `select attname, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [`${schema}."${table.replaceAll('"', '""')}"`],
      );
      return Object.fromEntries(rows.map((row) => [row.attname, row.type]));
    },
    async dataset(id: number) {
      const { rows } = await pool.query('select * from dataset where id = $1', [id]);
      return rows[0];
    },
    async stagingTables(): Promise<string[]> {
      const { rows } = await pool.query(
        `select relname from pg_class where relname ~ 'staging' and relkind = 'r'`,
      );
      return rows.map((row) => row.relname);
    },
    /** How many sessions bear the name of a run. */
    async sessions(step: TestStep): Promise<number> {
      const name = `hf:${step.context.runId}:${step.context.fence}`;
      const { rows } = await pool.query(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and application_name = $1`,
        [name],
      );
      return rows[0].n;
    },
    async connect(): Promise<pg.Client> {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      resources.defer(() => client.end());
      return client;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const urlOf = (config: object) => ('url' in config ? new URL(String(config.url)) : null);

const passwordOf = (config: object) => decodeURIComponent(urlOf(config)?.password ?? '');

function withoutPassword(config: object): object {
  const url = urlOf(config);
  if (!url) return config;
  url.password = '';
  return { ...config, url: url.href };
}
