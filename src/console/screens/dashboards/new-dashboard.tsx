/** Makes a dashboard by its title, without cards, and goes to its editor. */
import { useId, useState } from 'react';
import { useLocation } from 'wouter';
import { DashboardCreateDocument } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Refusal } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import type { Filter } from './period/period.ts';
import { PeriodPicker } from './period/period-picker.tsx';

export function NewDashboard({ onClose }: { onClose: () => void }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const form = useId();
  const [title, setTitle] = useState('');
  const [filter, setFilter] = useState<Filter | null>('last_30_days');
  const { send, sending, refused } = useCommand(DashboardCreateDocument);

  async function make() {
    const input = { title, defaultTimeFilter: filter, cards: [] };
    const made = (await send({ projectId: project.id, input }))?.createDashboard;
    if (made?.__typename !== 'DashboardEdit') return;
    navigate(paths.dashboard(project.slug, made.dashboard.databaseId, 'edit'));
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title="New dashboard"
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={sending}
            disabled={title.trim() === ''}
          >
            Make it
          </Button>
        </>
      }
    >
      <form
        id={form}
        style={{ display: 'contents' }}
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label="Title">
          {(given) => (
            <input
              {...given}
              value={title}
              maxLength={200}
              onChange={({ target }) => setTitle(target.value)}
            />
          )}
        </Field>
        <Field label="Period" help="What it shows unless somebody asks for another one.">
          {({ id }) => (
            <PeriodPicker
              id={id}
              label="Period"
              none="All time"
              value={filter}
              onChange={setFilter}
            />
          )}
        </Field>
      </form>
      <Refusal refused={refused} />
    </Dialog>
  );
}
