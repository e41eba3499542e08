/** What charts with axes share: the size they are made for, grid, axes and the key above. */
import type { Cell, Column } from '../../dashboard/view.ts';
import { measure, fit } from '../font/measure.ts';
import { toDate, type Format } from '../format.ts';
import { LOOK } from '../look.ts';
import type { Series } from './data.ts';

export type Frame = {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  readonly format: Format;
  readonly locale: string;
  readonly palette: readonly string[];
};

export const GAP = 8;

const LINE_EM = 1.6;
// Between names, and between the lines of the key.
const ITEM_GAP = 12;

/** The key: names of series, in as many lines as they take, a third of the picture at most. Nothing for one series,
 *  which the title names. */
export function keyOf(series: readonly Series[], { width, height, fontSize }: Frame) {
  if (series.length < 2) return { legend: { show: false }, height: 0, notes: [] };
  const mark = fontSize * 1.1;
  const most = Math.min(width / 2, 24 * fontSize) - mark - GAP;
  const names = series.map(({ name }) => fit(name, most, fontSize));
  const line = fontSize + ITEM_GAP;
  const mostLines = Math.max(1, Math.floor((height / 3 + ITEM_GAP) / line));
  let [lines, used, shown] = [1, 0, 0];
  for (const name of names) {
    const wide = mark + 5 + measure(name, fontSize) + ITEM_GAP;
    if (used > 0 && used + wide > width - 2) {
      if (lines === mostLines) break;
      [lines, used] = [lines + 1, 0];
    }
    used += wide;
    shown += 1;
  }
  const short = new Map(series.map(({ name }, at) => [name, names[at] ?? name]));
  const notes =
    shown < series.length ? [`The key names the first ${shown} of ${series.length}.`] : [];
  return {
    notes,
    height: (lines - 1) * line + fontSize * LINE_EM,
    legend: {
      show: true,
      left: 0,
      top: 0,
      padding: 0,
      itemGap: ITEM_GAP,
      itemWidth: mark,
      itemHeight: fontSize * 0.7,
      icon: 'roundRect',
      data: series.slice(0, shown).map(({ name }) => name),
      textStyle: { color: LOOK.ink2, fontSize },
      formatter: (name: string) => short.get(name) ?? name,
    },
  };
}

export function valueAxis(
  { format, fontSize, height, width }: Frame,
  direction: 'up' | 'across',
  scale: boolean,
) {
  const room = direction === 'up' ? height / (fontSize * 4) : width / (fontSize * 9);
  return {
    type: 'value' as const,
    scale,
    splitNumber: Math.max(2, Math.min(5, Math.floor(room))),
    axisLabel: { formatter: format.short, color: LOOK.ink3, fontSize, hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: LOOK.line, width: 1 } },
  };
}

/** Categories as they are; `names` are already cut to the room that they have. */
export function categoryAxis({ fontSize }: Frame, names: readonly string[], every: boolean) {
  return {
    type: 'category' as const,
    data: names.map((value) => ({ value })),
    axisLabel: {
      color: LOOK.ink2,
      fontSize,
      ...(every ? { interval: 0 } : { hideOverlap: true }),
    },
    axisLine: { lineStyle: { color: LOOK.lineStrong } },
    axisTick: { show: false },
  };
}

/** The moment as an axis that counts in UTC shows it; null: no such time. */
export function onAxis(cell: Cell): number | null {
  return cell === null ? null : (toDate(String(cell))?.getTime() ?? null);
}

export const isTime = ({ type }: Column) => type === 'date' || type === 'timestamp';
