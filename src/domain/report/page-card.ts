/** A card on a page or on paper. */
import { escapeHtml } from '#platform/html.ts';
import type { CardView, DashboardView } from '../dashboard/view.ts';
import { figureOf } from './chart/kpi.ts';
import { drawChart, drawTrend } from './chart/svg.ts';
import { fit, measure } from './font/measure.ts';
import { LOCALE, type Format } from './format.ts';
import { blocksOf, type Block, type Placed } from './layout.ts';
import { PAPER, SCREEN } from './page-style.ts';
import { isLongCell, moreOf, narrowed, naturalWidth, tableOf, type Table } from './table.ts';
import {
  describeChart,
  FAILED,
  formatOf,
  isChart,
  nothingIn,
  paragraphsOf,
  problemOf,
} from './words.ts';

export type CardContext = {
  readonly view: DashboardView;
  readonly locale: string | undefined;
  /** Of the dashboard, unlike all others in the document. */
  readonly id: string;
};

type Box = { readonly width: number; readonly height: number; readonly fontSize: number };
type Drawing = CardContext & { readonly box: Box; readonly narrow: Box | null };

const PX_PER_MM = 96 / 25.4;
const PT = 96 / 72;
const PRINT_TABLE = { rows: 2_000, columns: 24 };
const PAGE_TABLE = { rows: 1_000, columns: 60 };
// 8.5pt in lines of 1.3, with 0.75 mm above and below and a line of a pixel.
const PRINT_ROW_MM = 5.7;
const TITLE_PX = 15 * PT;
const LEAST_VALUE_PX = 12;
const TABLE_FONT_PX = 8.5 * PT;
const SMALL_FONT_PX = 6.5 * PT;
const WORDS_LINE_PX = TABLE_FONT_PX * 1.35;
// On paper they are a little smaller.
const NOTE_PX = 12;
const NOTE_GAP_PX = 6;
const CELL_PADDING_PX = 2 * PX_PER_MM + 1;

export function pageCard({ card, place }: Placed, context: CardContext): string {
  const { width, unit, gap, pad } = SCREEN;
  const column = (width - 11 * gap) / 12;
  const box = {
    width: place.w * column + (place.w - 1) * gap - 2 * pad,
    height: Math.max(90, place.h * unit + (place.h - 1) * gap - 2 * pad - 28),
    fontSize: 12,
  };
  const narrow = { width: 334, height: card.visualisation === 'pie' ? 300 : 220, fontSize: 12 };
  const area = `grid-area:${place.y + 1}/${place.x + 1}/span ${place.h}/span ${place.w}`;
  const drawing = { ...context, box, narrow };
  return frameOf(card, area, place.h === 1, bodyOf(card, drawing, pageTable), drawing);
}

/** Whether a dashboard's name takes two lines on paper, in smaller letters. */
export function hasLongTitle({ title }: DashboardView): boolean {
  return measure(title, TITLE_PX, true) > PAPER.width * PX_PER_MM * 0.58;
}

/** What stands on paper: bands that are never cut, and tables and texts that go on over pages. */
export function printBlocks(context: CardContext): string {
  const { view } = context;
  const { band, gap, unit } = PAPER;
  // A band that does not fit beneath the heading would leave the first page to the heading alone.
  const above = (hasLongTitle(view) ? 5 : 0) + (view.leftOut > 0 ? 10 : 0);
  const most = Math.floor((band - above + gap) / (unit + gap));
  return blocksOf(view.cards, (each) => flows(each, context), most)
    .map((block) => printBlock(block, context))
    .join('\n');
}

function printBlock(block: Block, context: CardContext): string {
  if ('flow' in block) return flowing(block.flow, context);
  const { rows, cards } = block.band;
  const grid = `grid-template-rows:repeat(${rows},${PAPER.unit}mm)`;
  return `<div class="band" style="${grid}">${cards.map((each) => printCard(each, context)).join('\n')}</div>`;
}

function printCard({ card, place }: Placed, context: CardContext): string {
  const area = `grid-area:${place.y + 1}/${place.x + 1}/span ${place.h}/span ${place.w}`;
  const drawing = { ...context, box: printBox({ card, place }), narrow: null };
  return frameOf(card, area, place.h === 1, bodyOf(card, drawing, fittingTable), drawing);
}

