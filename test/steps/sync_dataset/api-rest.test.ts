import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type Answer, type Api } from './api.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
let api: Api;
let connectorId: number;

beforeAll(async () => {
  ground = await createGround();
  api = await startApi();
  connectorId = await ground.addConnector('api_rest', { base_url: `${api.url}/v1` });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

const add = (slug: string, source: object, more: object = {}) =>
  ground.addDataset(slug, { connectorId, source, ...more });

const rowsOf = (table: string, order = 'id') =>
  ground.rows(`select * from ${ground.schema}."${table}" order by ${order}`);

/** Items 1 to 7, three a page at most, whatever is asked for. */
const ITEMS = Array.from({ length: 7 }, (_, i) => ({ id: i + 1 }));

describe('columns', () => {
  test('the fields of the rows become columns, each value as it was', async () => {
    await add('plain', { path: 'plain', rows: 'data.items' });
    api.answer((_asked, response) => {
      response.end(
        `{"data": {"items": [
          {"id": 9007199254740993, "amount": 1.50, "paid": true, "zip": "01234", "code": "77", "at": "2026-01-31T10:00:00Z",
           "who": {"name": "Ada", "n": 12345678901234567890}, "tags": ["a"], "none": null},
          {"id": 2, "amount": -0.1, "paid": null, "zip": "", "code": "x", "at": null, "who": "text", "tags": [],
           "late": "🙂\\n"}]}}`,
      );
    });
    expect(await ground.sync({ dataset: 'plain' })).toMatchObject({ rows_read: 2, inserted: 2 });
    expect(api.asked.at(-1)!.path).toBe('/v1/plain');
    expect(await ground.types('plain')).toEqual({
      id: 'bigint',
      amount: 'numeric',
      paid: 'boolean',
      zip: 'text',
      code: 'text',
      at: 'timestamp with time zone',
      who: 'jsonb',
      tags: 'jsonb',
      none: 'text',
      late: 'text',
    });
    expect(
      await ground.rows(
        `select id::text, amount::text, paid, zip, code, at::text, who::text, tags::text, late
         from ${ground.schema}.plain order by id`,
      ),
    ).toEqual([
      ['2', '-0.1', null, '', 'x', null, '"text"', '[]', '🙂\n'],
      [
        '9007199254740993',
        '1.50',
        true,
        '01234',
        '77',
        '2026-01-31 10:00:00+00',
        '{"n": 12345678901234567890, "name": "Ada"}',
        '["a"]',
        null,
      ],
    ]);
  });

  test('columns by path, with types given: what is not of its type rejects its row, by number', async () => {
    await add('given', {
      path: 'given',
      columns: [
        { name: 'id', path: 'key.id', type: 'integer' },
        { name: 'amount', path: "['total.net']", type: 'numeric' },
        { name: 'first_tag', path: 'tags[0]' },
      ],
    });
    api.answer(() => [
      { key: { id: '1' }, 'total.net': '19.90', tags: ['a', 'b'] },
      { key: { id: 'two' }, 'total.net': 1 },
      'no object',
      { key: { id: 3 }, 'total.net': '' },
    ]);
    const output = await ground.sync({ dataset: 'given' });
    expect(output.datasets[0]).toMatchObject({
      inserted: 2,
      rejected: 2,
      rejects: [
        { line: 2, why: '"two" in column id is no integer' },
        { line: 3, why: '"no object" is no object' },
      ],
    });
    expect(await rowsOf('given')).toEqual([
      [1, '19.90', 'a'],
      [3, null, null],
    ]);
  });

  test('a changed type is refused with column, old and new', async () => {
    await add('changed', { path: 'changed' });
    api.answer(() => [{ id: 1, v: 1 }]);
    await ground.sync({ dataset: 'changed' });
    api.answer(() => [{ id: 1, v: 'one' }]);
    expect((await ground.failure({ dataset: 'changed' })).reason).toContain(
      'column v is integer in the warehouse and now text in the source',
    );
    api.answer(() => [{ id: 1, v: 1.5 }]);
    expect((await ground.failure({ dataset: 'changed' })).reason).toContain(
      'column v is integer in the warehouse and now numeric in the source',
    );
    api.answer(() => [{ id: 1, v: 2, added: true }]);
    await ground.sync({ dataset: 'changed' });
    expect(await rowsOf('changed')).toEqual([[1, 2, true]]);
  });

  test('an empty list keeps the columns of before; a first one that is empty names the remedy', async () => {
    await add('empty', { path: 'empty' });
    api.answer(() => []);
    expect((await ground.failure({ dataset: 'empty' })).reason).toContain('name them (columns)');
    api.answer(() => [{ id: 1 }]);
    await ground.sync({ dataset: 'empty' });
    api.answer(() => []);
    expect(await ground.sync({ dataset: 'empty' })).toMatchObject({ rows_read: 0 });
    expect(await rowsOf('empty')).toEqual([]);
  });

  test('fields that only later pages have are told', async () => {
    await add('stray', { path: 'stray', paging: { type: 'page' } });
    api.answer(({ query }) => ({ 1: [{ id: 1 }], 2: [{ id: 2, extra: 1 }] })[query['page']!] ?? []);
    await using step = await ground.newStep();
    await step.publish(await ground.execute(step, { dataset: 'stray' }));
    expect(step.lines.map(({ line }) => line).join()).toContain('not kept: extra');
  });
});

describe('paging', () => {
  const three = (from: number) => ITEMS.slice(from, from + 3);
  const ways: [string, object, Answer][] = [
    [
      'page',
      { type: 'page', size_param: 'per_page', size: 5 },
      ({ query }) => three((Number(query['page']) - 1) * 3),
    ],
    ['offset', { type: 'offset', size: 5 }, ({ query }) => three(Number(query['offset']))],
    [
      'cursor',
      { type: 'cursor', param: 'after', path: 'meta.next' },
      ({ query }) => {
        const from = Number(query['after'] ?? 0);
        return { items: three(from), meta: { next: from + 3 < 7 ? from + 3 : null } };
      },
    ],
    [
      'link',
      { type: 'link' },
      ({ query }, response) => {
        const from = Number(query['from'] ?? 0);
        const next = `<${api.url}/v1/x?from=${from + 3}>; rel="next"`;
        response.setHeader(
          'link',
          `<${api.url}/v1/x>; rel="first"${from + 3 < 7 ? `, ${next}` : ''}`,
        );
        return three(from);
      },
    ],
    [
      'next_url',
      { type: 'next_url', path: 'next' },
      ({ query }) => {
        const from = Number(query['from'] ?? 0);
        return { items: three(from), next: from + 3 < 7 ? `/v1/x?from=${from + 3}` : null };
      },
    ],
  ];
  test.each(ways)('%s: every row comes once', async (name, paging, answer) => {
    const rows = name === 'cursor' || name === 'next_url' ? 'items' : '$';
    await add(`paged-${name}`, { path: 'x', paging, rows, query: { status: 'paid' } });
    api.answer(answer);
    expect(await ground.sync({ dataset: `paged-${name}` })).toMatchObject({ inserted: 7 });
    expect(await rowsOf(`paged-${name}`)).toEqual(ITEMS.map(({ id }) => [id]));
    expect(api.asked.at(-1)!.query).toBeDefined();
  });

  test.each([
    ['a server that ignores the page', { type: 'page' }, () => three(0), 'ignore page'],
    [
      'a next page elsewhere',
      { type: 'next_url', path: 'next' },
      () => ({ items: ITEMS, next: 'http://127.0.0.2/x' }),
      'outside of the connector',
    ],
    [
      'no list where the rows should be',
      { type: 'none' },
      () => ({ items: { a: 1 } }),
      'not a list',
    ],
    [
      'nothing where the rows should be',
      { type: 'none' },
      () => ({ data: [] }),
      'there is nothing',
    ],
  ] as [string, object, Answer, string][])(
    '%s fails, and the old rows stay',
    async (name, paging, answer, why) => {
      const slug = name.replaceAll(' ', '-');
      const rows = why === 'ignore page' ? '$' : 'items';
      await add(slug, { path: 'x', paging, rows });
      api.answer(() => (rows === '$' ? [] : { items: [{ id: 99 }] }));
      if (rows !== '$') await ground.sync({ dataset: slug });
      api.answer(answer);
      expect(await ground.failure({ dataset: slug })).toMatchObject({
        reason: expect.stringContaining(why),
        retryable: false,
      });
      if (rows !== '$') expect(await rowsOf(slug)).toEqual([[99]]);
    },
  );

  test('more pages or bytes than allowed fail rather than being cut off', async () => {
    await add('bounded', { path: 'x', paging: { type: 'offset' }, max_pages: 3 });
    api.answer(({ query }) => [{ id: Number(query['offset']) }]);
    expect((await ground.failure({ dataset: 'bounded' })).reason).toContain('more than 3 pages');
    await add('fat', { path: 'x', paging: { type: 'offset' }, max_megabytes: 1 });
    api.answer(({ query }) => [{ id: query['offset'], t: 'x'.repeat(400_000) }]);
    expect((await ground.failure({ dataset: 'fat' })).reason).toContain('more than 1 MB');
    await add('one-page', { path: 'x' });
    api.answer((_asked, response) => void response.end(`[{"t": "${'x'.repeat(17_000_000)}"}]`));
    expect((await ground.failure({ dataset: 'one-page' })).reason).toContain('larger than 16 MB');
  });
});

describe('incremental', () => {
  test('the cursor is sent, formatted; twice in a row moves nothing twice', async () => {
    await add(
      'since',
      { path: 'orders', since: { param: 'updated_since' } },
      { mode: 'incremental', keys: ['id'], cursor: 'at' },
    );
    const all = [
      { id: 1, at: '2026-01-01T00:00:00.123456Z' },
      { id: 2, at: '2026-01-02T00:00:00.123456Z' },
    ];
    api.answer(({ query }) =>
      all.filter(({ at }) => Date.parse(at) >= Date.parse(query['updated_since'] ?? all[0]!.at)),
    );
    expect(await ground.sync({ dataset: 'since' })).toMatchObject({ rows_read: 2, inserted: 2 });
    expect(api.asked.at(-1)!.query).toEqual({});
    expect(await ground.sync({ dataset: 'since' })).toMatchObject({
      rows_read: 1,
      inserted: 0,
      updated: 0,
      unchanged: 1,
    });
    // Milliseconds are what the format has: earlier rather than later.
    expect(api.asked.at(-1)!.query).toEqual({ updated_since: '2026-01-02T00:00:00.123Z' });
    all.push({ id: 3, at: '2026-01-03T00:00:00Z' });
    expect(await ground.sync({ dataset: 'since' })).toMatchObject({ inserted: 1, updated: 0 });
    api.answer(() => []);
    expect(await ground.sync({ dataset: 'since' })).toMatchObject({ rows_read: 0, inserted: 0 });
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.since`)).toEqual([[3]]);
  });

  test.each([
    ['unix', '1767312000'],
    ['unix_ms', '1767312000123'],
    ['date', '2026-01-02'],
    ['as_is', '2026-01-02 00:00:00.123+00'],
  ])('the cursor as %s', async (format, sent) => {
    const slug = `since-${format}`;
    const source = { path: 'orders', since: { param: 'since', format } };
    await add(slug, source, { mode: 'incremental', keys: ['id'], cursor: 'at' });
    api.answer(() => [{ id: 1, at: '2026-01-02T00:00:00.123Z' }]);
    await ground.sync({ dataset: slug });
    await ground.sync({ dataset: slug });
    expect(api.asked.at(-1)!.query).toEqual({ since: sent });
  });

  test('what has not changed by its ETag moves nothing, and is told; a full sync of another kind asks for all', async () => {
    const id = await add('tagged', { path: 'tagged' });
    let etag = '"one"';
    api.answer(({ headers }, response) => {
      response.setHeader('etag', etag);
      if (headers['if-none-match'] === etag) return void response.writeHead(304).end();
      return [{ id: etag.length }];
    });
    await ground.sync({ dataset: 'tagged' });
    const [before] = await ground.rows(`select '${ground.schema}.tagged'::regclass::oid::int`);
    const at = (await ground.dataset(id)).last_synced_at;
    const output = await ground.sync({ dataset: 'tagged' });
    expect(output.datasets[0]).toMatchObject({ not_modified: true, rows_read: 0, inserted: 0 });
    expect(await ground.rows(`select '${ground.schema}.tagged'::regclass::oid::int`)).toEqual([
      before,
    ]);
    expect((await ground.dataset(id)).last_synced_at > at).toBe(true);
    expect((await ground.dataset(id)).row_count).toBe(1);

    // Without its table, or read in another way, it comes again.
    await ground.pool.query(`drop table ${ground.schema}.tagged`);
    expect(await ground.sync({ dataset: 'tagged' })).toMatchObject({ inserted: 1 });
    await ground.pool.query(`update dataset set key_columns = '{id}' where id = $1`, [id]);
    expect((await ground.sync({ dataset: 'tagged' })).datasets[0]).toMatchObject({
      not_modified: false,
    });
    etag = '"second"';
    expect(await ground.sync({ dataset: 'tagged' })).toMatchObject({ inserted: 1 });
    expect(await rowsOf('tagged')).toEqual([[etag.length]]);
  });
});

describe('the server', () => {
  test('sign-ins go as the connector says, and never to another origin', async () => {
    await using other = await startApi(() => [{ id: 1 }]);
    const base = { base_url: `${api.url}/v1`, headers: { 'X-Tenant': 'north' } };
    const connectors: [object, Record<string, string>, string, string][] = [
      [{ auth: 'bearer' }, { token: 'abc' }, 'authorization', 'Bearer abc'],
      [{ auth: 'header', auth_header: 'X-Key' }, { token: 'k' }, 'x-key', 'k'],
      [
        { auth: 'basic', user: 'ada' },
        { password: 'pä:ss' },
        'authorization',
        `Basic ${btoa('ada:p\u00c3\u00a4:ss')}`,
      ],
    ];
    for (const [i, [config, secrets, header, sent]] of connectors.entries()) {
      const id = await ground.addConnector('api_rest', { ...base, ...config }, null, secrets);
      await ground.addDataset(`auth-${i}`, { connectorId: id, source: { path: 'x' } });
      api.answer(() => [{ id: 1 }]);
      await ground.sync({ dataset: `auth-${i}` });
      expect(api.asked.at(-1)!.headers).toMatchObject({ [header]: sent, 'x-tenant': 'north' });
      api.answer((_asked, response) => void response.writeHead(302, { location: other.url }).end());
      await ground.sync({ dataset: `auth-${i}` });
      expect(other.asked.at(-1)!.headers).not.toHaveProperty([header]);
      expect(other.asked.at(-1)!.headers).not.toHaveProperty('x-tenant');
    }
    const none = await ground.addConnector('api_rest', { ...base, auth: 'bearer' });
    await ground.addDataset('auth-none', { connectorId: none, source: { path: 'x' } });
    expect((await ground.failure({ dataset: 'auth-none' })).reason).toContain('has no token');
  });

  test('no redirect leads to a metadata service', async () => {
    await add('led', { path: 'x' });
    api.answer(
      (_asked, response) =>
        void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    expect((await ground.failure({ dataset: 'led' })).reason).toContain('link-local');
  });

  test('429 and 5xx are waited out as the server says, and told in the log', async () => {
    await add('busy', { path: 'x', paging: { type: 'page' } });
    const answers = [429, 200, 503, 500, 200, 200];
    const pages: unknown[] = [[{ id: 1 }], [{ id: 2 }], []];
    api.answer((_asked, response) => {
      const status = answers.shift()!;
      if (status === 200) return pages.shift();
      return void response.writeHead(status, { 'retry-after': '0' }).end();
    });
    await using step = await ground.newStep();
    const output = await step.publish(await ground.execute(step, { dataset: 'busy' }));
    expect(output).toMatchObject({ inserted: 2 });
    const lines = step.lines.filter(({ level }) => level === 'warn').map(({ line }) => line);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/busy: GET .*answered 429 Too Many Requests. Asking again in 0.0 s/);
  });

  test('a wait that is too long, and tries that never end, are failures to be tried again', async () => {
    await add('refusing', { path: 'x' });
    api.answer((_asked, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    expect(await ground.failure({ dataset: 'refusing' })).toMatchObject({
      reason: expect.stringContaining('asks to wait 3600 s'),
      retryable: true,
    });
    let tries = 0;
    api.answer((_asked, response) => {
      tries++;
      response.writeHead(503, { 'retry-after': '0' }).end();
    });
    expect(await ground.failure({ dataset: 'refusing' })).toMatchObject({ retryable: true });
    expect(tries).toBe(5);
    api.answer((_asked, response) => void response.writeHead(404).end());
    expect(await ground.failure({ dataset: 'refusing' })).toMatchObject({ retryable: false });
  });

  test('a source that dies half-way leaves the old rows whole', async () => {
    await add('dying', { path: 'x', paging: { type: 'page' } });
    api.answer(({ query }) => (query['page'] === '1' ? ITEMS : []));
    await ground.sync({ dataset: 'dying' });
    let first = true;
    api.answer((_asked, response) => {
      if (first) {
        first = false;
        return [{ id: 100 }];
      }
      response.writeHead(200, { 'content-length': '1000' });
      response.write('[{"id":', () => response.destroy());
      return undefined;
    });
    await using step = await ground.newStep();
    const running = ground.execute(step, { dataset: 'dying' });
    // It asks again in a second, and the server is no better then.
    while (!step.lines.some(({ level }) => level === 'warn')) {
      await new Promise((done) => setImmediate(done));
    }
    api.answer((_asked, response) => void response.writeHead(410).end());
    expect(await running).toMatchObject({ outcome: 'failed', retryable: false });
    expect(await rowsOf('dying')).toEqual(ITEMS.map(({ id }) => [id]));
    expect(await ground.stagingTables()).toEqual([]);
  });

  test('what is no JSON is shown, and a page that never ends is given up', async () => {
    await add('html', { path: 'x' });
    api.answer((_asked, response) => void response.end('<html>Sign in'));
    expect((await ground.failure({ dataset: 'html' })).reason).toContain(
      'begins with "<html>Sign in"',
    );
    const id = await ground.addConnector('api_rest', { base_url: api.url, timeout: 1 });
    await ground.addDataset('slow', { connectorId: id, source: { path: 'x' } });
    let tries = 0;
    api.answer((_asked, response) => {
      if (++tries > 1) return void response.writeHead(404).end();
      response.write('[');
      return undefined;
    });
    await using step = await ground.newStep();
    await ground.execute(step, { dataset: 'slow' });
    expect(step.lines.map(({ line }) => line).join()).toContain('took longer than 1 s');
  });

  test('paths stay below the base address', async () => {
    api.answer(() => [{ id: 1 }]);
    for (const [i, path] of ['../secret', 'http://127.0.0.2/x', '//127.0.0.2/x', '..'].entries()) {
      await add(`up-${i}`, { path });
      if (path.startsWith('//')) {
        // Leading slashes are dropped: it is below.
        await ground.sync({ dataset: `up-${i}` });
        expect(api.asked.at(-1)!.path).toBe('/v1/127.0.0.2/x');
      } else {
        expect((await ground.failure({ dataset: `up-${i}` })).reason).toContain(
          'does not lie below',
        );
      }
    }
  });

  test('a cancel ends a wait and a page under way at once', async () => {
    await add('cancelled', { path: 'x' });
    for (const answer of [
      (_asked: unknown, response: Parameters<Answer>[1]) =>
        void response.writeHead(429, { 'retry-after': '60' }).end(),
      (_asked: unknown, response: Parameters<Answer>[1]) => void response.write('['),
    ]) {
      const before = api.asked.length;
      api.answer(answer);
      await using step = await ground.newStep();
      const running = ground.execute(step, { dataset: 'cancelled' });
      running.catch(() => {});
      while (api.asked.length === before) await new Promise((done) => setImmediate(done));
      const abortedAt = performance.now();
      step.abort();
      await expect(running).rejects.toThrow('the run was cancelled');
      expect(performance.now() - abortedAt).toBeLessThan(2000);
    }
  });
});
