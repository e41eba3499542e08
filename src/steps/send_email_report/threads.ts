/** Threads that draw, kept for the next report: a fresh one takes 0.7 s of a core until it has loaded and warmed what
 *  draws charts, a warm one draws eight cards in 0.04 s. One that nobody has wanted for a minute ends, as does one that
 *  has drawn a hundred reports, and one that was told to stop in the middle. */
import { Worker } from 'node:worker_threads';
import type { DashboardView } from '#domain/dashboard/view.ts';
import type { MailWords } from '#domain/report/mail.ts';

export type Task =
  /** What the following ones draw. */
  | { readonly draw: 'take'; readonly views: readonly DashboardView[] }
  | { readonly draw: 'page'; readonly mode: 'page' | 'print' }
  | { readonly draw: 'mail'; readonly words: MailWords }
  | { readonly draw: 'csv' };

export type Answer = { readonly value: unknown } | { readonly error: string };

export type Thread = {
  /** One after another. @throws what the drawing threw; Error when the thread ended. */
  ask(task: Task): Promise<unknown>;
  /** For the next report. */
  giveBack(): Promise<void>;
  end(): Promise<void>;
};

const IDLE_MS = 60_000;
const REPORTS = 100;

type Kept = { readonly thread: Thread; readonly timer: NodeJS.Timeout };
const idle = new Set<Kept>();

export function takeThread(): Thread {
  const [kept] = idle;
  if (!kept) return startThread();
  idle.delete(kept);
  clearTimeout(kept.timer);
  return kept.thread;
}

function startThread(): Thread {
  const worker = new Worker(new URL('./render-thread.ts', import.meta.url));
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  let reports = 0;

  const forget = () => {
    for (const kept of idle) {
      if (kept.thread !== thread) continue;
      clearTimeout(kept.timer);
      idle.delete(kept);
    }
  };
  worker.once('error', ended.reject);
  worker.once('exit', () => {
    forget();
    ended.reject(new Error('the thread that draws reports ended'));
  });

  const thread: Thread = {
    async ask(task) {
      worker.ref();
      const answered = new Promise<Answer>((done) => worker.once('message', done));
      worker.postMessage(task);
      const answer = await Promise.race([ended.promise, answered]);
      if ('error' in answer) throw new Error(`the report could not be drawn: ${answer.error}`);
      return answer.value;
    },
    async giveBack() {
      reports += 1;
      if (reports >= REPORTS) return thread.end();
      // Its rows may be megabytes.
      await thread.ask({ draw: 'take', views: [] });
      const timer = setTimeout(() => void thread.end(), IDLE_MS);
      timer.unref();
      // Nobody's process goes on because of it.
      worker.unref();
      idle.add({ thread, timer });
    },
    async end() {
      forget();
      await worker.terminate();
    },
  };
  return thread;
}