/** px within the card, beneath its title. */
function printBox({ card, place }: Placed): Box {
  const { width, unit, gap, pad } = PAPER;
  const column = (width - 11 * gap) / 12;
  const inner = (place.w * column + (place.w - 1) * gap - 2 * pad - 0.5) * PX_PER_MM;
  const lines = measure(card.title, 9 * PT, true) > inner ? 2 : 1;
  const title = lines * 9 * PT * 1.25 + 1.5 * PX_PER_MM;
  const whole = (place.h * unit + (place.h - 1) * gap - 2 * pad - 0.5) * PX_PER_MM;
  return { width: inner, height: Math.max(20, whole - title), fontSize: 10 };
}

/** Whether a table or a text is longer or wider than its place on paper. */
function flows(each: Placed, { locale }: CardContext): boolean {
  const { card } = each;
  if (problemOf(card) !== null) return false;
  const box = printBox(each);
  if (card.visualisation === 'text') {
    const lines = paragraphsOf(card).reduce((sum, text) => sum + linesOf(text, box.width) + 0.7, 0);
    return lines * TABLE_FONT_PX * 1.35 > box.height + 4;
  }
  if (card.visualisation !== 'table' || card.rows.length === 0) return false;
  const table = tableOf(card, formatOf(card, locale), PRINT_TABLE);
  const notes = moreOf(table, card.truncated) === null ? 0 : 1;
  const height = (table.rows.length + 1 + notes) * PRINT_ROW_MM * PX_PER_MM;
  return height > box.height || naturalWidth(table, TABLE_FONT_PX, CELL_PADDING_PX) > box.width;
}

function linesOf(text: string, width: number): number {
  return text
    .split('\n')
    .reduce(
      (sum, line) => sum + Math.max(1, Math.ceil((measure(line, TABLE_FONT_PX) * 1.06) / width)),
      0,
    );
}

function flowing(card: CardView, { locale }: CardContext): string {
  const title = titleOf(card);
  if (card.visualisation === 'text') {
    return `<section class="card flow">${title}${paragraphs(card)}</section>`;
  }
  const page = PAPER.width * PX_PER_MM;
  const whole = tableOf(card, formatOf(card, locale), PRINT_TABLE);
  const table = narrowed(whole, page, { fontSize: SMALL_FONT_PX, padding: CELL_PADDING_PX });
  const natural = naturalWidth(table, TABLE_FONT_PX, CELL_PADDING_PX);
  // Two narrow columns at both ends of a page would be hard to read together.
  const width = natural > page * 0.6 ? '100%' : `${Math.round((natural / page) * 160)}%`;
  const small = natural > page * 1.3 ? ' class="small"' : '';
  return `<section class="card flow">${title}<div${small} style="width:${width}">${tableHtml(table)}</div>${note(moreOf(table, card.truncated))}</section>`;
}

function frameOf(
  card: CardView,
  style: string,
  low: boolean,
  body: string,
  { locale }: CardContext,
): string {
  const bad = problemOf(card) === null ? '' : ' bad';
  const { unit } = formatOf(card, locale);
  const classes = `card ${card.visualisation}${bad}${low ? ' low' : ''}`;
  return `<article class="${classes}" style="${style}">${titleOf(card, isChart(card) ? unit : null)}${body}</article>`;
}

function titleOf({ title }: CardView, unit: string | null = null): string {
  if (title === '') return '';
  const beside = unit === null ? '' : ` <span class="unit">${escapeHtml(unit)}</span>`;
  return `<h2 class="clamp">${escapeHtml(title)}${beside}</h2>`;
}

function bodyOf(
  card: CardView,
  drawing: Drawing,
  tableBody: (card: CardView, format: Format) => string,
): string {
  const format = formatOf(card, drawing.locale);
  const problem = problemOf(card);
  if (problem !== null) {
    const lines = Math.max(1, Math.floor(drawing.box.height / WORDS_LINE_PX) - 1);
    const cut = drawing.narrow === null ? ` class="clamp" style="-webkit-line-clamp:${lines}"` : '';
    return `<div class="body words"><strong>${FAILED}</strong><p${cut}>${escapeHtml(problem)}</p></div>`;
  }
  if (card.visualisation === 'text') return `<div class="body">${paragraphs(card)}</div>`;
  const nothing = nothingIn(card, drawing.view);
  if (nothing !== null) return `<p class="body empty">${nothing}</p>`;
  if (card.visualisation === 'kpi') return figure(card, format, drawing);
  if (card.visualisation === 'table') return tableBody(card, format);
  return chart(card, format, drawing);
}

