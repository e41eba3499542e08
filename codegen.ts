/** `npm run generate`: writes schema.graphql and docs/states.md from the code, and the console's typed documents from both.
 *  `--check` writes nothing and fails where a committed file differs. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '#graphql/schema.ts';
import { statesPage } from './scripts/states.ts';

const ROOT = import.meta.dirname;
const CONSOLE_DOCUMENTS = 'src/console/**/*.graphql';
const CONSOLE_GENERATED = 'src/console/generated/';

type Generated = { readonly path: string; readonly content: string };

const checkOnly = process.argv.includes('--check');
const sdl = `# Written by npm run generate from src/graphql.\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
const files = [
  { path: join(ROOT, 'schema.graphql'), content: sdl },
  { path: join(ROOT, 'docs/states.md'), content: statesPage() },
  ...(await documents(sdl)),
];
const stale = files.filter(({ path, content }) => read(path) !== content);

if (!checkOnly) {
  for (const { path, content } of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    process.stdout.write(`wrote ${relative(ROOT, path)}\n`);
  }
} else if (stale.length > 0) {
  for (const file of stale)
    process.stderr.write(`${relative(ROOT, file.path)}: ${difference(file)}\n`);
  process.stderr.write('Run npm run generate, and commit what changed.\n');
}
process.exit(checkOnly && stale.length > 0 ? 1 : 0);

/** Types for every operation in the console, none while it holds none. */
async function documents(sdlText: string): Promise<Generated[]> {
  if (globSync(CONSOLE_DOCUMENTS, { cwd: ROOT }).length === 0) return [];
  const { generate } = await import('@graphql-codegen/cli');
  const output = await generate(
    {
      schema: sdlText,
      documents: [CONSOLE_DOCUMENTS],
      generates: {
        [CONSOLE_GENERATED]: {
          preset: 'client',
          presetConfig: { fragmentMasking: false },
          config: {
            useTypeImports: true,
            enumsAsTypes: true,
            scalars: { DateTime: 'string', Long: 'number' },
            defaultScalarType: 'unknown',
          },
        },
      },
      importExtension: '.ts',
      silent: true,
    },
    false,
  );
  return (output as { filename: string; content: string }[])
    .filter(({ filename }) => filename.endsWith('/graphql.ts'))
    .map(({ filename, content }) => ({
      path: join(ROOT, filename),
      // The types of documents come with the client that takes them.
      content: `// Written by npm run generate from the .graphql files of the console.\n${content.replace("'@graphql-typed-document-node/core'", "'urql'")}`,
    }));
}

/** The first line that differs, as a hint. */
function difference({ path, content }: Generated): string {
  const committed = read(path);
  if (committed === null) return 'is missing';
  const [old, now] = [committed.split('\n'), content.split('\n')];
  const at = now.findIndex((line, index) => line !== old[index]);
  const index = at === -1 ? now.length : at;
  return `line ${index + 1} is ${JSON.stringify(old[index] ?? '')}, the code gives ${JSON.stringify(now[index] ?? '')}`;
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
