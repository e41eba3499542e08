import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '#graphql/schema.ts';
import { banner, jsonLine } from '#local/banner.ts';

const FACTS = {
  url: 'http://127.0.0.1:4000',
  databaseUrl: 'postgres://somewhere',
  inboxUrl: 'http://127.0.0.1:4001/',
  dataDir: '/data',
  demo: { email: 'a@demo.example', password: 'word', token: 'hf_token', projectId: 7 },
};

test('the commands to try are valid: their documents fit the schema', () => {
  const bodies = [...banner(FACTS).matchAll(/-d '([^']+)'/g)].map(([, body = '']) => body);
  expect(bodies).toHaveLength(2);
  for (const body of bodies) {
    const { query } = JSON.parse(body) as { query: string };
    expect(validate(schema, parse(query)), query).toEqual([]);
  }
});

test('--json is one line with the six agreed names', () => {
  const line = jsonLine(FACTS);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    url: FACTS.url,
    token: 'hf_token',
    email: 'a@demo.example',
    password: 'word',
    project_id: 7,
    inbox_url: FACTS.inboxUrl,
  });
});

test('a database that somebody else has filled is told as such, not invented', () => {
  const facts = { ...FACTS, demo: null };
  expect(JSON.parse(jsonLine(facts))).toMatchObject({ url: FACTS.url, token: null });
  expect(banner(facts)).toContain('$TOKEN');
  expect(banner(facts)).not.toContain('demo/nightly');
  expect(banner(FACTS)).toContain('demo/nightly');
});