function chart(
  card: CardView,
  format: Format,
  { box, narrow, id, locale = LOCALE }: Drawing,
): string {
  const label = escapeHtml(describeChart(card, format));
  const draw = (size: Box, kind: 'wide' | 'narrow') => {
    const sized = (height: number) => {
      const frame = { ...size, height, format, locale };
      const { svg, notes } = drawChart(card, frame, `${id}c${card.id}${kind[0]}`);
      const all = card.truncated ? [...notes, 'There are more rows than could be read.'] : notes;
      return { svg, words: all.join(' ') };
    };
    const first = sized(size.height);
    // A note takes of the picture's height: scaled down, its letters would be smaller than all others.
    const lines = Math.ceil(measure(first.words, NOTE_PX) / size.width);
    const below = lines * NOTE_PX * 1.45 + NOTE_GAP_PX;
    const { svg, words } = lines === 0 ? first : sized(Math.max(40, size.height - below));
    const picture = svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
    return { figure: `<div class="body picture ${kind}">${picture}</div>`, note: note(words) };
  };
  const wide = draw(box, 'wide');
  if (narrow === null) return wide.figure + wide.note;
  return wide.figure + draw(narrow, 'narrow').figure + wide.note;
}

function figure(
  card: CardView,
  format: Format,
  { box, narrow, id, locale = LOCALE }: Drawing,
): string {
  const { value, beside, trend } = figureOf(card, format);
  const shown = fit(value, 4_000, 100);
  // As large as it may be, and never wider than its card.
  const most = Math.min(box.fontSize * 2.6, Math.max(14, box.height * 0.55));
  const wide = Math.floor((9_400 / measure(shown, 100, true)) * 10) / 10;
  const words = beside
    .map(
      ({ name, value: each }) =>
        `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(each)}</dd></div>`,
    )
    .join('');
  // Smaller letters are not read: it takes two lines then.
  const size = `font-size:max(${LEAST_VALUE_PX}px,min(${Math.round(most)}px,${wide}cqw))`;
  const height = box.height - most * 1.15 - (words === '' ? 0 : box.fontSize * 1.5) - 4;
  // On paper as many lines of it as there is room for, none of them cut.
  const lines = Math.max(1, Math.floor((box.height - most * 1.15) / WORDS_LINE_PX));
  const cut = narrow === null ? ` style="max-height:${lines * 1.35}em"` : '';
  const line =
    trend !== null && height >= 14
      ? `<div class="trend">${stretched(drawTrend(trend, { ...box, height, format, locale }, `${id}c${card.id}`))}</div>`
      : '';
  return `<p class="value" style="${size}">${escapeHtml(shown)}</p>${words === '' ? '' : `<dl${cut}>${words}</dl>`}${line}`;
}

/** A line without letters may take any shape. */
const stretched = (svg: string) =>
  svg.replace('<svg ', '<svg preserveAspectRatio="none" aria-hidden="true" ');

function fittingTable(card: CardView, format: Format): string {
  const table = tableOf(card, format, PRINT_TABLE);
  return `<div class="body fits">${tableHtml(table)}</div>${note(moreOf(table, card.truncated))}`;
}

function pageTable(card: CardView, format: Format): string {
  const table = tableOf(card, format, PAGE_TABLE);
  return `<div class="body scroll" tabindex="0">${tableHtml(table)}</div>${note(moreOf(table, card.truncated))}`;
}

function tableHtml({ head, rows }: Table): string {
  const kind = (at: number, text: string) =>
    head[at]?.isNumber ? ' class="n"' : isLongCell(text) ? ' class="w"' : '';
  const heads = head
    .map(({ name, isNumber }) =>
      isNumber
        ? `<th scope="col" class="n">${escapeHtml(name)}</th>`
        : `<th scope="col">${escapeHtml(name)}</th>`,
    )
    .join('');
  const body = rows.map(
    (row) =>
      `<tr>${row.map((text, at) => `<td${kind(at, text)}>${escapeHtml(text)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${heads}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

const paragraphs = (card: CardView) =>
  paragraphsOf(card)
    .map((text) => `<p>${escapeHtml(text)}</p>`)
    .join('');

const note = (text: string | null) =>
  text === null || text === '' ? '' : `<p class="note">${escapeHtml(text)}</p>`;
