/** Scenarios as YAML files: each document a scenario, with the place of everything in it, so that a problem can
 *  point at a line. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
} from 'yaml';
import { usageError, type Problem } from '../exit.ts';
import type { Io } from '../io.ts';

export type Place = {
  /** As it was named on the command line. */
  readonly file: string;
  /** 1, 2, 3 … */
  readonly line: number;
  readonly column: number;
  /** How many characters it covers on that line. */
  readonly length: number;
  /** The line itself. */
  readonly source: string;
};

/** A problem and where it stands; path and value as in the API's answer. */
export type PlacedProblem = Place & Problem;

/** A scenario of a file. */
export type Written = {
  readonly file: string;
  /** As the API takes it. */
  readonly configuration: unknown;
  /** Where a path of it stands; where that is absent, the nearest that is there. */
  locate(path: Problem['path']): Place;
};

export type Reading = {
  readonly files: readonly string[];
  readonly scenarios: readonly Written[];
  /** Of the YAML itself. */
  readonly problems: readonly PlacedProblem[];
};

const YAML_NAME = /\.ya?ml$/;
const STDIN = '-';

/** Reads files; of folders, all YAML files in them; `-` is standard input.
 *  @param noun what they hold, for the refusal of one that holds nothing.
 *  @throws CliError for what cannot be read, and where there is no YAML file. */
export async function readFiles(
  names: readonly string[],
  io: Io,
  noun = 'scenario',
): Promise<Reading> {
  const files = [...new Set((await Promise.all(names.map((name) => expand(name, io)))).flat())];
  const parts = await Promise.all(
    files.map(async (file) => parse(file, await load(file, io), noun)),
  );
  return {
    files,
    scenarios: parts.flatMap(({ scenarios }) => scenarios),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

async function expand(name: string, { cwd }: Io): Promise<string[]> {
  if (name === STDIN) return [name];
  const path = resolve(cwd, name);
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${name} cannot be read: ${error.code ?? error.message}.`);
  });
  if (!info.isDirectory()) return [name];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile() && YAML_NAME.test(entry.name))
    .map((entry) => join(name, relative(path, join(entry.parentPath, entry.name))));
  if (found.length === 0) throw usageError(`${name} holds no file that ends in .yaml or .yml.`);
  return found.sort();
}

async function load(file: string, { cwd, stdin }: Io): Promise<string> {
  if (file === STDIN) return text(stdin);
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

/** The scenarios in a text. A document that cannot be read is left out; its problems say why. */
export function parse(file: string, source: string, noun = 'scenario'): Omit<Reading, 'files'> {
  const counter = new LineCounter();
  const lines = source.split('\n');
  const documents = parseAllDocuments(source, {
    lineCounter: counter,
    prettyErrors: false,
    merge: true,
  });
  const place = placer(file, counter, lines);
  const scenarios: Written[] = [];
  const problems: PlacedProblem[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const found = documentProblems(document, place);
    problems.push(...found);
    if (found.length > 0 || isEmpty(document)) continue;
    try {
      const configuration: unknown = document.toJS();
      scenarios.push({ file, configuration, locate: (path) => locate(document, path, place) });
    } catch (error) {
      // An alias that is used so often that the document would grow without end.
      problems.push({ ...place(0, 1), path: [], message: (error as Error).message });
    }
  }
  if (scenarios.length === 0 && problems.length === 0) {
    const message = `holds no ${noun}; write at least a name and steps`;
    problems.push({ ...place(0, 0), path: [], message });
  }
  return { scenarios, problems };
}

type Placer = (from: number, to: number) => Place;

function placer(file: string, counter: LineCounter, lines: readonly string[]): Placer {
  return (from, to) => {
    const { line, col } = counter.linePos(from);
    // An empty text has no first line for the counter.
    const at = Math.max(line, 1);
    const source = (lines[at - 1] ?? '').replace(/\r$/, '');
    const column = Math.max(col, 1);
    const length = Math.max(1, Math.min(to - from, source.length - column + 1));
    return { file, line: at, column, length, source };
  };
}

function documentProblems(document: Document, place: Placer): PlacedProblem[] {
  const problems = document.errors.map(({ pos: [from, to], message, code }) => ({
    ...place(from, to),
    path: [],
    // `cron: * * * * *` is the one that everybody writes once.
    message: code === 'BAD_ALIAS' ? `${message}; a text that begins with * needs quotes` : message,
  }));
  // The first on a line is the mistake, the others follow from it.
  return problems.filter(({ line }, index) => problems.findIndex((p) => p.line === line) === index);
}

const isEmpty = ({ contents }: Document) =>
  contents === null || (isScalar(contents) && contents.value === null);

function locate(document: Document, path: Problem['path'], place: Placer): Place {
  let node: unknown = document.contents;
  // The key rather than the value where the value is many lines, or nothing.
  let mark: unknown = isMap(node) ? node.items[0]?.key : node;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(part),
      );
      if (!pair) break;
      node = pair.value;
      mark =
        isScalar(node) && node.value !== null && node.type !== 'BLOCK_LITERAL' ? node : pair.key;
    } else if (isSeq(node) && node.items[Number(part)] !== undefined) {
      node = node.items[Number(part)];
      mark = isMap(node) ? (node.items[0]?.key ?? node) : node;
    } else break;
  }
  const [from, to] = (isNode(mark) && mark.range) || [0, 1];
  return place(from, to);
}
