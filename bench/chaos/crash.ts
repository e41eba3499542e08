/** A Postgres that dies at once, as in a power cut or by the kernel's hand: no last words to anybody, no checkpoint. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How it dies. `killed`: SIGKILL to all of its processes; `quit`: its own immediate shutdown, by SIGQUIT. */
export type Crash = 'killed' | 'quit';

/** @param cluster the data folder of a Postgres of ours. It may take a moment until it is gone. */
export async function crashPostgres(cluster: string, how: Crash): Promise<void> {
  const file = await readFile(join(cluster, 'postmaster.pid'), 'utf8');
  const postmaster = Number.parseInt(file, 10);
  if (how === 'quit') {
    process.kill(postmaster, 'SIGQUIT');
    return;
  }
  const children = await childrenOf(postmaster);
  // The parent first: a parent that sees a child die would put the rest in order.
  for (const pid of [postmaster, ...children]) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It had just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Where there is no /proc, none: without their parent they end by themselves within moments. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const children = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // "pid (name) state ppid …", and the name may hold anything.
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(ppid) === parent ? [Number(pid)] : [];
    }),
  );
  return children.flat();
}
