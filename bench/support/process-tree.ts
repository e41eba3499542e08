/** What a process and all that it started take of the machine. Linux tells it; elsewhere it is 0. */
import { readdirSync, readFileSync } from 'node:fs';

// Of a second, what Linux counts a process's time in.
const TICKS = 100;

/** MB of memory; what they share counts once. */
export function treeMegabytes(root: number): number {
  const kilobytes = treeOf(root).map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readProc(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return sum(kilobytes) / 1000;
}

/** Seconds of a core since they began, with those that have ended. */
export function treeCpuSeconds(root: number): number {
  const ticks = treeOf(root).map((pid) => {
    // The name, which may hold anything, ends with the last parenthesis.
    const fields = readProc(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    // utime, stime, and the same of children that have ended.
    return sum(fields.slice(11, 15).map(Number));
  });
  return sum(ticks) / TICKS;
}

function treeOf(root: number): number[] {
  if (process.platform !== 'linux') return [];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\s+(\d+)/m.exec(readProc(`/proc/${name}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return pid === root || (parent !== undefined && isOurs(parent));
  };
  return [...parents.keys()].filter(isOurs);
}

/** A process may end while it is read. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
