/** The project's calendars: what each excludes; made, edited and deleted here. */
import { useState } from 'react';
import { DeleteCalendarDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { CalendarDialog, type Calendar } from './calendar-dialog.tsx';
import { dayWords, today, weekdayWords } from './days.ts';
import styles from './project.module.css';

type Asked =
  | { readonly to: 'make' }
  | { readonly to: 'edit' | 'delete'; readonly calendar: Calendar };

export function CalendarsPanel({
  projectId,
  calendars,
  canEdit,
  onChanged,
}: {
  projectId: string;
  calendars: readonly Calendar[];
  canEdit: boolean;
  onChanged: () => void;
}) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const done = () => {
    close();
    onChanged();
  };
  return (
    <Panel
      title="Calendars"
      note="days on which scenarios that name them do not fire"
      flush
      actions={
        canEdit && (
          <Button icon={<Icon name="plus" />} onClick={() => setAsked({ to: 'make' })}>
            New calendar
          </Button>
        )
      }
    >
      {calendars.length === 0 && <Empty title="No calendar yet." />}
      <ul className={styles['calendars']}>
        {calendars.map((calendar) => (
          <li key={calendar.databaseId}>
            <div>
              <b>{calendar.name}</b>
              <span>{wordsOf(calendar)}</span>
            </div>
            {canEdit && (
              <div className={styles['actions']}>
                <Button
                  kind="quiet"
                  icon={<Icon name="edit" />}
                  aria-label={`Edit ${calendar.name}`}
                  onClick={() => setAsked({ to: 'edit', calendar })}
                />
                <Button
                  kind="quiet"
                  icon={<Icon name="bin" />}
                  aria-label={`Delete ${calendar.name}`}
                  onClick={() => setAsked({ to: 'delete', calendar })}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {!canEdit && (
        <p className={styles['why']}>Changing calendars needs project.edit on this project.</p>
      )}
      {asked && asked.to !== 'delete' && (
        <CalendarDialog
          projectId={projectId}
          calendar={asked.to === 'edit' ? asked.calendar : null}
          taken={calendars.map(({ name }) => name)}
          onClose={close}
          onSaved={done}
        />
      )}
      {asked?.to === 'delete' && (
        <DeleteCalendar
          projectId={projectId}
          name={asked.calendar.name}
          onClose={close}
          onDeleted={done}
        />
      )}
    </Panel>
  );
}

/** `Saturdays, Sundays; 12 single days, next 25 Dec 2026`. */
function wordsOf({ dates, weekdays }: Calendar): string {
  const next = dates.find((day) => day >= today());
  const single = dates.length === 1 ? 'one single day' : `${dates.length} single days`;
  const parts = [
    ...(weekdays.length > 0 ? [weekdayWords(weekdays)] : []),
    ...(dates.length > 0 ? [single + (next ? `, next ${dayWords(next)}` : ', all past')] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'no days yet';
}

function DeleteCalendar({
  projectId,
  name,
  onClose,
  onDeleted,
}: {
  projectId: string;
  name: string;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { send, sending, refused } = useCommand(DeleteCalendarDocument);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the calendar ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            onClick={() => void send({ projectId, name }).then((answer) => answer && onDeleted())}
          >
            Delete the calendar
          </Button>
        </>
      }
    >
      <p>It cannot be brought back. One that a scenario names cannot be deleted.</p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
