/** One `dbt build`, in a working folder and an environment of its own, under a login that can write nothing but the
 *  project's schema. Whatever happens, neither its processes nor its queries outlive it. */
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeExit } from '#platform/child.ts';
import { runCommand } from '#platform/subprocess.ts';
import { Failure } from '../connector/failure.ts';
import type { BuildLogin } from '../warehouse/build-login.ts';
import { createNodes, reconcile, type BuiltNode, type Nodes } from './build-nodes.ts';
import { readEvent } from './dbt-event.ts';
import { PROFILE, profilesYml } from './dbt-project.ts';

export type DbtBuild = {
  /** The program's path. */
  readonly dbt: string;
  /** A folder, or the files of one that is to be made. */
  readonly project: string | ReadonlyMap<string, string>;
  readonly schema: string;
  readonly login: BuildLogin;
  readonly select: readonly string[];
  readonly fullRefresh: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  /** What its database sessions are called. */
  readonly session: string;
  /** Where what dbt parsed is kept for the next build of the project; undefined: it parses everything each time. */
  readonly cache: string | undefined;
  readonly signal: AbortSignal;
  /** A node began or ended. */
  readonly onNode: (node: BuiltNode, nodes: Nodes) => void;
  readonly onWords: (text: string, level: 'info' | 'warn' | 'error') => void;
};

export type DbtEnd = {
  readonly nodes: readonly BuiltNode[];
  /** Why it failed although no node did, in dbt's words; null when it did what it was to do. */
  readonly refusal: string | null;
};

const PARSED = 'partial_parse.msgpack';
const LAST_LINES = 12;
// What stands above its own words.
const PREFIX = /^(\[ERROR\]: )?(Encountered an error:\n?)?/gm;

/** @throws the signal's reason once it is aborted; Failure when dbt cannot be started. */
export async function runDbt(build: DbtBuild): Promise<DbtEnd> {
  const { login, signal, cache } = build;
  const work = await mkdtemp(join(tmpdir(), 'hf-dbt-'));
  try {
    const place = (name: string) => join(work, name);
    const [target, cwd] = [place('target'), place('cwd')];
    await Promise.all([mkdir(target), mkdir(cwd), mkdir(place('profiles'))]);
    const profile = profilesYml(PROFILE, build.schema, login);
    await writeFile(join(place('profiles'), 'profiles.yml'), profile);
    // dbt looks for one in its folder and in every one above: it finds this.
    await writeFile(join(cwd, '.env'), '');
    const project = await projectOf(build.project, place('project'));
    if (cache !== undefined) await copyIfThere(join(cache, PARSED), join(target, PARSED));

    const said = await follow(build, { project, target, cwd, profiles: place('profiles') });
    // A query goes on for up to a second after its client has died.
    await login.end();
    signal.throwIfAborted();
    if (said.refused !== null) throw new Failure(`dbt cannot be started: ${said.refused}.`);
    if (cache !== undefined) await keep(join(target, PARSED), join(cache, PARSED));
    return { nodes: await reconcile(target, said.nodes), refusal: said.refusal };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Places = { project: string; target: string; cwd: string; profiles: string };

async function follow(build: DbtBuild, at: Places) {
  const nodes = createNodes();
  const errors: string[] = [];
  const last: string[] = [];
  const onLine = (line: string) => {
    const event = readEvent(line);
    if (event === null) {
      if (!line.startsWith('{') && line.trim() !== '') last.push(line);
      if (last.length > LAST_LINES) last.shift();
    } else if (event.type === 'said') {
      if (event.level === 'error') errors.push(event.text);
      build.onWords(event.text, event.level);
    } else {
      const node = nodes.take(event);
      if (node !== null) build.onNode(node, nodes);
    }
  };
  const end = await runCommand(build.dbt, argumentsOf(build, at), {
    cwd: at.cwd,
    env: {
      DBT_ENV_SECRET_PASSWORD: build.login.password,
      PGAPPNAME: build.session,
      DO_NOT_TRACK: '1',
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    },
    signal: build.signal,
    onLine,
  });
  const words = (errors.length > 0 ? errors : last).join('\n');
  const refusal =
    end.code === 0
      ? null
      : words.replaceAll(PREFIX, '').replaceAll(`${at.project}/`, '').trim() ||
        `dbt ended with ${describeExit(end)} and without a word`;
  return { nodes: nodes.list(), refused: end.refused, refusal };
}

function argumentsOf({ select, fullRefresh, vars }: DbtBuild, at: Places): string[] {
  return [
    'build',
    ...['--project-dir', at.project, '--profiles-dir', at.profiles, '--profile', PROFILE],
    ...['--target', PROFILE, '--target-path', at.target, '--log-path', at.target],
    // What nodes said when they ended is a detail to dbt.
    ...['--log-format', 'json', '--log-level', 'debug', '--log-level-file', 'none'],
    ...['--no-use-colors', '--no-version-check'],
    // A name that is none would build nothing, and succeed.
    ...['--warn-error-options', '{"error": ["NoNodesForSelectionCriteria"]}'],
    ...(fullRefresh ? ['--full-refresh'] : []),
    ...(Object.keys(vars).length > 0 ? ['--vars', JSON.stringify(vars)] : []),
    ...['--select', ...select],
  ];
}

async function projectOf(
  project: string | ReadonlyMap<string, string>,
  folder: string,
): Promise<string> {
  if (typeof project === 'string') return project;
  for (const [path, text] of project) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Whole, or not at all: whoever reads it meanwhile has the one before. */
async function keep(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyIfThere(from, `${to}.new`);
  await rename(`${to}.new`, to).catch((error: NodeJS.ErrnoException) => {
    // dbt ended before it had parsed anything.
    if (error.code !== 'ENOENT') throw error;
  });
}
