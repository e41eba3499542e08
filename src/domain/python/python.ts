/** Runs a person's Python: as a user of its own, within limits, in a folder of its own, speaking with us over one
 *  channel. Nothing is left of it when this settles. */
import { runCommand, type Ended } from '#platform/subprocess.ts';
import type { Json } from '../step/kind.ts';
import { Failure } from '../connector/failure.ts';
import { serveChannel, type Answer, type Asked } from './channel.ts';
import { findInterpreter, type Interpreter, type InterpreterOptions } from './interpreter.ts';
import { watchMemory } from './memory-watch.ts';
import { reasonOf } from './reason.ts';
import { findUser } from './user.ts';
import { makeWorkplace } from './workplace.ts';

export type Code = {
  /** What tracebacks call it, e.g. `score.py`. */
  readonly name: string;
  readonly text: string;
  readonly params: Json;
  /** Of each of its processes in address space, and of all together in what they really take. */
  readonly memoryMb: number;
  /** Of each of its processes, of computing. */
  readonly cpuSeconds: number;
};

export type Surroundings = {
  readonly signal: AbortSignal;
  readonly onLine: (line: string, from: 'stdout' | 'stderr') => void;
  /** What the module asks beside the beginning and the end. A Failure is told to the code. */
  answer(asked: Asked): Promise<Answer>;
};

export type Python = {
  /** @throws Failure where no Python may run here, with the remedy. */
  find(): Promise<Interpreter>;
  /** @returns why the code did not succeed; null when it did.
   *  @throws Failure as `find` does; what `answer` threw. The signal's reason once that has fired. */
  run(code: Code, surroundings: Surroundings): Promise<string | null>;
};

// Of any one file: more than a step needs in its temporary folder, less than a disk.
const FILE_BYTES = 2 * 1024 ** 3;
// With threads: numeric libraries start one for each core.
const PROCESSES = 256;
const MEGABYTE = 1024 ** 2;
// SIGINT raises KeyboardInterrupt; a step must have ended 2 s after its signal, with its folder gone.
const GRACE_MS = 500;

export function createPython(options: InterpreterOptions): Python {
  let found: Promise<Interpreter> | null = null;

  function find(): Promise<Interpreter> {
    if (found !== null) return found;
    const finding = findInterpreter(options);
    // What was missing may be there next time.
    finding.catch(() => (found = null));
    return (found = finding);
  }

  return {
    find,
    async run(code, { signal, onLine, answer }) {
      const { program, fenced } = await find();
      const user = fenced ? await findUser() : null;
      if (fenced && user === null) throw new Failure('The step’s own user could not be made.');
      signal.throwIfAborted();
      await using place = await makeWorkplace(user, program);
      const broken = new AbortController();
      let served: Promise<void> = Promise.resolve();
      const told: { failed: string | null; done: boolean } = { failed: null, done: false };

      const conversation = async (asked: Asked): Promise<Answer> => {
        switch (asked.op) {
          case 'start':
            return { fields: { name: code.name, code: code.text, params: code.params } };
          case 'failed':
            told.failed = String(asked['reason']);
            return {};
          case 'done':
            told.done = true;
            return {};
          default:
            return answer(asked);
        }
      };
      const tail = keepTail();
      let hoards = false;
      using _watch =
        user &&
        watchMemory(user.uid, code.memoryMb * MEGABYTE, () => {
          hoards = true;
          broken.abort();
        });
      const ended: Ended = await runCommand(
        program,
        ['-I', '-B', '-u', '-X', 'utf8', place.file('runner.py')],
        {
          cwd: place.folder,
          env: { HOME: place.inside, TMPDIR: place.inside },
          ownTemp: place.ownTemp,
          signal: AbortSignal.any([signal, broken.signal]),
          graceMs: GRACE_MS,
          onLine(line, from) {
            if (from === 'stderr') tail.push(line);
            onLine(line, from);
          },
          limits: {
            memoryBytes: code.memoryMb * MEGABYTE,
            cpuSeconds: code.cpuSeconds,
            fileBytes: FILE_BYTES,
            // Counted over all of a user's processes: of ours there are others.
            ...(user !== null && { processes: PROCESSES }),
          },
          ...(user !== null && { as: user }),
          onChannel(channel) {
            served = serveChannel(channel, conversation);
            served.catch(() => broken.abort());
          },
        },
      );
      // What it asked last may still be under way.
      const [said] = await Promise.allSettled([served]);
      signal.throwIfAborted();
      if (said.status === 'rejected') {
        const error: unknown = said.reason;
        if (error instanceof Failure) return error.message;
        throw error;
      }
      return reasonOf(ended, { ...told, hoards, lastLines: tail.lines() }, code);
    },
  };
}

/** The last lines, for a process that ends without a word to us. */
function keepTail() {
  let kept: string[] = [];
  return {
    push(line: string) {
      kept.push(line.slice(0, 500));
      if (kept.length > 40) kept = kept.slice(-10);
    },
    lines: () => kept.slice(-10),
  };
}
