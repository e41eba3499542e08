/** Every document that the command line sends is one that the API understands. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('the documents fit schema.graphql', async () => {
  const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
  const documents = new Map<string, string>();
  for (const file of globSync('src/cli/**/*.ts', { cwd: ROOT })) {
    const exported = (await import(join(ROOT, file))) as Record<string, unknown>;
    for (const value of Object.values(exported)) {
      const [, name] =
        (typeof value === 'string' && /^(?:query|mutation|subscription) (\w+)/.exec(value)) || [];
      if (name !== undefined) documents.set(name, value as string);
    }
  }
  const wrong = [...documents].flatMap(([name, text]) =>
    validate(schema, parse(text)).map(({ message }) => `${name}: ${message}`),
  );
  expect(wrong).toEqual([]);
  // One that is not exported would not be looked at.
  const written = globSync('src/cli/**/*.ts', { cwd: ROOT }).flatMap((file) => [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(/`(?:query|mutation|subscription) (\w+)/g),
  ]);
  expect([...documents.keys()].sort()).toEqual(written.map(([, name]) => name!).sort());
});
