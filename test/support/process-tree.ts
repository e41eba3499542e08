/** A shell script that starts processes of every kind that is hard to get rid of. What a shell without a terminal
 *  starts in the background takes no notice of SIGINT. */
import { isAlive } from './process.ts';

const IN_GROUP = `sleep 600 & echo "pid $! in the group"`;
// Only Linux, with util-linux, finds these.
const OUTSIDE = `
  setsid sleep 600 & echo "pid $! in a session of its own"
  sh -c 'setsid sleep 600 & echo "pid $! whose parent has ended"'
  sh -c 'env -i setsid sleep 600 & echo "pid $! with neither parent nor environment"'`;

export const TREE = [
  IN_GROUP,
  ...(process.platform === 'linux' ? [OUTSIDE] : []),
  'echo "pid $$ the shell"',
].join('\n');

const SIZE = TREE.split('"pid ').length - 1;

/** The processes as its lines tell them; null until all have been told. */
export function readTree(lines: readonly string[]): number[] | null {
  const pids = lines.flatMap((line) => /^pid (\d+) /.exec(line)?.[1] ?? []).map(Number);
  return pids.length === SIZE ? pids : null;
}

export const livingOf = (pids: readonly number[]): number[] => pids.filter(isAlive);
