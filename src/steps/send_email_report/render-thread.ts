/** The thread that draws: 8 cards as pictures take 0.6 s, 160 take 15 s, in which a worker would lose its lease. */
import { parentPort } from 'node:worker_threads';
import type { DashboardView } from '#domain/dashboard/view.ts';
import { renderMail } from '#domain/report/mail.ts';
import { renderPage } from '#domain/report/page.ts';
import { csvFiles } from './files.ts';
import type { Answer, Task } from './threads.ts';

let views: readonly DashboardView[] = [];

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(answer(task));
});

function answer(task: Task): Answer {
  try {
    return { value: draw(task) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function draw(task: Task) {
  switch (task.draw) {
    case 'take':
      views = task.views;
      return null;
    case 'page':
      return renderPage(views, { mode: task.mode });
    case 'mail':
      return renderMail(views, task.words);
    case 'csv':
      return csvFiles(views);
  }
}
