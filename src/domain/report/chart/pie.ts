/** Shares of a whole: a ring, its key with values and shares beside it, or below where the picture is narrow. */
import { fit, measure } from '../font/measure.ts';
import { LOOK } from '../look.ts';
import type { Drawn } from './bar.ts';
import type { Data } from './data.ts';
import { GAP, type Frame } from './frame.ts';

type Slice = { readonly name: string; readonly value: number; readonly colour?: string };
// Beyond that neither colours nor angles can be told apart.
const MOST = 7;

export function pieChart(data: Data, frame: Frame): Drawn {
  const { width, height, fontSize } = frame;
  const beside = width >= 1.3 * height;
  const line = fontSize * 1.7;
  const most = Math.max(2, Math.min(MOST, Math.floor((beside ? height : height * 0.5) / line)));
  const { slices, notes } = slicesOf(data, frame, most);
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const size = beside
    ? Math.min(height, width * 0.45)
    : Math.max(4 * line, height - slices.length * line - GAP);
  const room = beside ? width - size - 3 * GAP : width;
  const words = slices.map(({ name, value }) => {
    const part = share(value, total, frame.locale);
    const whole = `${frame.format.value(value)} · ${part}`;
    const besides = fontSize * 1.6 + measure('   ', fontSize) + 3 * fontSize;
    // Where both have no room beside the least of a name, the share says more.
    const figures = measure(whole, fontSize) + besides > room ? part : whole;
    const left = room - besides + 3 * fontSize - measure(figures, fontSize);
    return `${apart(fit(name, Math.max(left, 3 * fontSize), fontSize))}   ${figures}`;
  });
  const option = {
    legend: {
      orient: 'vertical',
      left: beside ? size + 2 * GAP : 0,
      ...(beside ? { top: 'middle' } : { bottom: 0 }),
      padding: 0,
      itemGap: line - fontSize,
      itemWidth: fontSize * 0.9,
      itemHeight: fontSize * 0.9,
      icon: 'roundRect',
      data: slices.map((_, at) => String(at)),
      formatter: (at: string) => words[Number(at)] ?? '',
      textStyle: { color: LOOK.ink, fontSize },
    },
    series: [
      {
        type: 'pie' as const,
        radius: [size * 0.28, size * 0.48],
        center: [beside ? size / 2 : width / 2, beside ? height / 2 : size / 2],
        label: { show: false },
        labelLine: { show: false },
        itemStyle: { borderColor: LOOK.surface, borderWidth: 1.5 },
        data: slices.map(({ value, colour }, at) => ({
          name: String(at),
          value,
          ...(colour !== undefined && { itemStyle: { color: colour } }),
        })),
      },
    ],
  };
  return { option, notes };
}

/** The largest first. Each has the colour of its place among the rows, as it has in a chart of the same rows beside it;
 *  where there are more rows than colours, of its place in the ring. */
function slicesOf(data: Data, { format, palette }: Frame, most: number) {
  const values = data.series[0]?.values ?? [];
  const all = data.at.map((cell, at) => ({
    name: format.cell(cell, data.x),
    value: values[at] ?? 0,
    ...(data.at.length <= palette.length && { colour: palette[at]! }),
  }));
  const positive = all.filter(({ value }) => value > 0).toSorted((a, b) => b.value - a.value);
  const notes = all.some(({ value }) => value < 0)
    ? ['Values below zero have no share and are left out.']
    : [];
  if (positive.length <= most) return { slices: positive, notes };
  const rest = positive.slice(most - 1);
  const others: Slice = {
    name: `${rest.length} others`,
    value: rest.reduce((sum, { value }) => sum + value, 0),
  };
  return { slices: [...positive.slice(0, most - 1), others], notes };
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
/** A name that is read from the right does not take the figures after it along. */
const apart = (name: string) => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name);

function share(value: number, total: number, locale: string): string {
  const part = total > 0 ? value / total : 0;
  if (part < 0.0005) return `<${share(1, 1_000, locale)}`;
  const digits = { style: 'percent', maximumFractionDigits: part < 0.1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(locale, digits).format(part);
}
