/** `npm run bench` lists the programs of bench/; `npm run bench -- <name> [arguments]` runs one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../bench');
const programs = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => [file.slice(0, -'.ts'.length), join(FOLDER, file)]),
);

const [name = '', ...args] = process.argv.slice(2);
const program = programs.get(name);
if (program === undefined) {
  if (name !== '') process.stderr.write(`There is no bench/${name}.ts.\n`);
  for (const [each, file] of programs) process.stdout.write(`${each}\n    ${promiseOf(file)}\n`);
  process.exit(name === '' ? 0 : 2);
}
process.argv = [process.execPath, program, ...args];
await import(program);

/** The first sentence of its opening comment. */
function promiseOf(file: string): string {
  const comment = /^\/\*\*(.*?)(?:\.\s|\*\/)/s.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return comment.replaceAll(/\s*\n \*\s*/g, ' ').trim();
}
