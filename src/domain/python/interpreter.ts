/** Which Python runs the code of steps, as whom, and whether that may be trusted with it. */
import pg from 'pg';
import { z } from 'zod';
import { findCommand } from '#platform/find-command.ts';
import { runCommand } from '#platform/subprocess.ts';
import type { User } from '#platform/subprocess-guard.ts';
import { Failure } from '../connector/failure.ts';
import { findUser } from './user.ts';
import { makeWorkplace } from './workplace.ts';

const OLDEST = [3, 9] as const;
const LOOK_MS = 20_000;
/** Beside the platform's own: who is in every Postgres. */
const SUPERUSER = 'postgres';

export type Interpreter = {
  /** Its absolute path. */
  readonly program: string;
  readonly version: string;
  /** Whether code runs as a user of its own. */
  readonly fenced: boolean;
  /** What whoever reads a step's log should know about it. */
  readonly warnings: readonly string[];
};

export type InterpreterOptions = {
  /** PYTHON: a path or a name; python3 unless given. */
  readonly program: string | undefined;
  /** ALLOW_UNSANDBOXED_PYTHON. */
  readonly allowUnfenced: boolean;
  /** The platform's database, which the code must not reach. */
  readonly databaseUrl: string;
};

const foundForm = z.object({ version: z.array(z.int()), let_in: z.array(z.string()) });

/** @throws Failure that says what to install, or what to set. */
export async function findInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const user = await findUser();
  if (user === null && !options.allowUnfenced) throw new Failure(UNFENCED);
  const places = await candidates(options.program);
  if (places.length === 0) {
    const where = options.program ?? 'python3 on PATH';
    throw new Failure(`There is no Python here: no ${where}. ${REMEDY}`);
  }
  const refusals: string[] = [];
  for (const program of places) {
    const found = await look(program, user, options.databaseUrl);
    if (typeof found === 'string') {
      refusals.push(`${program}: ${found}`);
      continue;
    }
    return { program, fenced: user !== null, ...judge(found, user) };
  }
  throw new Failure(`No Python here can be used. ${refusals.join('; ')}. ${REMEDY}`);
}

const REMEDY = `Install Python ${OLDEST.join('.')} or newer where every user may execute it, or set PYTHON to its path.`;

const UNFENCED =
  'Python runs the code of steps as a user of its own, and this worker may not become one: as its own user the code could read its secrets. ' +
  'Start the worker as root, or give its unit AmbientCapabilities=CAP_SETUID CAP_SETGID CAP_CHOWN CAP_KILL, on Linux with util-linux. ' +
  'Where everyone who can edit a scenario may read all that the worker can: ALLOW_UNSANDBOXED_PYTHON=1.';

/** Every one on PATH: the first may lie in a home that others may not enter. */
async function candidates(program = 'python3'): Promise<string[]> {
  const found = program.includes('/')
    ? [await findCommand(program, { path: '', cwd: '/' })]
    : await Promise.all(
        (process.env['PATH'] ?? '')
          .split(':')
          .map((path) => findCommand(program, { path, cwd: '/' })),
      );
  return [...new Set(found.filter((place) => place !== null))];
}

/** What it says about itself, or why it cannot be used. */
async function look(program: string, user: User | null, databaseUrl: string) {
  await using place = await makeWorkplace(user, program);
  const { host, port, database, user: name } = new pg.Client({ connectionString: databaseUrl });
  const users = new Set([name ?? SUPERUSER, SUPERUSER]);
  const lines: string[] = [];
  const { code, refused, aborted } = await runCommand(
    program,
    ['-I', place.file('probe.py'), host, String(port), database ?? '', ...users],
    {
      cwd: place.folder,
      ownTemp: place.ownTemp,
      signal: AbortSignal.timeout(LOOK_MS),
      onLine: (line) => void (lines.length < 20 && lines.push(line)),
      ...(user !== null && { as: user }),
    },
  );
  if (refused !== null) return refused;
  if (aborted) return `it took longer than ${LOOK_MS / 1000} s to start`;
  if (code !== 0) return lines.at(-1) ?? `it ended with code ${code}`;
  const found = foundForm.safeParse(parse(lines.at(-1) ?? ''));
  if (!found.success) return `it does not answer as Python does: ${lines.at(-1)}`;
  const [major = 0, minor = 0] = found.data.version;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `it is Python ${major}.${minor}`;
  }
  return found.data;
}

function judge({ version, let_in: letIn }: z.infer<typeof foundForm>, user: User | null) {
  const warnings: string[] = [];
  if (letIn.length > 0) {
    const open = `the platform's database lets everyone on this machine in without a password, as ${letIn.join(' and ')}`;
    const remedy = 'Let its pg_hba.conf ask for one: scram-sha-256 in the place of trust';
    if (user !== null) {
      throw new Failure(`Python is refused: ${open}, and so the code as well. ${remedy}.`);
    }
    warnings.push(`${open}. ${remedy}.`);
  }
  if (user === null) {
    warnings.push(
      'This code runs as the user of the worker (ALLOW_UNSANDBOXED_PYTHON=1) and can read what the worker can.',
    );
  }
  return { version: version.join('.'), warnings };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something else than our script has answered.
    return null;
  }
}
