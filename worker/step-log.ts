/** A step's log lines and progress on their way to the journal: gathered for a tenth of a second, so that a chatty
 *  step costs ten events a second and not ten thousand, and capped, so that none fills the disk. */
import type { RunEvent } from '#domain/event/event.ts';
import type { Json } from '#domain/step/kind.ts';

export const GATHER_MS = 100;
export const MAX_LINES = 10_000;
export const MAX_BYTES = 5 * 1024 * 1024;

export type LogLevel = 'info' | 'warn' | 'error';
export type Progress = {
  done: number;
  total: number | null;
  note: string | null;
  detail?: Json;
};

export type StepLog = {
  log(line: string, level?: LogLevel): void;
  progress(done: number, total: number | null, note?: string, detail?: Json): void;
  /** Hands over what has gathered and ends the gathering; lines that come later are lost on purpose. */
  close(): { events: RunEvent[]; progress: Progress | null };
};

type Line = { at: string; level: LogLevel; text: string };

/** @param emit receives what gathered, at most every 100 ms. */
export function createStepLog(
  pos: number,
  emit: (events: RunEvent[], progress: Progress | null) => void,
): StepLog {
  let lines: Line[] = [];
  let progress: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  let count = 0;
  let bytes = 0;
  let closed = false;

  function take(): { events: RunEvent[]; progress: Progress | null } {
    if (timer) clearTimeout(timer);
    timer = null;
    const events: RunEvent[] = [];
    if (lines.length > 0) events.push({ type: 'log', payload: { pos, lines: lines } });
    if (progress) events.push({ type: 'step.progress', payload: { pos, ...progress } });
    const taken = { events, progress };
    lines = [];
    progress = null;
    return taken;
  }

  function gather() {
    timer ??= setTimeout(() => {
      const taken = take();
      emit(taken.events, taken.progress);
    }, GATHER_MS);
  }

  return {
    log(line, level = 'info') {
      if (closed || count > MAX_LINES || bytes > MAX_BYTES) return;
      count += 1;
      bytes += Buffer.byteLength(line);
      const full = count > MAX_LINES || bytes > MAX_BYTES;
      const text = full ? 'The log was truncated here: 10,000 lines or 5 MB are kept.' : line;
      lines.push({ at: new Date().toISOString(), level: full ? 'warn' : level, text });
      gather();
    },
    progress(done, total, note, detail) {
      if (closed) return;
      progress = { done, total, note: note ?? null, ...(detail !== undefined && { detail }) };
      gather();
    },
    close() {
      closed = true;
      return take();
    },
  };
}
