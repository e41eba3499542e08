/** The committed data is what the committed program makes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DATA_FOLDER, makeData } from '#prisma/seed/make-data.ts';
import { random } from '#prisma/seed/random.ts';

const made = makeData();

test('the files are those that make-data.ts writes, byte for byte', () => {
  const committed = readdirSync(DATA_FOLDER).filter((name) => name.endsWith('.csv'));
  expect(committed.sort()).toEqual([...made.keys()].sort());
  for (const [name, text] of made) {
    // By hash: a difference of a megabyte is nothing to print.
    expect(sha256(readFileSync(join(DATA_FOLDER, name))), name).toBe(sha256(text));
  }
});

test('there are at least 50,000 rows, in less than 3 MB', () => {
  const texts = [...made.values()];
  const rows = texts.reduce((sum, text) => sum + text.split('\n').length - 2, 0);
  const readme = readFileSync(join(DATA_FOLDER, 'README.md'), 'utf8');
  expect(rows).toBeGreaterThanOrEqual(50_000);
  expect(readme).toContain(`${rows.toLocaleString('en-GB')} rows`);
  expect(readme).toContain('CC0');
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(bytes).toBeLessThan(3_000_000);
});

test('no order is older than its customer, and no ticket is closed before it was opened', () => {
  const signedUpOn = new Map(rowsOf('customers.csv').map((row) => [row[0], row[1]!]));
  for (const [id, customer, orderedAt] of rowsOf('orders.csv')) {
    expect(signedUpOn.get(customer)! < orderedAt!, `order ${id}`).toBe(true);
  }
  for (const [id, openedAt, closedAt] of rowsOf('tickets.csv')) {
    expect(closedAt === '' || closedAt! > openedAt!, `ticket ${id}`).toBe(true);
  }
});

test('chance repeats itself and keeps to its weights', () => {
  const draw = () => {
    const chance = random(1);
    return Array.from({ length: 1000 }, () => chance.name({ often: 3, rarely: 1, never: 0 }));
  };
  const drawn = draw();
  expect(draw()).toEqual(drawn);
  const share = drawn.filter((name) => name === 'often').length / drawn.length;
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(0.8);
  expect(drawn).not.toContain('never');
});

function rowsOf(name: string): string[][] {
  const lines = made.get(name)!.split('\n').slice(1, -1);
  return lines.map((line) => line.split(','));
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
