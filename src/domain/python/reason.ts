/** Why a person's Python did not succeed, in words for that person. */
import { describeExit } from '#platform/child.ts';
import type { Ended } from '#platform/subprocess.ts';

export type Told = {
  /** The last lines of a traceback, what went wrong first. */
  readonly failed: string | null;
  /** Whether the code ran to its end. */
  readonly done: boolean;
  /** Whether it was stopped for what its processes took together. */
  readonly hoards: boolean;
  /** The last of what it said on its standard error. */
  readonly lastLines: readonly string[];
};

const MAX_REASON = 4_000;

/** null when all went well. */
export function reasonOf(
  ended: Ended,
  { failed, done, hoards, lastLines }: Told,
  limits: { readonly memoryMb: number; readonly cpuSeconds: number },
): string | null {
  if (ended.refused !== null) return `Python could not be started: ${ended.refused}.`;
  if (hoards) {
    return `The processes of this step took more than ${limits.memoryMb} MB of memory together and were stopped; memory_mb allows more.`;
  }
  if (failed !== null) return cut(`${failed}${hint(failed, limits.memoryMb)}`);
  if (ended.code === 0 && done) return null;
  if (ended.signal === 'SIGXCPU' || (ended.signal === 'SIGKILL' && !done)) {
    return ended.signal === 'SIGXCPU'
      ? `Python computed for more than ${limits.cpuSeconds} s (cpu_seconds) and was stopped.`
      : 'Python was killed, most likely because the machine ran out of memory.';
  }
  if (ended.code === 0) {
    return 'Python ended before the code had come to its end, without an exception: os._exit, or another program in its place.';
  }
  const said = lastLines.length === 0 ? '' : ` Its last words: ${lastLines.join('\n')}`;
  return cut(`Python ended with ${describeExit(ended)}.${said}${hint(said, limits.memoryMb)}`);
}

/** Libraries report a failed allocation in words of their own. */
function hint(words: string, memoryMb: number): string {
  return /MemoryError|[Cc]annot allocate memory|bad_alloc/.test(words)
    ? `\nThe step may take ${memoryMb} MB of memory; memory_mb allows more.`
    : '';
}

const cut = (text: string) => (text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)} …` : text);
