/** Where a followed run is drawn: lines that stay, and on a terminal a block below them that is drawn anew. */
import type { Io, TextStream } from '../io.ts';
import { widthOf } from '../text/width.ts';

export type Screen = Disposable & {
  /** Lines that stay. */
  print(lines: readonly string[]): void;
  /** Asks for the block to be drawn soon. */
  touch(): void;
  /** Takes the block away until `resume`, so that something can be asked. */
  pause(): void;
  resume(): void;
};

/** For files, pipes and CI: lines only. */
export function plainScreen(stdout: TextStream): Screen {
  return {
    print: (lines) => void (lines.length > 0 && stdout.write(`${lines.join('\n')}\n`)),
    touch() {},
    pause() {},
    resume() {},
    [Symbol.dispose]() {},
  };
}

// Ten drawings a second are smooth, and cheap over a slow line.
const DRAW_MS = 100;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** @param block its lines as they are now, given the columns and rows there are. */
export function liveScreen(
  { stdout }: Pick<Io, 'stdout'>,
  block: (columns: number, rows: number) => readonly string[],
): Screen {
  let drawn = 0;
  let pending: string[] = [];
  let paused = false;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;

  const erase = () => (drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : '');
  const draw = () => {
    timer = null;
    if (paused || closed) return;
    const { columns = 80, rows = 24 } = stdout;
    const lines = block(columns, rows);
    const kept = pending.map((line) => `${line}\n`).join('');
    stdout.write(`${erase()}${kept}${lines.map((line) => `${line}\n`).join('')}`);
    pending = [];
    // A line that is wider than the terminal takes more than one of its rows.
    drawn = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  };
  const touch = () => {
    timer ??= setTimeout(draw, DRAW_MS);
  };
  // Elapsed times go on while nothing happens.
  const ticking = setInterval(touch, 1_000);
  const leave = () => stdout.write(SHOW_CURSOR);
  process.on('exit', leave);
  stdout.write(HIDE_CURSOR);
  return {
    print(lines) {
      pending.push(...lines);
      touch();
    },
    touch,
    pause() {
      draw();
      paused = true;
      stdout.write(`${erase()}${SHOW_CURSOR}`);
      drawn = 0;
    },
    resume() {
      if (closed) return;
      paused = false;
      stdout.write(HIDE_CURSOR);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(ticking);
      if (timer) clearTimeout(timer);
      paused = false;
      draw();
      closed = true;
      process.off('exit', leave);
      leave();
    },
  };
}
