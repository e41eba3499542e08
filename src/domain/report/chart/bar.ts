/** Bars: upright along times, numbers and short names; lying where names are long, since they must be read. */
import type { EChartsCoreOption } from 'echarts/core';
import { fit, measure } from '../font/measure.ts';
import type { Data } from './data.ts';
import { categoryAxis, GAP, isTime, keyOf, onAxis, valueAxis, type Frame } from './frame.ts';
import { areMonths } from './time-axis.ts';

export type Drawn = { readonly option: EChartsCoreOption; readonly notes: readonly string[] };

export function barChart(data: Data, frame: Frame, stacked: boolean): Drawn {
  const names = namesOf(data, frame);
  const slot = (frame.width - 5 * frame.fontSize) / Math.max(1, names.length);
  const tooWide = names.some((name) => measure(name, frame.fontSize) > slot - GAP / 2);
  const lying = tooWide && !isTime(data.x);
  return lying ? lyingBars(data, names, frame, stacked) : uprightBars(data, names, frame, stacked);
}

/** Months by their names alone. */
function namesOf({ at, x }: Data, { format, locale }: Frame): string[] {
  const times = isTime(x) ? at.map(onAxis) : [];
  const known = times.filter((time) => time !== null);
  if (known.length !== at.length || !areMonths(known)) {
    return at.map((cell) => format.cell(cell, x));
  }
  const month = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    month: 'short',
    year: 'numeric',
  });
  return known.map((time) => month.format(time));
}

function uprightBars(data: Data, names: readonly string[], frame: Frame, stacked: boolean): Drawn {
  const key = keyOf(data.series, frame);
  const slot = (frame.width - 5 * frame.fontSize) / Math.max(1, names.length);
  const values = data.series[0]?.values ?? [];
  const widest = Math.max(
    ...values.map((v) => (v === null ? 0 : measure(frame.format.short(v), frame.fontSize))),
  );
  const labelled = data.series.length === 1 && widest < slot - GAP / 2;
  const option = {
    grid: gridBelow(key.height, labelled ? frame.fontSize * 1.2 : frame.fontSize * 0.6),
    legend: key.legend,
    xAxis: categoryAxis(frame, names, !isTime(data.x)),
    yAxis: valueAxis(frame, 'up', false),
    series: barSeries(data, frame, { stacked, labelled, radius: [2, 2, 0, 0] }),
  };
  return { option, notes: key.notes };
}

function lyingBars(data: Data, names: readonly string[], frame: Frame, stacked: boolean): Drawn {
  const { width, height, fontSize } = frame;
  const key = keyOf(data.series, frame);
  const side = stacked ? 1 : data.series.length;
  const each = fontSize * Math.max(1.35, 0.75 * side);
  const labelled = data.series.length === 1;
  const room = height - key.height - (labelled ? 0 : fontSize * 2);
  const fits = Math.max(1, Math.floor(room / each));
  const shown = names.length > fits ? fits : names.length;
  const most = width * 0.4;
  const short = names.slice(0, shown).map((name) => fit(name, most, fontSize));
  const kept: Data = {
    ...data,
    series: data.series.map(({ name, values }) => ({ name, values: values.slice(0, shown) })),
  };
  const values = kept.series[0]?.values ?? [];
  const label = labelled
    ? Math.max(...values.map((v) => (v === null ? 0 : measure(frame.format.value(v), fontSize))))
    : 0;
  const axis = valueAxis(frame, 'across', false);
  const option = {
    grid: { ...gridBelow(key.height, 2), right: Math.max(label + GAP, fontSize * 1.5) },
    legend: key.legend,
    xAxis: labelled ? { ...axis, axisLabel: { show: false }, splitLine: { show: false } } : axis,
    yAxis: { ...categoryAxis(frame, short, true), inverse: true },
    series: barSeries(kept, frame, { stacked, labelled, radius: [0, 2, 2, 0] }),
  };
  const rest = shown < names.length ? [`The first ${shown} of ${names.length} are shown.`] : [];
  return { option, notes: [...key.notes, ...rest] };
}

/** All that stands beside the axes is within the picture. */
export function gridBelow(key: number, above: number) {
  const edge = { left: 2, right: GAP, bottom: 2, top: key + above + 2 };
  return { ...edge, outerBoundsMode: 'same', outerBoundsContain: 'all' };
}

type BarLook = {
  readonly stacked: boolean;
  readonly labelled: boolean;
  readonly radius: readonly number[];
};

function barSeries({ series }: Data, frame: Frame, { stacked, labelled, radius }: BarLook) {
  const lying = radius[0] === 0;
  return series.map(({ name, values }) => ({
    type: 'bar' as const,
    name,
    data: values,
    stack: stacked ? 'all' : undefined,
    barMaxWidth: frame.fontSize * 4,
    barCategoryGap: '28%',
    barGap: '8%',
    itemStyle: { borderRadius: stacked ? 0 : radius },
    label: {
      show: labelled,
      position: lying ? 'right' : 'top',
      distance: 4,
      color: '#1d1e20',
      fontSize: frame.fontSize,
      formatter: ({ value }: { value: unknown }) =>
        typeof value === 'number' ? frame.format[lying ? 'value' : 'short'](value) : '',
    },
  }));
}
