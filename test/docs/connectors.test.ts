/** What the page about connectors says is tried: its examples are taken by the forms, and every field is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { CONNECTOR_TYPES } from '#domain/connector/connector-types.ts';
import { parseForm } from '#domain/step/form-problems.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/connectors.md'), 'utf8');

type Example = { type: string; config: object; secrets: object; source: object };

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text = '']) => parse(text) as Example,
);

test('there is an example for every type that rows come from', () => {
  const readable = [...CONNECTOR_TYPES.values()].filter(({ rows }) => rows !== undefined);
  expect(examples.map(({ type }) => type).toSorted()).toEqual(
    readable.map(({ type }) => type).toSorted(),
  );
});

test.each(examples.map((example) => [example.type, example] as const))(
  '%s: the forms take the example',
  (name, { config, secrets, source }) => {
    const type = CONNECTOR_TYPES.get(name)!;
    expect(parseForm(type.config, config).problems).toEqual([]);
    expect(parseForm(type.secrets, secrets).problems).toEqual([]);
    // Files are told with both places; a dataset has one.
    expect(parseForm(type.rows!.source, source).problems).toEqual([]);
  },
);

test.each(examples.map(({ type }) => type))('%s: every field is told', (name) => {
  const type = CONNECTOR_TYPES.get(name)!;
  const section = page.split(`\n## ${name}\n`)[1]!.split('\n## ')[0]!;
  for (const form of [type.config, type.secrets, type.rows!.source]) {
    for (const field of Object.keys((form as z.ZodObject).shape)) {
      expect(section, `${field} of ${name}`).toContain(field);
    }
  }
});

test('the ways of paging are taken as they are told', () => {
  const { source } = CONNECTOR_TYPES.get('api_rest')!.rows!;
  const told = [...page.matchAll(/^\| `(\{ type: .*?\})`/gm)].map(([, text = '']) => parse(text));
  expect(told).toHaveLength(6);
  for (const paging of told) expect(parseForm(source, { paging }).problems).toEqual([]);
});
