/** How long dashboards take to become PDF, beside bare Chromium printing the same HTML in the same run, and how much
 *  memory many documents leave behind. Bare: one browser, a page of its own for each document, as many at a time, with
 *  scripts, network and all as Chromium comes. Both take turns of six documents, since whatever else the machine does
 *  meanwhile slows both; the seconds of a core that each took say the same without it.
 *
 *  `node bench/pdf.ts [--dashboards 50] [--documents 500] [--json]`. Eight cards each: figures, charts of every kind,
 *  a table. Time of a core is of all processes of the browser and of this one, memory of the browser's alone, read
 *  after every tenth document (Linux tells both). */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { CardView, DashboardView } from '#domain/dashboard/view.ts';
import { renderPage } from '#domain/report/page.ts';
import { createRenderer } from '#domain/report/renderer.ts';
import { drawing } from '#steps/send_email_report/render.ts';
import { launchChromium } from './support/chromium.ts';
import { treeCpuSeconds, treeMegabytes } from './support/process-tree.ts';

const RATIO_LIMIT = 1.5;
/** MB above the largest of the first hundred documents. */
const GROWTH_LIMIT = 150;
const AT_A_TIME = 2;
const ROUND = 6;

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

const documents = views.map((view) => renderPage([view], { mode: 'print' }));
const bare = { seconds: 0, core: 0 };
const ours = { seconds: 0, core: 0 };
let pdfBytes = 0;
await using plain = await launchChromium();
const plainPid = plain.process()?.pid ?? 0;
// Both are warm: started, and with every font and chart seen.
await inLanes(documents.slice(0, 4), printBare);
await inLanes(views.slice(0, 4), printOurs);
pdfBytes = 0;
for (let from = 0; from < views.length; from += ROUND) {
  await add(bare, plainPid, documents.slice(from, from + ROUND), printBare);
  await add(ours, browsers.at(-1) ?? 0, views.slice(from, from + ROUND), printOurs);
}
await plain.close();
const memory = await measureMemory(Number(values.documents));

const ratio = ours.seconds / bare.seconds;
const coreRatio = ours.core / bare.core;
const kilobytes = pdfBytes / views.length / 1000;
const growth = Math.max(...memory.most.slice(1)) - memory.most[0]!;
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ dashboards: views.length, ours, bare, ratio, coreRatio, memory })}\n`,
  );
} else {
  const told = ({ seconds, core }: { seconds: number; core: number }) =>
    `${seconds.toFixed(2)} s, ${core.toFixed(2)} s of a core`;
  process.stdout.write(
    `${views.length} dashboards of 8 cards, ${kilobytes.toFixed(0)} kB of PDF each, ${AT_A_TIME} at a time
from the data to the PDF  ${told(ours)}
bare Chromium             ${told(bare)}, of the same HTML
ratio                     ${ratio.toFixed(2)} (at most ${RATIO_LIMIT}), of a core ${coreRatio.toFixed(2)}
${memory.documents} documents: ${memory.browsers} browsers one after another; MB at most in each hundred: ${memory.most.map((each) => each.toFixed(0)).join(', ')}; this process ${memory.own.toFixed(0)} MB
`,
  );
}
if (ratio > RATIO_LIMIT || growth > GROWTH_LIMIT) process.exitCode = 1;

/** As the step does it: drawn on a thread, printed by the worker's Chromium. */
async function printOurs(view: DashboardView): Promise<void> {
  const bytes = await drawing([view], signal, async (draw) => {
    renderer.prepare();
    return renderer.pdf(await draw.page('print'), { signal });
  });
  pdfBytes += bytes.length;
}

async function printBare(html: string): Promise<void> {
  const page = await plain.newPage();
  await page.setContent(html, { waitUntil: 'load' });
  await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
  await page.close();
}

/** @param browser the process whose time of a core counts besides ours. */
async function add<T>(
  to: { seconds: number; core: number },
  browser: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const [at, core] = [performance.now(), coreSeconds(browser)];
  await inLanes(items, work);
  to.seconds += (performance.now() - at) / 1000;
  to.core += coreSeconds(browser) - core;
}

function coreSeconds(browser: number): number {
  const { user, system } = process.cpuUsage();
  return treeCpuSeconds(browser) + (user + system) / 1e6;
}

async function measureMemory(count: number) {
  const before = browsers.length;
  let done = 0;
  const most = Array.from({ length: Math.max(1, Math.ceil(count / 100)) }, () => 0);
  await inLanes(
    Array.from({ length: count }, (_, at) => documents[at % documents.length]!),
    async (html) => {
      await renderer.pdf(html, { signal });
      done += 1;
      if (done % 10 !== 0) return;
      const hundred = Math.ceil(done / 100) - 1;
      most[hundred] = Math.max(most[hundred] ?? 0, treeMegabytes(browsers.at(-1) ?? 0));
    },
  );
  const own = process.memoryUsage.rss() / 1e6;
  return { documents: count, browsers: browsers.length - before + 1, most, own };
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
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
