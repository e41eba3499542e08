/** The demo's nightly chain, as a newcomer runs it: `npm start`, then one command. */
import { expect, test } from 'vitest';
import { readRun, startDemo, withoutChain } from './demo.ts';

test.skipIf(await withoutChain())(
  'one command loads, builds, asks, weighs, keeps and mails, and is followed in the terminal',
  async () => {
    await using demo = await startDemo();
    const cli = demo.cli('run', 'demo/nightly', '--follow');
    expect(await cli.exited).toEqual({ code: 0, signal: null });
    const runId = Number(/run (\d+) of demo\/nightly/.exec(cli.stderr)![1]);
    for (const told of [
      /load-shop +\| orders: 18000 rows read/,
      /build +\| product-health: built, 15 rows/,
      /judge +\| 360 rows answered, 0 before, 0 failed/,
      /weigh +\| 360 answers, 15 products; look at gift-box first/,
      /mail +\| buyers@demo\.example: sent/,
      /nightly, run \d+: succeeded in .* \(steps: 7 succeeded\)/,
    ]) {
      expect(cli.stdout).toMatch(told);
    }

    const { state, steps } = await readRun(demo, runId);
    expect(state).toBe('SUCCEEDED');
    expect(steps['load-shop']!.output).toMatchObject({ rows_read: 21_015, rejected: 0 });
    expect(steps['load-reviews']!.output).toMatchObject({ rows_read: 360, rejected: 0 });
    expect(steps['build']!.output.counts).toEqual({ total: 4, success: 4 });
    expect(steps['judge']!.output).toMatchObject({ done: 360, failed: 0, rows_written: 360 });
    expect(steps['judge']!.output.cost).toBeGreaterThan(0);
    expect(steps['weigh']!.output.value).toEqual({ products: 15, worst: 'gift-box' });
    expect(steps['keep']!.output).toMatchObject({ snapshotted: 1 });
    expect(steps['mail']!.output).toMatchObject({ sent: 2, cards_failed: 0 });

    const { rows } = await demo.pool.query(
      `select (select count(*)::int from wh_demo.review_moods) as moods,
              (select count(*)::int from wh_demo.review_moods where mood = 'negative') as negative,
              (select count(*)::int from wh_demo.product_scores) as scores,
              (select count(*)::int from wh_demo.product_health where stars between 1 and 5) as health`,
    );
    expect(rows).toEqual([{ moods: 360, negative: 44, scores: 15, health: 15 }]);

    const inbox = await (await fetch(demo.facts.inbox_url)).text();
    const [, mail] = /buyers@demo\.example<\/td><td><a href="\/(\d+)">Voice of/.exec(inbox)!;
    expect(inbox).toMatch(/admin@demo\.example<\/td><td><a href="\/\d+">Voice of/);
    const pdf = await fetch(`${demo.facts.inbox_url}${mail}/attachments/0`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect((await pdf.text()).slice(0, 5)).toBe('%PDF-');
  },
  240_000,
);
