import { command, type Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { readWhole } from '../read-option.ts';
import type { Session } from '../session.ts';
import { formatDistance, formatInstant } from '../text/time.ts';

type Trigger = Readonly<Record<string, unknown>>;

type Scheduled = {
  readonly trigger: { readonly wire: Trigger; readonly description: string } | null;
  readonly zone: string;
  readonly createdAt: string;
  readonly state: 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'BROKEN';
  readonly broken: { readonly message: string } | null;
};

type NextDueTimes = {
  readonly times: readonly {
    readonly at: string;
    readonly local: string;
    readonly movedByClockChange: boolean;
  }[];
  readonly emptyDays: readonly { readonly day: string; readonly changeAt: string }[];
};

export const SCHEDULED = `query Scheduled($id: ID!) {
  scenario(id: $id) { trigger { wire description } zone createdAt state broken { message } } }`;
export const NEXT = `query Next($trigger: TriggerInput!, $timezone: String, $count: Int!) {
  nextDueTimes(trigger: $trigger, timezone: $timezone, count: $count) {
    times { at local movedByClockChange } emptyDays { day changeAt } } }`;

export const next = command({
  name: 'next',
  summary: 'Shows the next due times of a scenario, or of a cron expression',
  words: '[slug]',
  more: 'In the scenario’s zone and in yours, with a mark where a clock change moves one or leaves a day without.',
  options: {
    cron: { type: 'string', value: 'EXPRESSION', help: 'instead of a scenario' },
    timezone: { type: 'string', value: 'ZONE', help: 'with --cron; UTC' },
    count: { type: 'string', value: 'N', help: 'how many, 1 to 1000; 10' },
  },
  examples: [
    ['hf-scheduler next nightly-mart-refresh', 'of a scenario'],
    [
      `hf-scheduler next --cron "30 2 * * *" --timezone Europe/Berlin --count 3`,
      'of an expression',
    ],
  ],
  async run({ out, session }, { values, words: [slug] }) {
    if ((slug === undefined) === (values.cron === undefined)) {
      throw usageError('next needs a scenario or --cron.');
    }
    if (values.timezone !== undefined && values.cron === undefined) {
      throw usageError('--timezone goes with --cron; a scenario has its own.');
    }
    const count = readWhole('count', values.count, { least: 1, most: 1000, fallback: 10 });
    const asked =
      slug === undefined
        ? { trigger: { cron: values.cron }, zone: values.timezone ?? 'UTC', about: null }
        : await triggerOf(session(), slug, out);
    if (asked === null) {
      if (out.isJson) out.document({ times: [], emptyDays: [] });
      return EXIT.fine;
    }
    const { trigger, zone, about } = asked;
    const variables = { trigger, timezone: zone, count };
    const { nextDueTimes } = await session().query<{ nextDueTimes: NextDueTimes }>(NEXT, variables);
    if (out.isJson) out.document(nextDueTimes);
    else {
      if (about) out.line(about);
      tell(out, nextDueTimes, zone);
    }
    return EXIT.fine;
  },
});

const WHY_NOT = {
  PAUSED: 'It is paused: none of these fires before it is resumed.',
  DISABLED: 'It is switched off: none of these fires.',
  BROKEN: 'It is broken: none of these fires before it is edited.',
};

/** What `nextDueTimes` takes; null where time alone never makes it due, which is told. */
async function triggerOf(session: Session, slug: string, out: Context['out']) {
  const { databaseId } = await session.scenario(slug);
  const id = String(databaseId);
  const { scenario } = await session.query<{ scenario: Scheduled }>(SCHEDULED, { id });
  const { trigger, zone, createdAt, state, broken } = scenario;
  if (trigger === null || 'upstream' in trigger.wire) {
    out.note(
      broken?.message ??
        (trigger === null
          ? `${slug} has no trigger: it runs by hand only.`
          : `${slug} fires ${trigger.description}: no time can be told beforehand.`),
    );
    return null;
  }
  if (state !== 'ACTIVE') out.note(WHY_NOT[state]);
  const { wire } = trigger;
  // Without an anchor of its own an interval counts from the scenario's creation.
  const anchored = 'interval' in wire ? { anchor: createdAt, ...wire } : wire;
  return { trigger: anchored, zone, about: `${slug}: ${trigger.description}` };
}

function tell(out: Context['out'], { times, emptyDays }: NextDueTimes, zone: string): void {
  const now = Temporal.Now.instant().epochMilliseconds;
  const isElsewhere = zone !== out.zone;
  const due = times.map(({ at, local, movedByClockChange }, index) => ({
    at,
    local: local.slice(0, 19).replace('T', ' '),
    weekday: Temporal.PlainDate.from(local.slice(0, 10)).toLocaleString('en', { weekday: 'short' }),
    offset: local.slice(19, local.indexOf('[')),
    away: formatDistance(Temporal.Instant.from(at).epochMilliseconds - now),
    mark: [
      movedByClockChange && 'moved: a clock change skips the time as written',
      index > 0 && clockChange(times[index - 1]!.local, local),
    ]
      .filter(Boolean)
      .join('; '),
  }));
  const empty = emptyDays.map(({ day, changeAt }) => ({
    at: changeAt,
    local: day,
    weekday: Temporal.PlainDate.from(day).toLocaleString('en', { weekday: 'short' }),
    offset: '',
    away: '',
    mark: 'none on this day: a clock change skips its due times',
  }));
  const rows = [...due, ...empty].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (rows.length === 0) out.note('None: the schedule has ended.');
  out.table(rows, [
    { title: '', text: ({ weekday }) => weekday },
    { title: zone.toUpperCase(), text: ({ local }) => local },
    { title: 'OFFSET', text: ({ offset }) => offset, paint: (cell) => out.paint('dim', cell) },
    {
      title: out.zone.toUpperCase(),
      text: ({ at, away }) => (isElsewhere && away ? formatInstant(at, out.zone) : ''),
    },
    { title: '', text: ({ away }) => away, paint: (cell) => out.paint('dim', cell) },
    {
      title: '',
      text: ({ mark }) => mark,
      paint: (cell) => out.paint('yellow', cell),
      cut: 'first',
    },
  ]);
}

function clockChange(before: string, after: string): string | null {
  const offset = (local: string) => local.slice(19, local.indexOf('['));
  return offset(before) === offset(after)
    ? null
    : `clocks changed: ${offset(before)} to ${offset(after)}`;
}
