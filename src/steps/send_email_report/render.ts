/** Draws dashboards on a thread of its own, so that the worker's other runs, its lease and its ticker go on; two
 *  reports at a time. With the signal a thread ends at once. */
import type { DashboardView } from '#domain/dashboard/view.ts';
import { createLanes } from '#domain/mail/lanes.ts';
import type { MailFile } from '#domain/mail/send-mail.ts';
import type { MailWords, ReportMail } from '#domain/report/mail.ts';
import { takeThread, type Task, type Thread } from './threads.ts';

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
      const thread = takeThread();
      try {
        const result = await Promise.race([stopped.promise, drawOn(thread, views, work)]);
        await thread.giveBack();
        return result;
      } catch (error) {
        await thread.end();
        throw error;
      }
    });
    // Told to stop while it waits for its turn it does not wait on.
    turn.catch(() => {});
    return await Promise.race([stopped.promise, turn]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function drawOn<T>(
  thread: Thread,
  views: readonly DashboardView[],
  work: (drawing: Drawing) => Promise<T>,
): Promise<T> {
  const ask = (task: Task) => thread.ask(task);
  await ask({ draw: 'take', views });
  return work({
    page: async (mode) => (await ask({ draw: 'page', mode })) as string,
    async mail(words) {
      const { html, text, images } = (await ask({ draw: 'mail', words })) as ReportMail;
      return { html, text, images: images.map(({ cid, png }) => ({ cid, png: toBuffer(png) })) };
    },
    async csv() {
      const files = (await ask({ draw: 'csv' })) as MailFile[];
      return files.map((file) => ({ ...file, bytes: toBuffer(file.bytes) }));
    },
  });
}

/** A buffer that came from another thread is a plain array of bytes. */
const toBuffer = ({ buffer, byteOffset, length }: Uint8Array) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, length);
