/** What the processes of a step's own user take together. The kernel limits each of them; only a control group would
 *  limit all, and few workers may make one. */
import { readdir, readFile } from 'node:fs/promises';

// A look costs 1 to 3 ms of computing. In between, what fills memory as fast as it can takes 2 to 3 GB.
const EVERY_MS = 500;
const KILOBYTE = 1024;

/** Looks until disposal.
 *  @param tooMuch called once, when they take more than `bytes`. */
export function watchMemory(uid: number, bytes: number, tooMuch: () => void): Disposable {
  // Known to be of others. A number may come again, but not within one step's half second.
  let others = new Set<string>();
  let timer: NodeJS.Timeout | null = setTimeout(look, EVERY_MS);

  async function look(): Promise<void> {
    const pids = await processes();
    others = new Set(pids.filter((pid) => others.has(pid)));
    const ours: { readonly pid: string; readonly bytes: number }[] = [];
    for (const pid of pids.filter((each) => !others.has(each))) {
      const taken = await residentOf(pid, uid);
      if (taken === null) others.add(pid);
      else ours.push({ pid, bytes: taken });
    }
    const most = sum(ours.map((each) => each.bytes));
    // What a fork shares with its parent is in both; only the slower figure divides it.
    const isTooMuch = most > bytes && sum(await Promise.all(ours.map(shareOf))) > bytes;
    if (timer === null) return;
    if (isTooMuch) tooMuch();
    else timer = setTimeout(look, EVERY_MS);
  }

  return {
    [Symbol.dispose]() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function processes(): Promise<string[]> {
  // Where there is no /proc nothing can be told, and the limits of each process have to do.
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name));
}

/** In bytes; null for a process of another user, 0 for one that has ended. */
async function residentOf(pid: string, uid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  if (status === null) return 0;
  if (!new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status)) return null;
  return kilobytes(status, 'VmRSS') * KILOBYTE;
}

/** What the slower figure says; who is neither root nor of that user may not see it. */
async function shareOf({ pid, bytes }: { pid: string; bytes: number }): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => null);
  return rollup === null ? bytes : kilobytes(rollup, 'Pss') * KILOBYTE;
}

const kilobytes = (text: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
