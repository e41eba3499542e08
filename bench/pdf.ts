/** How long dashboards take to become PDF, beside bare Chromium printing the same HTML in the same run, and how much
 *  memory many documents leave behind. Bare: one browser, a page of its own for each document, as many at a time, with
 *  scripts, network and all as Chromium comes.
 *
 *  `node bench/pdf.ts [--dashboards 50] [--documents 500] [--json]`. Eight cards each: figures, charts of every kind,
 *  a table. Memory is of all processes of the browser (Linux tells it), read after every tenth document. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { CardView, DashboardView } from '#domain/dashboard/view.ts';
import { renderPage } from '#domain/report/page.ts';
import { createRenderer } from '#domain/report/renderer.ts';
import { launchChromium } from './support/chromium.ts';

const RATIO_LIMIT = 1.5;
/** MB above the largest of the first hundred documents. */
const GROWTH_LIMIT = 150;
const AT_A_TIME = 2;
const ROUND = 10;

const { values } = parseArgs({
  options: {
    dashboards: { type: 'string', default: '50' },
    documents: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
});
const views = Array.from({ length: Number(values.dashboards) }, (_, at) => dashboard(at));
const { signal } = new AbortController();

const browsers: number[] = [];
const write = (line: string) => {
  const { chromiumPid } = JSON.parse(line) as { chromiumPid?: number };
  if (chromiumPid !== undefined) browsers.push(chromiumPid);
};
await using renderer = createRenderer({
  log: pino({ level: 'info' }, { write }),
  concurrency: AT_A_TIME,
});

// Both are warm: started, and with every font and chart seen once.
const [sample = ''] = views.slice(0, 1).map((view) => renderPage([view], { mode: 'print' }));
await renderer.pdf(sample, { signal });
const documents = views.map((view) => renderPage([view], { mode: 'print' }));
let [ours, bare, pdfBytes] = [0, 0, 0];
await using plain = await launchChromium();
await printBare(sample);
// In turns, since whatever else the machine does meanwhile slows both.
for (let from = 0; from < views.length; from += ROUND) {
  bare += await seconds(documents.slice(from, from + ROUND), printBare);
  ours += await seconds(views.slice(from, from + ROUND), async (view) => {
    const bytes = await renderer.pdf(renderPage([view], { mode: 'print' }), { signal });
    pdfBytes += bytes.length;
  });
}
await plain.close();
const memory = await measureMemory(Number(values.documents));

const ratio = ours / bare;
const kilobytes = pdfBytes / views.length / 1000;
const growth = memory.most - memory.first;
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ dashboards: views.length, ours, bare, ratio, memory })}\n`,
  );
} else {
  process.stdout.write(
    `${views.length} dashboards of 8 cards, ${kilobytes.toFixed(0)} kB of PDF each, ${AT_A_TIME} at a time
from the data to the PDF  ${ours.toFixed(2)} s
bare Chromium             ${bare.toFixed(2)} s, of the same HTML
ratio                     ${ratio.toFixed(2)} (at most ${RATIO_LIMIT})
${memory.documents} documents: ${memory.browsers} browsers one after another; ${memory.first.toFixed(0)} MB at most in the first hundred, ${memory.most.toFixed(0)} MB after them; this process ${memory.own.toFixed(0)} MB
`,
  );
}
if (ratio > RATIO_LIMIT || growth > GROWTH_LIMIT) process.exitCode = 1;

async function printBare(html: string): Promise<void> {
  const page = await plain.newPage();
  await page.setContent(html, { waitUntil: 'load' });
  await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
  await page.close();
}

async function seconds<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<number> {
  const at = performance.now();
  await inLanes(items, work);
  return (performance.now() - at) / 1000;
}

async function measureMemory(count: number) {
  const before = browsers.length;
  let [done, first, most] = [0, 0, 0];
  await inLanes(
    Array.from({ length: count }, (_, at) => documents[at % documents.length]!),
    async (html) => {
      await renderer.pdf(html, { signal });
      done += 1;
      if (done % 10 !== 0) return;
      const megabytes = treeMegabytes(browsers.at(-1) ?? 0);
      if (done <= 100) first = Math.max(first, megabytes);
      else most = Math.max(most, megabytes);
    },
  );
  const own = process.memoryUsage.rss() / 1e6;
  return { documents: count, browsers: browsers.length - before + 1, first, most, own };
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
}

/** Proportional memory of a process and all that it started: what they share counts once. */
function treeMegabytes(root: number): number {
  if (process.platform !== 'linux') return 0;
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\s+(\d+)/m.exec(readProc(`/proc/${name}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return pid === root || (parent !== undefined && isOurs(parent));
  };
  let kilobytesOfAll = 0;
  for (const pid of [...parents.keys()].filter(isOurs)) {
    const pss = /^Pss:\s+(\d+)/m.exec(readProc(`/proc/${pid}/smaps_rollup`))?.[1];
    kilobytesOfAll += Number(pss ?? 0);
  }
  return kilobytesOfAll / 1000;
}

/** A process may end while it is read. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function dashboard(seed: number): DashboardView {
  const wave = (at: number) => Math.round(1_000 + 400 * Math.sin((at + seed) / 3) + at * 7);
  const cardAt = (
    id: number,
    visualisation: CardView['visualisation'],
    position: CardView['position'],
    x: CardView['columns'][number],
    rows: CardView['rows'],
  ): CardView => ({
    id,
    title: `Card ${id} of dashboard ${seed}`,
    visualisation,
    position,
    options: { unit: 'USD' },
    columns: [x, { name: 'revenue', type: 'number' }],
    rows,
    truncated: false,
    text: null,
    error: null,
  });
  const day = { name: 'day', type: 'date' } as const;
  const word = { name: 'category', type: 'text' } as const;
  const first = Temporal.PlainDate.from('2026-09-01');
  const days = Array.from({ length: 80 }, (_, at) => [
    first.add({ days: at }).toString(),
    wave(at),
  ]);
  const words = Array.from({ length: 8 }, (_, at) => [`Category ${at}`, wave(at)]);
  const rows = Array.from({ length: 20 }, (_, at) => [`Customer number ${at}`, wave(at)]);
  return {
    id: seed,
    title: `Dashboard ${seed}`,
    project: { id: 1, slug: 'bench', name: 'Bench' },
    period: {
      from: new Date('2026-11-15T23:00:00Z'),
      to: new Date('2026-11-22T23:00:00Z'),
      label: 'Mon 16 – Sun 22 Nov 2026',
      zone: 'Europe/Berlin',
    },
    cards: [
      cardAt(1, 'kpi', { x: 0, y: 0, w: 4, h: 2 }, word, [['all', wave(1)]]),
      cardAt(2, 'kpi', { x: 4, y: 0, w: 4, h: 2 }, word, [['all', wave(2)]]),
      cardAt(3, 'kpi', { x: 8, y: 0, w: 4, h: 2 }, day, days),
      cardAt(4, 'line', { x: 0, y: 2, w: 6, h: 4 }, day, days),
      cardAt(5, 'bar', { x: 6, y: 2, w: 6, h: 4 }, word, words),
      cardAt(6, 'area', { x: 0, y: 6, w: 6, h: 4 }, day, days),
      cardAt(7, 'pie', { x: 6, y: 6, w: 6, h: 4 }, word, words),
      cardAt(8, 'table', { x: 0, y: 10, w: 12, h: 6 }, word, rows),
    ],
    leftOut: 0,
    at: new Date('2026-11-23T06:00:00Z'),
  };
}
