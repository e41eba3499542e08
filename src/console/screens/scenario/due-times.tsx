/** When a trigger is due next, on its own clocks and on the reader's, and what the next change of clocks does to it. */
import { useMemo, useState } from 'react';
import {
  ScenarioDueTimesDocument,
  type ScenarioDueTimesPartsFragment,
  type TriggerInput,
} from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Ago, Moment } from '../../parts/time.tsx';
import { nextClockChange, type ClockChange } from '../../words/clock-change.ts';
import { clock, day, fullMoment, readerZone, span } from '../../words/time.ts';
import { excludes, type Calendar } from './calendar.ts';
import { Told } from './told.tsx';
import { isKnownZone } from './trigger-input.ts';
import styles from './due-times.module.css';

const DAY_MS = 86_400_000;

/** @param zone where the trigger's clocks are. @param calendar whose days do not fire.
 *  @param pulse changes when a due time has passed. */
export function DueTimes({
  trigger,
  zone: given,
  calendar = null,
  pulse = null,
}: {
  trigger: TriggerInput;
  zone: string;
  calendar?: Calendar | null;
  pulse?: string | null;
}) {
  const zone = isKnownZone(given) ? given : 'UTC';
  const hasClock = trigger.cron != null;
  // From where one looks; a page that is left open for a year may show a change that was.
  const [nowMs] = useState(() => Date.now());
  const change = useMemo(
    () => (hasClock ? nextClockChange(zone, nowMs) : null),
    [hasClock, zone, nowMs],
  );
  const { data, error } = useLiveQuery(
    ScenarioDueTimesDocument,
    {
      trigger,
      zone: given,
      hasChange: change !== null,
      // An hour before shows how it is without the change.
      changeFrom: new Date((change?.atMs ?? 0) - 3_600_000).toISOString(),
    },
    pulse,
  );
  if (error) return <Told error={error} />;
  if (!data) return <Skeleton lines={10} />;
  return (
    <div className={styles['due']}>
      {data.next.times.length === 0 ? (
        <Empty title="It is never due again." />
      ) : (
        <Times times={data.next} zone={zone} calendar={calendar} />
      )}
      {change && data.atChange && (
        <AtChange times={data.atChange} change={change} zone={zone} calendar={calendar} />
      )}
    </div>
  );
}

type Times = ScenarioDueTimesPartsFragment;
type Mark = { readonly words: string; readonly why: string };

/** Due times and days without any, in order. */
function Times({
  times: { times, emptyDays },
  zone,
  calendar,
}: {
  times: Times;
  zone: string;
  calendar: Calendar | null;
}) {
  const isElsewhere = zone !== readerZone;
  // Zones differ by whole minutes.
  const seconds = times.some(({ at }) => Date.parse(at) % 60_000 !== 0);
  const days = emptyDays.filter(({ changeAt }) => changeAt <= (times.at(-1)?.at ?? ''));
  const rows = [
    ...times.map((time) => ({ at: time.at, time, day: null })),
    ...days.map((each) => ({ at: each.changeAt, time: null, day: each.day })),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol className={styles['times']} data-elsewhere={isElsewhere || undefined}>
      {rows.map((row, index) => {
        if (row.time === null) {
          return (
            <li key={index} data-due="none">
              <span className={styles['at']}>{dayWords(row.day)}</span>
              <Marks marks={[emptyMark(row.at, zone)]} />
            </li>
          );
        }
        const before = rows.slice(0, index).findLast(({ time }) => time !== null)?.time ?? null;
        const isOut = excludes(calendar, row.time.local);
        return (
          // By its place: when the first is over, words change and no line moves.
          <li key={index} data-due={isOut ? 'excluded' : 'time'}>
            <span className={styles['at']} title={fullMoment(row.at, zone)}>
              {weekday(row.at, zone)} {day(row.at, zone)}, <b>{clock(row.at, zone, { seconds })}</b>
            </span>
            {isElsewhere && (
              <span className={styles['here']}>
                <Moment at={row.at} zone={zone} /> here
              </span>
            )}
            <span className={styles['away']}>
              <Ago at={row.at} zone={zone} />
            </span>
            <Marks
              marks={[
                ...(row.time.movedByClockChange ? [movedMark(row.time.local)] : []),
                ...shiftMark(before?.local ?? null, row.time.local),
                ...(isOut ? [{ words: `not on a day of ${calendar!.name}`, why: '' }] : []),
              ]}
            />
          </li>
        );
      })}
    </ol>
  );
}

function Marks({ marks }: { marks: readonly Mark[] }) {
  return (
    <>
      {marks.map(({ words, why }) => (
        <span key={words} className={styles['mark']} title={why || undefined}>
          <Icon name="warn" size={12} />
          {words}
        </span>
      ))}
    </>
  );
}

function AtChange({
  times,
  change: { atMs, beforeMs, afterMs },
  zone,
  calendar,
}: {
  times: Times;
  change: ClockChange;
  zone: string;
  calendar: Calendar | null;
}) {
  const near = times.times.filter(({ at }) => Date.parse(at) < atMs + DAY_MS);
  const days = times.emptyDays.filter(({ changeAt }) => Date.parse(changeAt) === atMs);
  const byMs = afterMs - beforeMs;
  return (
    <section className={styles['change']} aria-label="At the next clock change">
      <h3>
        At the next clock change, {weekday(atMs, zone)} {day(atMs, zone)}
      </h3>
      <p>
        The clocks of {zone} go {byMs > 0 ? 'forward' : 'back'} by {span(Math.abs(byMs))}:{' '}
        {short(atMs + beforeMs, 'UTC')} becomes {short(atMs + afterMs, 'UTC')}.
      </p>
      {near.length + days.length > 0 ? (
        <Times times={{ ...times, times: near, emptyDays: days }} zone={zone} calendar={calendar} />
      ) : (
        <p>Nothing is due near it.</p>
      )}
    </section>
  );
}

const short = (at: string | number, zone: string) => clock(at, zone, { seconds: false });

function weekday(at: string | number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: zone }).format(
    typeof at === 'number' ? at : Date.parse(at),
  );
}

/** Of a local day, `2026-03-08`. */
const dayWords = (local: string) => `${weekday(local, 'UTC')} ${day(local, 'UTC')}`;

const movedMark = (local: string): Mark => ({
  words: 'moved by the clock change',
  why: `The time as written is skipped on ${local.slice(0, 10)}, so it is due when the clocks land.`,
});

const emptyMark = (changeAt: string, zone: string): Mark => ({
  words: 'nothing: the clock change skips it',
  why: `The clocks change on ${fullMoment(changeAt, zone)}.`,
});

const OFFSET = /([+-]\d\d:\d\d)(?::\d\d)?\[/;

/** Between two due times the clocks changed: said at the second, so that an hour more or less is no riddle. */
function shiftMark(before: string | null, local: string): Mark[] {
  const [old, now] = [before && OFFSET.exec(before)?.[1], OFFSET.exec(local)?.[1]];
  if (!old || !now || old === now) return [];
  return [
    { words: `UTC${now} from here on`, why: `The clocks changed from UTC${old} to UTC${now}.` },
  ];
}
