/** Documents become PDF in a real Chromium, which is killed, stopped and watched here. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { renderPage } from '#domain/report/page.ts';
import { createRenderer, RenderFailed, type RendererOptions } from '#domain/report/renderer.ts';
import { isAlive } from '#test/support/process.ts';
import { readPdf } from './read-pdf.ts';
import { card, everyKind, table, view } from './views.ts';

const calm = () => new AbortController().signal;
const rows = (count: number) =>
  `<!doctype html><title>rows</title><table>${'<tr><td>one<td>two<td>three</tr>'.repeat(count)}</table>`;
// Half a minute, in which something can happen.
const LONG = rows(40_000);
const SOME = rows(3_000);

/** @param onStart is told the process of each Chromium, in the order in which they come. */
function start(options: Partial<RendererOptions> = {}, onStart: (pid: number) => void = () => {}) {
  const pids: number[] = [];
  const write = (line: string) => {
    const { chromiumPid, msg } = JSON.parse(line) as { chromiumPid?: number; msg: string };
    if (msg !== 'Chromium started' || chromiumPid === undefined) return;
    pids.push(chromiumPid);
    onStart(chromiumPid);
  };
  const renderer = createRenderer({ log: pino({ level: 'info' }, { write }), ...options });
  onTestFinished(() => renderer[Symbol.asyncDispose]());
  return { renderer, pids };
}

test('a dashboard is a tagged A4 page across, with its fonts within', async () => {
  const { renderer } = start();
  const html = renderPage([everyKind()], { mode: 'print' });
  const pdf = readPdf(await renderer.pdf(html, { title: 'Week 47', signal: calm() }));
  expect(pdf).toMatchObject({ isTagged: true, title: 'Week 47', notWithin: [] });
  expect(new Set(pdf.sizes)).toEqual(new Set(['0 0 841.91998 594.95996']));
  expect(pdf.fonts.length).toBeGreaterThan(0);
  for (const font of pdf.fonts) expect(font).toMatch(/Inter/);
  expect(pdf.tags.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['H1', 'H2', 'Figure', 'Table', 'TH', 'TD']),
  );
});

test('no card is cut by a page, and a long table goes on over several', async () => {
  const { renderer } = start();
  const charts = Array.from({ length: 9 }, (_, at) =>
    card({
      title: `Chart ${at}`,
      position: { x: (at % 2) * 6, y: Math.floor(at / 2) * 5, w: 6, h: 5 },
    }),
  );
  const tall = card({ title: 'Taller than a page', position: { x: 0, y: 30, w: 6, h: 30 } });
  const long = table(120, { position: { x: 6, y: 60, w: 6, h: 4 } });
  const html = renderPage([view([...charts, tall, long])], { mode: 'print' });
  const { tags, pages } = readPdf(await renderer.pdf(html, { signal: calm() }));
  const cards = tags.filter(({ kind }) => kind === 'Art');
  expect(cards).toHaveLength(10);
  for (const each of cards) expect(each.pages.size).toBe(1);
  const longest = tags.filter(({ kind }) => kind === 'Table').map((each) => each.pages.size);
  expect(longest).toEqual([5]);
  expect(pages).toBeGreaterThan(6);
});

test('each dashboard begins a page', async () => {
  const { renderer } = start();
  const views = [1, 2, 3].map((id) => view([card()], { id, title: `Dashboard ${id}` }));
  const html = renderPage(views, { mode: 'print' });
  const { pages, tags } = readPdf(await renderer.pdf(html, { signal: calm() }));
  const heads = tags.filter(({ kind }) => kind === 'H1').map((tag) => [...tag.pages].join());
  expect(pages).toBe(3);
  expect(new Set(heads).size).toBe(3);
});

test('a document runs no script and asks no host', async () => {
  let requests = 0;
  const server = createServer((_, res) => {
    requests += 1;
    res.end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { renderer } = start();
  const bytes = await renderer.pdf(
    `<title>t</title><link rel="stylesheet" href="${url}/a.css"><img src="${url}/b.png">
     <iframe src="${url}/c"></iframe><meta http-equiv="refresh" content="0;url=${url}/d">
     <script>document.body.innerHTML = '<div style="height: 9000px">'; fetch('${url}/e')</script>
     <style>@font-face{font-family:f;src:url(${url}/f)} body{font-family:f;background:url(${url}/g)}</style>text`,
    { signal: calm() },
  );
  expect(readPdf(bytes).pages).toBe(1);
  expect(requests).toBe(0);
});

test('a document whose Chromium is killed in the middle is printed by the next one', async () => {
  const { renderer, pids } = start({}, (pid) => {
    if (pids.length === 1) setTimeout(() => process.kill(pid, 'SIGKILL'), 300);
  });
  const bytes = await renderer.pdf(SOME, { signal: calm() });
  expect(readPdf(bytes).pages).toBeGreaterThan(50);
  expect(pids).toHaveLength(2);
});

test('killed twice, it fails in clear words, and the next document is printed', async () => {
  const { renderer, pids } = start({}, (pid) => {
    if (pids.length <= 2) setTimeout(() => process.kill(pid, 'SIGKILL'), 300);
  });
  const failing = renderer.pdf(LONG, { signal: calm() });
  await expect(failing).rejects.toThrow(RenderFailed);
  await expect(failing).rejects.toThrow('Chromium ended 2 times while it printed the report');
  const bytes = await renderer.pdf('<title>t</title>fine', { signal: calm() });
  expect(readPdf(bytes).pages).toBe(1);
  expect(pids).toHaveLength(3);
});

test('a document that is given up is gone within two seconds, and the others go on', async () => {
  const started = Promise.withResolvers<void>();
  const { renderer } = start({}, () => started.resolve());
  const stop = new AbortController();
  const given = renderer.pdf(LONG, { signal: stop.signal });
  const other = renderer.pdf('<title>t</title>fine', { signal: calm() });
  given.catch(() => {});
  await started.promise;
  await other;
  const at = performance.now();
  stop.abort(new Error('no longer wanted'));
  await expect(given).rejects.toThrow('no longer wanted');
  expect(performance.now() - at).toBeLessThan(2_000);
  expect(readPdf(await renderer.pdf('<title>t</title>x', { signal: calm() })).pages).toBe(1);
});

test('disposal ends what is printed, and leaves no process', async () => {
  const started = Promise.withResolvers<void>();
  const { renderer, pids } = start({}, () => started.resolve());
  const printing = renderer.pdf(LONG, { signal: calm() });
  printing.catch(() => {});
  await started.promise;
  const at = performance.now();
  await renderer[Symbol.asyncDispose]();
  expect(performance.now() - at).toBeLessThan(4_000);
  await expect(printing).rejects.toThrow('The renderer was closed');
  expect(pids.filter(isAlive)).toEqual([]);
  const late = renderer.pdf(LONG, { signal: calm() });
  await expect(late).rejects.toThrow('The renderer was closed');
});

test('after so many documents a fresh Chromium takes over, and the old one ends', async () => {
  const { renderer, pids } = start({ documents: 2 });
  for (let at = 0; at < 5; at += 1) await renderer.pdf('<title>t</title>x', { signal: calm() });
  expect(pids).toHaveLength(3);
  await expect.poll(() => pids.filter(isAlive).length).toBe(1);
});

test('a document that takes too long is given up in clear words', async () => {
  const { renderer } = start({ seconds: 1 });
  await expect(renderer.pdf(LONG, { signal: calm() })).rejects.toThrow('longer than 1 s to print');
});
