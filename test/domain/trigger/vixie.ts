/** A slow second opinion: Debian's cron(8), minute by minute, and random expressions that carry their own
 *  meaning. It shares no code with src/domain/trigger: it neither parses nor computes, it waits. */
import fc from 'fast-check';

/** One field: its text, and what the text means. */
type Field<Value> = { text: string; star: boolean; has: (value: Value) => boolean };

export type Expression = {
  minute: Field<number>;
  hour: Field<number>;
  dayOfMonth: Field<Temporal.PlainDateTime>;
  month: Field<number>;
  dayOfWeek: Field<Temporal.PlainDateTime>;
};

export function textOf(expression: Expression): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = expression;
  return [minute, hour, dayOfMonth, month, dayOfWeek].map((field) => field.text).join(' ');
}

export function isWildcard({ minute, hour }: Expression): boolean {
  return minute.star || hour.star;
}

export function matches(expression: Expression, at: Temporal.PlainDateTime): boolean {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = expression;
  const byDate = dayOfMonth.has(at);
  const byWeekday = dayOfWeek.has(at);
  const day = dayOfMonth.star || dayOfWeek.star ? byDate && byWeekday : byDate || byWeekday;
  return minute.has(at.minute) && hour.has(at.hour) && month.has(at.month) && day;
}

export type Fired = { at: string; moved: boolean };

/** cron's main loop: a virtual clock that follows the wall clock. When the wall clock leaps ahead by up to three
 *  hours the fixed jobs of the leap run at once; when it falls back as far, they wait for it to catch up. */
export function vixie(
  expression: Expression,
  zone: string,
  after: Temporal.Instant,
  until: Temporal.Instant,
): Fired[] {
  const fired: Fired[] = [];
  const wild = isWildcard(expression);
  // Eight hours of run-in, so that a clock change just before `after` has settled.
  let now = after.round({ smallestUnit: 'minute', roundingMode: 'floor' }).subtract({ hours: 8 });
  let virtual = wallAt(now, zone);
  for (
    now = now.add({ minutes: 1 });
    Temporal.Instant.compare(now, until) <= 0;
    now = now.add({ minutes: 1 })
  ) {
    const wall = wallAt(now, zone);
    const passed = virtual.until(wall, { largestUnit: 'minutes' }).minutes;
    let due = false;
    let moved = false;
    if (passed > 1 && passed <= 181) {
      due = matches(expression, wall);
      if (!wild) {
        for (
          let skipped = virtual.add({ minutes: 1 });
          !skipped.equals(wall);
          skipped = skipped.add({ minutes: 1 })
        ) {
          moved ||= matches(expression, skipped);
        }
      }
      virtual = wall;
    } else if (passed <= 0 && passed >= -179) {
      due = wild && matches(expression, wall);
    } else {
      due = matches(expression, wall);
      virtual = wall;
    }
    if ((due || moved) && Temporal.Instant.compare(now, after) > 0)
      fired.push({ at: now.toString(), moved });
  }
  return fired;
}

function wallAt(at: Temporal.Instant, zone: string): Temporal.PlainDateTime {
  return at.toZonedDateTimeISO(zone).toPlainDateTime();
}

/** A numeric field in one of the written forms. `favourite` values come up more often. */
function numeric(
  min: number,
  max: number,
  favourite: readonly number[] = [],
): fc.Arbitrary<Field<number>> {
  const value = fc.oneof(
    fc.integer({ min, max }),
    ...(favourite.length > 0 ? [fc.constantFrom(...favourite)] : []),
  );
  const field = (text: string, has: (value: number) => boolean) => ({
    text,
    star: text.startsWith('*'),
    has,
  });
  const ends = fc
    .tuple(value, value)
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  const step = fc.integer({ min: 1, max });
  return fc.oneof(
    fc.constant(field('*', () => true)),
    step.map((n) => field(`*/${n}`, (v) => (v - min) % n === 0)),
    value.map((only) => field(String(only), (v) => v === only)),
    fc
      .array(value, { minLength: 2, maxLength: 4 })
      .map((list) => field(list.join(), (v) => list.includes(v))),
    ends.map(([low, high]) => field(`${low}-${high}`, (v) => v >= low && v <= high)),
    fc
      .tuple(ends, step)
      .map(([[low, high], n]) =>
        field(`${low}-${high}/${n}`, (v) => v >= low && v <= high && (v - low) % n === 0),
      ),
  );
}

