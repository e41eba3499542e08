/** A sync holds its memory however many rows come: 10 million of CSV, of 8 columns, within 300 MB.
 *
 *  `npm run bench -- sync-rows [--rows 10000000]`. Starts a Postgres of its own unless BENCH_DATABASE_URL names one; makes
 *  a database there and drops it. The sync runs in a child process, so that its memory is its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createPool, transaction, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import { loadDataset } from '#domain/dataset/load-dataset.ts';
import { prepareGround } from './support/ground.ts';

const MEGABYTES_LIMIT = 300;

type Measured = { rows: number; seconds: number; peakMegabytes: number };

// The child is told apart by its argument: whatever starts a benchmark may have a channel to it as well.
const childUrl = process.argv[2]?.startsWith('postgres') ? process.argv[2] : undefined;
if (childUrl !== undefined) {
  process.send?.(await syncHere(childUrl));
  process.disconnect?.();
} else {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000000' } } });
  await measure(Number(values.rows));
}

async function measure(rows: number): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hf-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const { url, pool, projectId } = resources.use(await prepareGround());
  const file = join(folder, 'orders.csv');
  await writeCsv(file, rows);
  const megabytes = (await stat(file)).size / 1e6;
  console.log(`${rows} rows of 8 columns, ${megabytes.toFixed(0)} MB`);
  await insertDataset(pool, projectId, folder);

  const synced = await syncInChild(url);
  const { rows: counted } = await pool.query('select count(*)::int as n from wh_bench.orders');
  const share = rows / synced.seconds;
  console.log(
    `synced in ${synced.seconds.toFixed(1)} s (${Math.round(share)} rows/s); peak RSS ${synced.peakMegabytes.toFixed(0)} MB of at most ${MEGABYTES_LIMIT}`,
  );
  if (counted[0].n !== rows) {
    console.log(`the table has ${counted[0].n} rows`);
    process.exitCode = 1;
  }
  if (synced.peakMegabytes > MEGABYTES_LIMIT) process.exitCode = 1;
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
  const pool = createPool(url, { name: 'sync-rows', max: 4, log: createLog('bench', 'warn') });
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
  await transaction(pool, (tx) => loaded.publish(tx));
  const seconds = (performance.now() - startedAt) / 1000;
  reader.release();
  writer.release();
  await pool.end();
  const peakMegabytes = process.resourceUsage().maxRSS / 1000;
  return { rows: loaded.staged.rowsRead, seconds, peakMegabytes };
}

async function writeCsv(file: string, rows: number): Promise<void> {
  await pipeline(function* () {
    yield 'id,customer,country,amount,paid,day,at,note\n';
    let text = '';
    for (let i = 1; i <= rows; i++) {
      const day = `2026-${two((i % 12) + 1)}-${two((i % 28) + 1)}`;
      // One note in ten is quoted and holds a delimiter.
      const note = i % 10 === 0 ? `"a, b, ${i}"` : `note number ${i}`;
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

async function insertDataset(pool: Pool, projectId: number, folder: string): Promise<void> {
  await pool.query(
    `with c as (insert into connector (org_id, slug, name, type, config)
                select org_id, 'files', 'Files', 'csv', $2 from project where id = $1 returning id, org_id)
     insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     select org_id, $1, id, 'orders', 'Orders', '{"path": "orders.csv"}', 'orders' from c`,
    [projectId, { folder }],
  );
}
