/** How long a CSV of a million rows takes into the warehouse, in how much memory, beside the floor: COPY of the
 *  same file by Postgres itself, which types nothing out and checks nothing.
 *  While a second sync publishes, a reader counts rows all the time and must see the old count or the new.
 *
 *  `node bench/csv-sync.ts [--rows 1000000]`. Starts a Postgres of its own unless DATABASE_URL names
 *  one; makes a database there and drops it. The sync runs in a child process, so that its memory is its own. */
import { parseArgs } from 'node:util';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createPool, transaction } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import { loadDataset } from '#domain/dataset/load-dataset.ts';

const SECONDS_LIMIT = 20;
const MEGABYTES_LIMIT = 300;
const log = createLog('csv-sync', 'warn');

type Measured = { seconds: number; publishSeconds: number; how: string; peakMegabytes: number };

// The child is told apart by its argument: whatever starts a benchmark may have a channel to it as well.
const childUrl = process.argv[2]?.startsWith('postgres') ? process.argv[2] : undefined;
if (childUrl !== undefined) {
  process.send?.(await syncHere(childUrl));
  process.disconnect?.();
} else {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
  await compare(Number(values.rows));
}

async function compare(rows: number): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hf-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const url = await createDatabase(resources, folder);
  const client = new pg.Client({ connectionString: url, options: '-c search_path=honeyframe' });
  await client.connect();
  resources.defer(() => client.end());

  const file = join(folder, 'orders.csv');
  await writeCsv(file, rows);
  const megabytes = (await stat(file)).size / 1e6;
  console.log(`${rows} rows of 8 columns, ${megabytes.toFixed(1)} MB`);

  const floor = await measureFloor(client, file);
  console.log(`floor, COPY by Postgres:  ${floor.toFixed(2)} s`);
  await insertDataset(client, folder);

  const first = await syncInChild(url);
  tell('first sync', first, floor);
  await writeCsv(file, rows + 1000);
  const counts = await whileCounting(client, () => syncInChild(url));
  tell('second sync, swapped', counts.result, floor);
  console.log(`  a reader counted ${counts.reads} times and saw ${[...counts.seen].join(' and ')}`);
  await client.query('create view wh_bench.dependent as select * from wh_bench.orders');
  await writeCsv(file, rows);
  const inPlace = await whileCounting(client, () => syncInChild(url));
  tell('third sync, in place under a view', inPlace.result, floor);
  console.log(
    `  a reader counted ${inPlace.reads} times and saw ${[...inPlace.seen].join(' and ')}`,
  );

  const all = [first, counts.result, inPlace.result];
  const torn = [...counts.seen, ...inPlace.seen].some((n) => n !== rows && n !== rows + 1000);
  const slow = rows <= 1_000_000 && all.some(({ seconds }) => seconds > SECONDS_LIMIT);
  const large = all.some(({ peakMegabytes }) => peakMegabytes > MEGABYTES_LIMIT);
  if (torn || slow || large) process.exitCode = 1;
}

function tell(what: string, measured: Measured, floor: number): void {
  const { seconds, publishSeconds, how, peakMegabytes } = measured;
  console.log(
    `${what}: ${seconds.toFixed(2)} s (${(seconds / floor).toFixed(1)} × the floor), of it publishing ${publishSeconds.toFixed(2)} s (${how}); peak RSS ${peakMegabytes.toFixed(0)} MB`,
  );
}

async function syncInChild(url: string): Promise<Measured> {
  const child = fork(import.meta.filename, [url], { serialization: 'json' });
  const exited = once(child, 'exit');
  const [measured] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error('the child ended without a result');
    }),
  ])) as [Measured];
  await exited;
  return measured;
}

