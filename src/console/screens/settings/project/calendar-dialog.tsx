/** Makes a calendar, or gives one other days. */
import { useState, type SubmitEvent } from 'react';
import {
  SaveCalendarDocument,
  type ProjectCalendarPartsFragment,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { dayWords } from './days.ts';
import { MonthGrid } from './month-grid.tsx';
import styles from './project.module.css';

export type Calendar = ProjectCalendarPartsFragment;

const toggled = <T,>(list: readonly T[], one: T): T[] =>
  list.includes(one)
    ? list.filter((each) => each !== one)
    : [...list, one].toSorted((a, b) => (a < b ? -1 : 1));

/** Mount it while it is open. @param calendar null: a new one. @param taken names of the others. */
export function CalendarDialog({
  projectId,
  calendar,
  taken,
  onClose,
  onSaved,
}: {
  projectId: string;
  calendar: Calendar | null;
  taken: readonly string[];
  onClose: () => void;
  onSaved: () => void;
}) {
  const [name, setName] = useState(calendar?.name ?? '');
  const [dates, setDates] = useState<readonly string[]>(calendar?.dates ?? []);
  const [weekdays, setWeekdays] = useState<readonly number[]>(calendar?.weekdays ?? []);
  const { send, sending, refused } = useCommand(SaveCalendarDocument);
  // Saving under the name of another one would give that one these days.
  const isTaken = calendar === null && taken.includes(name.trim());

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isTaken) return;
    const variables = { projectId, name: name.trim(), dates: [...dates], weekdays: [...weekdays] };
    if (await send(variables)) onSaved();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={calendar ? `Days of ${calendar.name}` : 'New calendar'}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form="calendar" kind="primary" busy={sending}>
            Save the calendar
          </Button>
        </>
      }
    >
      <form id="calendar" onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <p className={styles['note']}>
          Scenarios that name it do not fire on these days of their own zone. Due times from now on
          follow what you save.
        </p>
        <Refusal refused={refused} />
        {calendar === null && (
          <Field
            label="Name"
            help="What policies name, as in calendar: holidays. It stays as it is."
            problem={isTaken ? 'There is a calendar of this name; edit that one.' : null}
          >
            {(given) => (
              <input
                {...given}
                required
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        )}
        <MonthGrid
          dates={dates}
          weekdays={weekdays}
          onDay={(day) => setDates(toggled(dates, day))}
          onWeekday={(weekday) => setWeekdays(toggled(weekdays, weekday))}
        />
        <Chosen dates={dates} onRemove={(day) => setDates(toggled(dates, day))} />
      </form>
    </Dialog>
  );
}

function Chosen({
  dates,
  onRemove,
}: {
  dates: readonly string[];
  onRemove: (day: string) => void;
}) {
  if (dates.length === 0) return <p className={styles['note']}>No single days yet.</p>;
  return (
    <section aria-label="Single days" className={styles['chosen']}>
      <p className={styles['note']}>
        {dates.length === 1 ? 'One single day' : `${dates.length} single days`}
      </p>
      <ul>
        {dates.map((day) => (
          <li key={day}>
            {dayWords(day)}
            <button
              type="button"
              aria-label={`Remove ${dayWords(day)}`}
              onClick={() => onRemove(day)}
            >
              <Icon name="close" size={12} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
