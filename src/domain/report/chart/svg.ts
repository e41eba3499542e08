/** A chart as SVG, drawn here without a browser: same options for page, paper and mail. */
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, setPlatformAPI, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { CardView } from '../../dashboard/view.ts';
import { measure } from '../font/measure.ts';
import { paletteOf, SANS } from '../look.ts';
import { barChart, type Drawn } from './bar.ts';
import { chartData, type Data } from './data.ts';
import type { Frame } from './frame.ts';
import { trendChart } from './kpi.ts';
import { lineChart } from './line.ts';
import { pieChart } from './pie.ts';

// Areas that are neither drawn nor filled.
const UNSEEN = /<(path|rect) (?:(?!stroke=)[^>])*fill="none"(?:(?!stroke=)[^>])*><\/\1>/g;
const LETTERS = / style="(?:font-size:([\d.]+)px;font-family:|font: \w+ \w+ ([\d.]+)px )[^"]*"/g;

export type Picture = { readonly svg: string; readonly notes: readonly string[] };

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, SVGRenderer]);
// Without a browser it would guess how wide words are; labels that are longer would be cut.
setPlatformAPI({
  measureText(text: string, font: string) {
    const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12);
    return { width: measure(text, size, /\b(bold|[6-9]00)\b/.test(font)) };
  },
});

/** @param id is part of the ids within, so that several pictures stand in one document. */
export function drawChart(card: CardView, frame: Omit<Frame, 'palette'>, id: string): Picture {
  const data = chartData(card);
  const whole = { ...frame, palette: paletteOf(card.options.palette) };
  const { option, notes } = drawn(card, data, whole);
  const more = data.leftOut > 0 ? [`${data.leftOut} more series are not drawn.`] : [];
  return { svg: draw(option, whole, id), notes: [...notes, ...more] };
}

export function drawTrend(data: Data, frame: Omit<Frame, 'palette'>, id: string): string {
  const whole = { ...frame, palette: paletteOf() };
  return draw(trendChart(data).option, whole, id);
}

function drawn({ visualisation, options }: CardView, data: Data, frame: Frame): Drawn {
  const stacked = options.stacked === true;
  switch (visualisation) {
    case 'bar':
      return barChart(data, frame, stacked);
    case 'pie':
      return pieChart(data, frame);
    case 'kpi':
      return trendChart(data);
    default:
      return lineChart(data, frame, { area: visualisation === 'area', stacked });
  }
}

function draw(option: EChartsCoreOption, frame: Frame, id: string): string {
  const size = { width: Math.floor(frame.width), height: Math.floor(frame.height) };
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      color: [...frame.palette],
      textStyle: { fontFamily: SANS, fontSize: frame.fontSize },
      ...option,
    });
    return clean(chart.renderToSVGString(), id);
  } finally {
    chart.dispose();
  }
}

/** Without what only a pointer would use and what is not seen, which is half of it; in ids that no other picture has,
 *  in the letters of what it stands in, scaled by its box. */
function clean(svg: string, id: string): string {
  return svg
    .replaceAll(UNSEEN, '')
    .replaceAll(LETTERS, ' style="font-size:$1$2px"')
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ (class|ecmeta_\w+|pointer-events|xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replaceAll(/>\s+</g, '><');
}
