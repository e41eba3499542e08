/** The live block: a line a step, with a bar where the step tells how far it is. */
import { colourOf, stateText, type Paint } from '../text/style.ts';
import { formatDuration } from '../text/time.ts';
import { clean, fit, pad, widthOf } from '../text/width.ts';
import { msBetween } from './event-lines.ts';
import type { Progress, RunView, StepView } from './run-view.ts';

const SIGNS: Readonly<Record<string, string>> = {
  PENDING: '○',
  RUNNING: '●',
  SUCCEEDED: '✓',
  FAILED: '✗',
  CANCELLED: '■',
  SKIPPED: '–',
  ROLLED_BACK: '↺',
  REUSED: '↷',
};
const BAR = 20;
// Above the block there must be room for what the steps say.
const LEAST_ROWS_ABOVE = 5;

/** @param now what running steps are measured against. @param isOver leaves out the line that says what goes on. */
export function blockLines(
  run: RunView,
  now: string,
  { paint, columns, rows }: { paint: Paint; columns: number; rows: number },
  isOver = false,
): string[] {
  // Why steps failed stands above by then.
  const steps = isOver ? run.steps.map((step) => ({ ...step, reason: null })) : run.steps;
  const names = Math.min(24, Math.max(...run.steps.map(({ name }) => widthOf(clean(name))), 0));
  const shown = window(steps, Math.max(3, rows - LEAST_ROWS_ABOVE));
  const lines = shown.map((step) =>
    typeof step === 'number'
      ? paint('dim', `  … ${step} more`)
      : stepLine(step, now, names, { paint, columns }),
  );
  if (isOver) return ['', ...lines];
  const state = run.startedAt === null ? stateText(run.state) : 'running';
  const since = run.startedAt === null ? '' : ` ${formatDuration(msBetween(run.startedAt, now))}`;
  const left = run.steps.filter(
    ({ state: each }) => each === 'PENDING' || each === 'RUNNING',
  ).length;
  const done = `${run.steps.length - left} of ${run.steps.length} steps`;
  const head = fit(
    `run ${run.databaseId}  ${state}${since}  ${done}  Ctrl-C leaves it going`,
    columns - 1,
  );
  return ['', ...lines, paint('dim', head)];
}

function stepLine(
  step: StepView,
  now: string,
  names: number,
  { paint, columns }: { paint: Paint; columns: number },
): string {
  const { state, startedAt, finishedAt, reason, progress, attempt } = step;
  const took = startedAt === null ? '' : formatDuration(msBetween(startedAt, finishedAt ?? now));
  const isRunning = state === 'RUNNING';
  const retried = isRunning && attempt > 1 ? `attempt ${attempt}` : '';
  const told = isRunning && progress ? progressText(progress) : '';
  const why = reason === null ? '' : clean(reason);
  const start = `${SIGNS[state] ?? '?'} ${pad(fit(clean(step.name), names), names)}  `;
  const rest = [pad(stateText(state), 11), pad(took, 11), told, retried, why].filter(Boolean);
  const text = fit(`${start}${rest.join('  ')}`.trimEnd(), columns - 1);
  return `${paint(colourOf(state), text.slice(0, start.length))}${text.slice(start.length)}`;
}

/** `████████░░░░ 64 %  64,000 of 100,000  orders.csv`. */
function progressText({ done, total, note }: Progress): string {
  const number = (value: number) => value.toLocaleString('en');
  const about = note ? `  ${clean(note)}` : '';
  if (total === null || total <= 0) return `${number(done)}${about}`;
  const part = Math.min(1, Math.max(0, done / total));
  const full = Math.round(part * BAR);
  const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${bar} ${percent} %  ${number(done)} of ${number(total)}${about}`;
}

/** As many steps as there is room for, those around the ones that run; numbers stand for what is left out. */
function window(steps: readonly StepView[], room: number): (StepView | number)[] {
  if (steps.length <= room) return [...steps];
  const running = steps.findIndex(({ state }) => state === 'RUNNING');
  const ended = steps.findLastIndex(({ state }) => state !== 'PENDING');
  const middle = Math.max(running === -1 ? ended : running, 0);
  const inner = room - 2;
  const from = Math.min(Math.max(0, middle - 1), steps.length - inner);
  const shown: (StepView | number)[] = steps.slice(from, from + inner);
  if (from > 0) shown.unshift(from);
  const after = steps.length - from - inner;
  if (after > 0) shown.push(after);
  return shown;
}
