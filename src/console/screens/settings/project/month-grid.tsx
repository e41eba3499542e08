/** A month in which days are switched on and off: single ones, and through its headings every one of a weekday. By
 *  keyboard arrows move by a day or a week, Page Up and Page Down by a month. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import {
  addDays,
  addMonths,
  monthOf,
  monthWords,
  today,
  weekdayOf,
  WEEKDAYS,
  weeksOf,
  wholeDay,
} from './days.ts';
import styles from './month-grid.module.css';

const STEPS: Readonly<Record<string, (day: string) => string>> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  PageUp: (day) => sameDay(day, -1),
  PageDown: (day) => sameDay(day, 1),
};

/** The day of this number in another month; its last one where it has fewer. */
function sameDay(day: string, months: number): string {
  const month = addMonths(monthOf(day), months);
  const last = addDays(`${addMonths(month, 1)}-01`, -1);
  const wanted = `${month}${day.slice(7)}`;
  return wanted > last ? last : wanted;
}

export function MonthGrid({
  dates,
  weekdays,
  onDay,
  onWeekday,
}: {
  /** `2026-12-25`. */
  dates: readonly string[];
  /** 1 Monday to 7 Sunday. */
  weekdays: readonly number[];
  onDay: (day: string) => void;
  onWeekday: (weekday: number) => void;
}) {
  const [at, setAt] = useState(() => dates.find((day) => day >= today()) ?? today());
  const grid = useRef<HTMLTableElement>(null);
  const follows = useRef(false);
  const month = monthOf(at);
  useEffect(() => {
    if (follows.current) grid.current?.querySelector<HTMLElement>(`[data-day="${at}"]`)?.focus();
    follows.current = false;
  }, [at]);

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    follows.current = true;
    setAt(step(at));
  }

  return (
    <div className={styles['month']}>
      <div className={styles['head']}>
        <strong aria-live="polite">{monthWords(month)}</strong>
        <Button
          kind="quiet"
          icon={<Icon name="left" />}
          aria-label="The month before"
          onClick={() => setAt(sameDay(at, -1))}
        />
        <Button
          kind="quiet"
          icon={<Icon name="right" />}
          aria-label="The month after"
          onClick={() => setAt(sameDay(at, 1))}
        />
      </div>
      <table ref={grid} className={styles['grid']}>
        <thead>
          <tr>
            {WEEKDAYS.map(({ number, short, long }) => (
              <th key={number} scope="col">
                <button
                  type="button"
                  aria-pressed={weekdays.includes(number)}
                  aria-label={`${short}: every ${long}`}
                  onClick={() => onWeekday(number)}
                >
                  {short}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day}>
                  <button
                    type="button"
                    data-day={day}
                    data-other={monthOf(day) !== month || undefined}
                    data-weekday={weekdays.includes(weekdayOf(day)) || undefined}
                    aria-current={day === today() ? 'date' : undefined}
                    aria-pressed={dates.includes(day)}
                    aria-label={
                      wholeDay(day) +
                      (weekdays.includes(weekdayOf(day)) ? ', excluded as every week' : '')
                    }
                    tabIndex={day === at ? 0 : -1}
                    onKeyDown={move}
                    onClick={() => {
                      setAt(day);
                      onDay(day);
                    }}
                  >
                    {Number(day.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
