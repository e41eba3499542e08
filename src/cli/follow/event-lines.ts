/** An event as lines for people: what the log of a terminal or of CI shows. */
import { formatDuration } from '../text/time.ts';
import { clean, cleanLines, pad, widthOf } from '../text/width.ts';
import { colourOf, stateText, type Paint } from '../text/style.ts';
import type { RunEvent } from './run-events.ts';
import { stepName, type RunView } from './run-view.ts';

export type LineOptions = {
  readonly paint: Paint;
  clock(instant: string): string;
};

type LogLine = { readonly at: string; readonly level: string; readonly text: string };

/** The lines of an event; none for those that only move a progress bar.
 *  @param run as it is after the event. */
export function eventLines(
  { type, at, payload }: RunEvent,
  run: RunView,
  { paint, clock }: LineOptions,
): string[] {
  const time = (instant: string) => paint('dim', clock(instant));
  const name = nameColumn(run, payload['pos']);
  const line = (text: string) => [`${time(at)}  ${text}`];
  const text = (field: string) => clean(String(payload[field] ?? ''));
  switch (type) {
    case 'run.queued':
      if (payload['promoted']) return line('its turn has come: queued');
      return line(
        payload['state'] === 'waiting' ? 'waits behind the active run of its scenario' : 'queued',
      );
    case 'run.started':
      return line('started');
    case 'run.handed_over':
      return line('its worker stops: another one goes on');
    case 'run.cancel_requested':
      return line(paint('yellow', `cancel requested${reasonText(payload)}`));
    case 'run.late':
      return line(paint('yellow', 'late'));
    case 'run.finished':
      return [];
    case 'step.started': {
      const attempt = Number(payload['attempt'] ?? 1);
      return line(`${name}  started${attempt > 1 ? `, attempt ${attempt}` : ''}`);
    }
    case 'step.retrying': {
      const pause = formatDuration(Number(payload['delay_ms'] ?? 0));
      return line(
        `${name}  ${paint('yellow', `attempt ${text('attempt')} failed`)}${reasonText(payload)}; again in ${pause}`,
      );
    }
    case 'attempt.lost':
      return line(
        `${name}  ${paint('yellow', `attempt ${text('attempt')} lost`)}${reasonText(payload)}`,
      );
    case 'step.finished': {
      const { startedAt = null } = run.steps.find(({ pos }) => pos === payload['pos']) ?? {};
      const took = startedAt === null ? '' : ` in ${formatDuration(msBetween(startedAt, at))}`;
      const state = text('state');
      return line(
        `${name}  ${paint(colourOf(state), stateText(state))}${took}${reasonText(payload)}`,
      );
    }
    case 'step.progress':
      return [];
    case 'log':
      return logLines(payload).flatMap((each) =>
        cleanLines(each.text)
          .split('\n')
          .map(
            (part) =>
              `${time(each.at)}  ${name}  ${paint('dim', '|')} ${levelled(each, part, paint)}`,
          ),
      );
    default:
      return line(`${type} ${clean(JSON.stringify(payload))}`);
  }
}

/** The lines of a `log` event. */
export function logLines(payload: RunEvent['payload']): readonly LogLine[] {
  const { lines } = payload;
  return Array.isArray(lines) ? (lines as LogLine[]) : [];
}

export const msBetween = (from: string, to: string): number =>
  Temporal.Instant.from(to).epochMilliseconds - Temporal.Instant.from(from).epochMilliseconds;

function nameColumn(run: RunView, pos: unknown): string {
  // Longer names would leave no room for what they say.
  const width = Math.min(24, Math.max(0, ...run.steps.map((step) => widthOf(step.name))));
  return pad(clean(stepName(run, pos)), width);
}

function reasonText(payload: RunEvent['payload']): string {
  const reason = payload['reason'];
  return typeof reason === 'string' && reason !== '' ? `: ${clean(reason)}` : '';
}

function levelled({ level }: LogLine, text: string, paint: Paint): string {
  if (level === 'error') return paint('red', text);
  return level === 'warn' ? paint('yellow', text) : text;
}
