/** Makes the demo's data: a year of an imaginary honey shop. Run it to write prisma/seed/data anew:
 *  `node prisma/seed/make-data.ts`. The seeds are fixed, so it always writes the same bytes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random, type Random } from './random.ts';

export const DATA_FOLDER = join(import.meta.dirname, 'data');

type Cell = string | number;
/** The names of the columns, separated by blanks, and the rows in their order. */
type Table = { readonly columns: string; readonly rows: readonly (readonly Cell[])[] };

const FIRST_DAY = Date.UTC(2025, 10, 1);
const DAYS = 365;
const DAY_MS = 86_400_000;

// Weights are per cent, or near it.
const COUNTRIES = { ID: 38, DE: 17, AU: 14, US: 13, FR: 10, JP: 8 };
const SEGMENTS = { private: 80, café: 12, retailer: 8 };
const CHANNELS = { search: 40, friend: 25, market: 20, newsletter: 15 };
const SHOPS = { jakarta: 16, bandung: 14, berlin: 12, lyon: 10, melbourne: 8 };
const PLACES = { online: 40, ...SHOPS };
const OUTCOMES = { delivered: 93, returned: 4, cancelled: 3 };
const PRIORITIES = { low: 40, normal: 45, high: 12, urgent: 3 };
const REPLY_TARGET_MINUTES = { low: 480, normal: 180, high: 60, urgent: 15 };
const TOPICS = { delivery: 38, damage: 17, payment: 15, product: 20, other: 10 };
const MEDIA = { mail: 55, chat: 30, phone: 15 };
const DEVICES = { phone: 62, laptop: 31, tablet: 7 };
const SOURCES = { search: 44, direct: 24, social: 18, newsletter: 14 };
const QUANTITIES = [1, 2, 3, 6, 12];
const QUANTITY_WEIGHTS = [55, 25, 10, 7, 3];

// Product, category, price in cents, popularity.
const PRODUCTS = [
  ['acacia-250', 'honey', 690, 14],
  ['acacia-500', 'honey', 1190, 11],
  ['clover-250', 'honey', 590, 16],
  ['clover-500', 'honey', 990, 12],
  ['heather-250', 'honey', 890, 6],
  ['forest-250', 'honey', 790, 8],
  ['forest-500', 'honey', 1390, 5],
  ['comb-200', 'comb', 1290, 4],
  ['comb-400', 'comb', 2290, 2],
  ['candle-small', 'wax', 450, 9],
  ['candle-large', 'wax', 1250, 4],
  ['wax-wrap', 'wax', 990, 5],
  ['mead-dry', 'mead', 1590, 5],
  ['mead-sweet', 'mead', 1490, 6],
  ['gift-box', 'gifts', 3490, 4],
] as const;
const POPULARITY = PRODUCTS.map((product) => product[3]);

/** Every file's name and text. */
export function makeData(): ReadonlyMap<string, string> {
  const signUps = signUpDays(random(11), 3_000);
  const tables: Record<string, Table> = {
    'customers.csv': customers(random(12), signUps),
    'products.csv': products(),
    'orders.csv': orders(random(13), 18_000, signUps),
    'stock.csv': stock(random(14)),
    'tickets.csv': tickets(random(15), 8_000),
    'sessions.csv': sessions(random(16), 19_000),
    'reviews.csv': reviews(random(17), 360),
  };
  return new Map(Object.entries(tables).map(([name, table]) => [name, toCsv(table)]));
}

/** The day on which each customer signed up, ascending: from two years before the first order on. */
function signUpDays(chance: Random, count: number): number[] {
  return Array.from({ length: count }, () => chance.whole(-730, DAYS - 1)).sort((a, b) => a - b);
}

function customers(chance: Random, signUps: readonly number[]): Table {
  const rows = signUps.map((day, index) => [
    index + 1,
    dayText(day),
    chance.name(COUNTRIES),
    chance.name(SEGMENTS),
    chance.name(CHANNELS),
  ]);
  return { columns: 'customer_id signed_up_on country segment channel', rows };
}

function products(): Table {
  const rows = PRODUCTS.map(([sku, category, cents]) => [sku, category, money(cents)]);
  return { columns: 'sku category price', rows };
}

function orders(chance: Random, count: number, signUps: readonly number[]): Table {
  let customerCount = 0;
  const rows = momentsInOrder(chance, count).map((at, index) => {
    // Those who had signed up by the evening before.
    while (signUps[customerCount]! < Math.floor((at - FIRST_DAY) / DAY_MS)) customerCount += 1;
    const [sku, , cents] = PRODUCTS[chance.index(POPULARITY)]!;
    const quantity = QUANTITIES[chance.index(QUANTITY_WEIGHTS)]!;
    const isOpen = index >= count - 250 && chance.next() < 0.7;
    return [
      100_001 + index,
      // Squaring favours early customers: a few buy often, most once or twice.
      1 + Math.floor(chance.next() ** 2 * customerCount),
      instantText(at),
      chance.name(PLACES),
      sku,
      quantity,
      money(quantity * cents),
      isOpen ? 'open' : chance.name(OUTCOMES),
    ];
  });
  return { columns: 'order_id customer_id ordered_at shop sku quantity amount status', rows };
}

