/** Draws dashboards on a thread of its own, so that the worker's other runs, its lease and its ticker go on; two
 *  reports at a time. A thread ends with its report, or at once with the signal. */
import { Worker } from 'node:worker_threads';
import type { DashboardView } from '#domain/dashboard/view.ts';
import { createLanes } from '#domain/mail/lanes.ts';
import type { MailFile } from '#domain/mail/send-mail.ts';
import type { MailWords, ReportMail } from '#domain/report/mail.ts';

export type Task =
  | { readonly draw: 'page'; readonly mode: 'page' | 'print' }
  | { readonly draw: 'mail'; readonly words: MailWords }
  | { readonly draw: 'csv' };

export type Answer = { readonly value: unknown } | { readonly error: string };

export type Drawing = {
  page(mode: 'page' | 'print'): Promise<string>;
  mail(words: MailWords): Promise<ReportMail>;
  csv(): Promise<MailFile[]>;
};

// Each takes a core and, with large tables, some hundred MB.
const lanes = createLanes(2);

/** Hands `work` what draws these dashboards. @throws the signal's reason, once it is aborted. */
export async function drawing<T>(
  views: readonly DashboardView[],
  signal: AbortSignal,
  work: (drawing: Drawing) => Promise<T>,
): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  // Heard by whoever waits; nobody may be waiting.
  stopped.promise.catch(() => {});
  const stop = () => stopped.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const turn = lanes.enter(async () => {
      signal.throwIfAborted();
      await using thread = startThread(views, stopped.promise);
      return await Promise.race([stopped.promise, work(thread)]);
    });
    // Told to stop while it waits for its turn it does not wait on.
    turn.catch(() => {});
    return await Promise.race([stopped.promise, turn]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function startThread(views: readonly DashboardView[], stopped: Promise<never>) {
  const thread = new Worker(new URL('./render-thread.ts', import.meta.url), { workerData: views });
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  thread.once('error', ended.reject);
  thread.once('exit', () => ended.reject(new Error('the thread that draws reports ended')));

  async function ask(task: Task): Promise<unknown> {
    const answered = new Promise<Answer>((done) => thread.once('message', done));
    thread.postMessage(task);
    const answer = await Promise.race([stopped, ended.promise, answered]);
    if ('error' in answer) throw new Error(`the report could not be drawn: ${answer.error}`);
    return answer.value;
  }

  return {
    page: async (mode: 'page' | 'print') => (await ask({ draw: 'page', mode })) as string,
    async mail(words: MailWords): Promise<ReportMail> {
      const { html, text, images } = (await ask({ draw: 'mail', words })) as ReportMail;
      return { html, text, images: images.map(({ cid, png }) => ({ cid, png: toBuffer(png) })) };
    },
    async csv(): Promise<MailFile[]> {
      const files = (await ask({ draw: 'csv' })) as MailFile[];
      return files.map((file) => ({ ...file, bytes: toBuffer(file.bytes) }));
    },
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}

/** A buffer that came from another thread is a plain array of bytes. */
const toBuffer = ({ buffer, byteOffset, length }: Uint8Array) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, length);
