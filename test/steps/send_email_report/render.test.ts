/** Drawing, beside whatever else the worker does. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { DashboardView } from '#domain/dashboard/view.ts';
import { drawing } from '#steps/send_email_report/render.ts';

const VISUALISATIONS = ['bar', 'line', 'area', 'pie', 'bar', 'line', 'kpi', 'table'] as const;

const view = (id: number): DashboardView => ({
  ...{ id, title: `Dashboard ${id}`, period: null, leftOut: 0, at: new Date() },
  project: { id: 1, slug: 'sales', name: 'Sales' },
  cards: VISUALISATIONS.map((visualisation, i) => ({
    ...{ id: i, title: `Card ${i}`, visualisation, options: {} },
    position: { x: (i % 2) * 6, y: Math.floor(i / 2) * 4, w: 6, h: 4 },
    columns: [
      { name: 'shop', type: 'text' },
      { name: 'amount', type: 'number' },
    ],
    rows: Array.from({ length: 12 }, (_, n) => [`Shop ${n}`, (n * 37) % 100]),
    ...{ truncated: false, text: null, error: null },
  })),
});

const words = { subject: 'Sales', message: null, link: null };

test('while many cards are drawn nothing else of the worker waits', async () => {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const mail = await drawing([1, 2, 3].map(view), new AbortController().signal, (draw) =>
    draw.mail(words),
  );
  delay.disable();
  expect(mail.images.length).toBeGreaterThan(8);
  expect(mail.images[0]!.png.subarray(1, 4).toString()).toBe('PNG');
  expect(delay.max / 1e6).toBeLessThan(1_000);
}, 60_000);

test('told to stop in the middle of a drawing, or while it waits for its turn, it ends within 2 s', async () => {
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const views = Array.from({ length: 20 }, (_, i) => view(i));
  // Two draw, the third waits for its turn.
  const all = [1, 2, 3].map(() =>
    drawing(views, stop.signal, async (draw) => {
      await draw.page('page');
      begun.resolve();
      return draw.mail(words);
    }),
  );
  await begun.promise;
  const told = performance.now();
  stop.abort(new Error('cancelled'));
  const ends = await Promise.allSettled(all);
  expect(performance.now() - told).toBeLessThan(2_000);
  expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual(
    Array(3).fill('cancelled'),
  );
  // The lanes are free again.
  const page = await drawing([view(1)], new AbortController().signal, (draw) => draw.page('page'));
  expect(page).toContain('Dashboard 1');
}, 60_000);