/** What lay in each shop at the end of each week, falling with sales until it is filled up. */
function stock(chance: Random): Table {
  const rows: Cell[][] = [];
  for (const shop of Object.keys(SHOPS)) {
    for (const [sku, , , popularity] of PRODUCTS) {
      const full = 20 + 6 * popularity;
      let onHand = full;
      for (let day = 6; day < DAYS; day += 7) {
        const sold = Math.min(onHand, chance.whole(0, 3 * popularity));
        onHand -= sold;
        rows.push([dayText(day), shop, sku, onHand, sold]);
        if (onHand < full / 4) onHand = full;
      }
    }
  }
  return { columns: 'counted_on shop sku on_hand sold', rows };
}

function tickets(chance: Random, count: number): Table {
  const rows = momentsInOrder(chance, count).map((at, index) => {
    const priority = chance.name(PRIORITIES);
    // From a tenth of the target to 1.7 times it, mostly well within.
    const promptness = 0.1 + 1.6 * chance.next() ** 2;
    const replyMinutes = Math.ceil(REPLY_TARGET_MINUTES[priority] * promptness);
    const hours = Math.ceil((replyMinutes / 60) * chance.whole(2, 12)) + chance.whole(0, 30);
    const isOpen = index >= count - 120 && chance.next() < 0.6;
    const score = Math.max(1, 5 - Math.floor(promptness * 2.5 * chance.next()));
    // Two in three do not answer the survey.
    const isSilent = isOpen || chance.next() < 0.67;
    return [
      index + 1,
      instantText(at),
      isOpen ? '' : instantText(at + hours * 3_600_000),
      chance.name(TOPICS),
      priority,
      chance.name(MEDIA),
      replyMinutes,
      isSilent ? '' : score,
    ];
  });
  const columns = 'ticket_id opened_at closed_at topic priority channel reply_minutes score';
  return { columns, rows };
}

function sessions(chance: Random, count: number): Table {
  const rows = momentsInOrder(chance, count).map((at, index) => {
    const device = chance.name(DEVICES);
    const pages = 1 + Math.floor(14 * chance.next() ** 3);
    const ordered = pages > 3 && chance.next() < (device === 'laptop' ? 0.3 : 0.2);
    return [
      index + 1,
      instantText(at),
      chance.name(COUNTRIES),
      device,
      chance.name(SOURCES),
      pages,
      pages * chance.whole(8, 70),
      String(ordered),
    ];
  });
  return { columns: 'session_id started_at country device source pages seconds ordered', rows };
}

// Weights of stars from 1 to 5. Two products please nobody.
const STARS = [4, 6, 15, 35, 40];
const FEW_STARS = [30, 28, 20, 14, 8];
const UNLOVED: readonly string[] = ['candle-large', 'gift-box'];

const BLAME = [
  'Arrived late and the lid was broken',
  'The wrong jar came and then a refund took weeks',
  'Slow delivery and a damaged box',
  'One piece was missing',
  'The worst I ever bought here',
];
const NEITHER = [
  'It is what the picture shows',
  'Good value but a late parcel',
  'About what one expects of it',
  'The label is in four languages',
  'We use it every day',
];
const PRAISE = [
  'Great taste and fast delivery',
  'Perfect for breakfast and we love it',
  'Friendly shop and an excellent product',
  'Happy with it and will recommend it',
  'A nice gift that arrived quick',
];

/** Of the last twelve whole weeks, which the dashboards show: two sentences each, as pleased as the stars. */
function reviews(chance: Random, count: number): Table {
  const days = Array.from({ length: count }, () => chance.whole(DAYS - 90, DAYS - 7));
  const rows = days
    .toSorted((a, b) => a - b)
    .map((day, index) => {
      const [sku] = PRODUCTS[chance.index(POPULARITY)]!;
      const stars = 1 + chance.index(UNLOVED.includes(sku) ? FEW_STARS : STARS);
      const sentences = stars < 3 ? BLAME : stars === 3 ? NEITHER : PRAISE;
      const first = chance.whole(0, sentences.length - 1);
      const second = chance.next() < 0.3 ? NEITHER : sentences;
      const other = second[(first + 1) % second.length]!;
      return [index + 1, dayText(day), sku, stars, `${sentences[first]}. ${other}.`];
    });
  return { columns: 'review_id written_on sku stars body', rows };
}

/** Instants of the year, ascending: more of them later in the year, in December, at weekends and by day. */
function momentsInOrder(chance: Random, count: number): number[] {
  const days = Array.from({ length: DAYS }, (_, day) => {
    const date = new Date(FIRST_DAY + day * DAY_MS);
    const weekend = date.getUTCDay() % 6 === 0 ? 1.35 : 1;
    const season = date.getUTCMonth() === 11 ? 1.8 : 1;
    return (1 + day / DAYS) * weekend * season;
  });
  const hours = Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 1 : hour < 9 ? 4 : 8));
  return Array.from({ length: count }, () => {
    const minute = (chance.index(days) * 24 + chance.index(hours)) * 60 + chance.whole(0, 59);
    return FIRST_DAY + minute * 60_000;
  }).sort((a, b) => a - b);
}

function dayText(day: number): string {
  return new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);
}

/** To the minute, as the data has it: `2026-02-14T09:41Z`. */
function instantText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** No cell holds a comma, a quote or a line break, so none is quoted. */
function toCsv({ columns, rows }: Table): string {
  return [columns.split(' '), ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

if (import.meta.main) {
  for (const [name, text] of makeData()) writeFileSync(join(DATA_FOLDER, name), text);
}