function anyDay(text: string): Field<Temporal.PlainDateTime> {
  return { text, star: text.startsWith('*'), has: () => true };
}

const dayOfMonth = fc.oneof(
  { weight: 6, arbitrary: fc.constant(anyDay('*')) },
  {
    weight: 1,
    arbitrary: fc.constant({
      text: 'L',
      star: false,
      has: (at: Temporal.PlainDateTime) => at.day === at.daysInMonth,
    }),
  },
  {
    weight: 3,
    arbitrary: numeric(1, 31).map((field) => ({
      ...field,
      has: (at: Temporal.PlainDateTime) => field.has(at.day),
    })),
  },
);

const NAMES = ['SUN', 'mon', 'Tue', 'WED', 'thu', 'Fri', 'SAT', 'Sun'];

const dayOfWeek = fc.oneof(
  { weight: 6, arbitrary: fc.constant(anyDay('*')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
      .map(([day, nth, named]) => ({
        text: `${named ? NAMES[day] : day}#${nth}`,
        star: false,
        has: (at: Temporal.PlainDateTime) =>
          at.dayOfWeek % 7 === day % 7 && Math.floor((at.day - 1) / 7) + 1 === nth,
      })),
  },
  {
    weight: 3,
    arbitrary: numeric(0, 7).map((field) => ({
      ...field,
      has: (at: Temporal.PlainDateTime) =>
        field.has(at.dayOfWeek) || (at.dayOfWeek === 7 && field.has(0)),
    })),
  },
);

/** Random expressions, most of them with due times in the hours where clocks change. */
export const expressions: fc.Arbitrary<Expression> = fc.record({
  minute: numeric(0, 59, [0, 30, 59]),
  hour: numeric(0, 23, [0, 1, 2, 3, 4, 22, 23]),
  dayOfMonth,
  month: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ text: '*', star: true, has: () => true }) },
    numeric(1, 12),
  ),
  dayOfWeek,
});

/** Zones whose clocks do odd things: half an hour, three hours, a whole day either way, midnight, politics. */
export const ZONES = [
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Antarctica/Casey',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kwajalein',
  'Asia/Pyongyang',
  'Asia/Gaza',
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Santiago',
  'America/St_Johns',
  'America/Caracas',
  'America/Havana',
  'America/New_York',
  'Europe/Dublin',
  'Asia/Tehran',
  'Asia/Jakarta',
];

/** The clock changes of a zone from 1960 to 2045. */
function changesOf(zone: string): Temporal.Instant[] {
  const changes: Temporal.Instant[] = [];
  let at = Temporal.Instant.from('1960-01-01T00:00Z').toZonedDateTimeISO(zone);
  for (
    let next = at.getTimeZoneTransition('next');
    next && next.year < 2045;
    next = at.getTimeZoneTransition('next')
  ) {
    changes.push(next.toInstant());
    at = next;
  }
  return changes;
}

/** A zone and a stretch of up to 60 hours around one of its clock changes. */
export const stretches = fc
  .constantFrom(...ZONES.map((zone) => ({ zone, changes: changesOf(zone) })))
  .chain(({ zone, changes }) =>
    fc.record({
      zone: fc.constant(zone),
      change: fc.constantFrom(...changes),
      before: fc.integer({ min: -120, max: 30 * 60 }),
      length: fc.integer({ min: 0, max: 60 * 60 }),
    }),
  )
  .map(({ zone, change, before, length }) => {
    const after = change.subtract({ minutes: before });
    return { zone, change, after, until: after.add({ minutes: length }) };
  });
