/** Lines and areas, along times as far apart as they are, or along categories one after another. */
import { gridBelow, type Drawn } from './bar.ts';
import type { Data } from './data.ts';
import { categoryAxis, isTime, keyOf, onAxis, valueAxis, type Frame } from './frame.ts';
import { timeAxis } from './time-axis.ts';

// Dots that touch each other say nothing.
const ROOM_OF_A_DOT = 14;

export function lineChart(
  data: Data,
  frame: Frame,
  look: { area: boolean; stacked: boolean },
): Drawn {
  const key = keyOf(data.series, frame);
  const along = isTime(data.x) ? data.at.map((cell) => onAxis(cell)) : data.at.map((_, at) => at);
  const times = along.filter((at) => at !== null);
  const xAxis = isTime(data.x)
    ? timeAxis(frame, times)
    : {
        ...categoryAxis(
          frame,
          data.at.map((cell) => frame.format.cell(cell, data.x)),
          false,
        ),
        boundaryGap: false,
      };
  const dotted = times.length * ROOM_OF_A_DOT < frame.width;
  const series = data.series.map(({ name, values }) => {
    const points = along
      .map((x, at) => ({ x, y: values[at] ?? null }))
      .filter((point): point is { x: number; y: number | null } => point.x !== null)
      .toSorted((a, b) => a.x - b.x);
    return {
      type: 'line' as const,
      name,
      data: points.map(({ x, y }, at) => {
        // A line from nowhere to nowhere would not be seen.
        const alone = points[at - 1]?.y == null && points[at + 1]?.y == null;
        return dotted || alone ? { value: [x, y], symbol: 'circle' } : [x, y];
      }),
      // A dot of no size would be made for every point all the same: a third of the time.
      symbol: 'none',
      symbolSize: 5,
      showSymbol: true,
      connectNulls: false,
      stack: look.stacked ? 'all' : undefined,
      lineStyle: { width: 2 },
      ...(look.area && { areaStyle: { opacity: look.stacked ? 0.75 : 0.16 } }),
    };
  });
  const option = {
    useUTC: true,
    grid: { ...gridBelow(key.height, frame.fontSize * 0.6), right: frame.fontSize * 1.2 },
    legend: key.legend,
    xAxis,
    yAxis: valueAxis(frame, 'up', !look.area && isHigh(data)),
    series,
  };
  return { option, notes: key.notes };
}

/** Far from zero, so that its ups and downs would be a flat line. */
function isHigh({ series }: Data): boolean {
  const values = series.flatMap((each) => each.values.filter((value) => value !== null));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least > 0 && least > 0.8 * most;
}