/** In the child: one sync, as the step does it. */
async function syncHere(url: string): Promise<Measured> {
  const pool = createPool(url, { name: 'csv-sync', max: 4, log });
  const [reader, writer] = [await pool.connect(), await pool.connect()];
  const startedAt = performance.now();
  const [dataset] = await findDatasets(reader, { orgId: 1, projectId: 1 }, ['orders']);
  const loaded = await loadDataset(
    {
      reader,
      writer,
      owner: { runId: 1, pos: 0, fence: 1 },
      schema: 'wh_bench',
      key: undefined,
      signal: new AbortController().signal,
      log: () => {},
      progress: () => {},
    },
    dataset!,
    { mode: 'full', maxRejected: 0 },
  );
  const publishingAt = performance.now();
  const { how } = await transaction(pool, (tx) => loaded.publish(tx));
  const endedAt = performance.now();
  reader.release();
  writer.release();
  await pool.end();
  return {
    seconds: (endedAt - startedAt) / 1000,
    publishSeconds: (endedAt - publishingAt) / 1000,
    how,
    peakMegabytes: process.resourceUsage().maxRSS / 1000,
  };
}

async function whileCounting(client: pg.Client, work: () => Promise<Measured>) {
  const seen = new Set<number>();
  let reads = 0;
  let done = false;
  const counting = (async () => {
    while (!done) {
      const { rows } = await client.query('select count(*)::int as n from wh_bench.orders');
      seen.add(rows[0].n);
      reads++;
    }
  })();
  const result = await work();
  done = true;
  await counting;
  return { result, reads, seen };
}

async function measureFloor(client: pg.Client, file: string): Promise<number> {
  await client.query(
    `create table floor (id int, customer text, country text, amount numeric, paid boolean, day date,
       at timestamptz, note text)`,
  );
  const startedAt = performance.now();
  const copy = client.query(copyFrom('copy floor from stdin (format csv, header)'));
  await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy);
  const seconds = (performance.now() - startedAt) / 1000;
  await client.query('drop table floor');
  return seconds;
}

async function writeCsv(file: string, rows: number): Promise<void> {
  await pipeline(function* () {
    yield 'id,customer,country,amount,paid,day,at,note\n';
    let text = '';
    for (let i = 1; i <= rows; i++) {
      const day = `2026-${two((i % 12) + 1)}-${two((i % 28) + 1)}`;
      // One note in ten is quoted and holds a delimiter, one in a hundred a line end.
      const note =
        i % 100 === 0 ? `"two\nlines ${i}"` : i % 10 === 0 ? `"a, b, ${i}"` : `note number ${i}`;
      text += `${i},customer-${i % 50_000},${['DE', 'ID', 'NO', 'BR'][i % 4]},${(i % 100_000) / 100},${i % 3 === 0},${day},${day}T${two(i % 24)}:${two(i % 60)}:00Z,${note}\n`;
      if (text.length > 256 * 1024) {
        yield text;
        text = '';
      }
    }
    yield text;
  }, createWriteStream(file));
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

async function createDatabase(resources: AsyncDisposableStack, folder: string): Promise<string> {
  let server = process.env['DATABASE_URL'];
  if (server === undefined) {
    const dataDir = join(folder, 'postgres');
    server = resources.use(await startEmbeddedPostgres({ dataDir, log })).url;
  }
  const name = `csv_sync_${process.pid}`;
  const maintenance = new pg.Client({ connectionString: server });
  await maintenance.connect();
  await maintenance.query(`create database ${name}`);
  resources.defer(async () => {
    await maintenance.query(`drop database ${name} with (force)`);
    await maintenance.end();
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

async function insertDataset(client: pg.Client, folder: string): Promise<void> {
  await client.query(
    `insert into "user" (id, email, name) values (1, 'bench@example.com', 'Bench');
     insert into org (id, slug, name) values (1, 'bench', 'Bench');
     insert into project (id, org_id, slug, name, owner_user_id, warehouse_schema)
     values (1, 1, 'bench', 'Bench', 1, 'wh_bench')`,
  );
  await client.query(
    `insert into connector (id, org_id, slug, name, type, config) values (1, 1, 'files', 'Files', 'csv', $1)`,
    [{ folder }],
  );
  await client.query(
    `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     values (1, 1, 1, 'orders', 'Orders', '{"path": "orders.csv"}', 'orders')`,
  );
}
