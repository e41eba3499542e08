/** What one may do with a row: one menu and one dialog for all rows, since thousands scroll by. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { BackfillDialog } from '../../commands/backfill-scenario.tsx';
import { DeleteDialog } from '../../commands/delete-scenario.tsx';
import { DuplicateDialog } from '../../commands/duplicate-scenario.tsx';
import { PauseDialog } from '../../commands/pause-scenario.tsx';
import { useRunNow } from '../../commands/run-now.tsx';
import { ResumeScenarioDocument } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { MenuAt, MenuGap, MenuItem } from '../../parts/menu.tsx';
import { Refusal } from '../../parts/notice.tsx';
import type { Row } from './roster.ts';

export type RowCommands = {
  run(row: Row): void;
  pauseOrResume(row: Row): void;
  /** @param button at which the menu opens. */
  more(row: Row, button: HTMLElement): void;
};

type Asked = { readonly what: 'pause' | 'duplicate' | 'backfill' | 'delete'; readonly row: Row };

/** @returns commands that stay the same, and what they show. */
export function useRowCommands(): { commands: RowCommands; shown: ReactNode } {
  const running = useRunNow();
  const resuming = useCommand(ResumeScenarioDocument);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [menu, setMenu] = useState<{ row: Row; button: HTMLElement } | null>(null);
  const [resumed, setResumed] = useState<Row | null>(null);

  const pauseOrResume = (row: Row) => {
    if (row.state !== 'PAUSED') return setAsked({ what: 'pause', row });
    setResumed(row);
    void resuming.send({ id: row.id });
  };
  const latest = useRef({ run: running.run, pauseOrResume });
  useEffect(() => {
    latest.current = { run: running.run, pauseOrResume };
  });
  const commands = useMemo<RowCommands>(
    () => ({
      run: (row) => latest.current.run(row),
      pauseOrResume: (row) => latest.current.pauseOrResume(row),
      more: (row, button) => setMenu({ row, button }),
    }),
    [],
  );
  const close = () => setAsked(null);
  return {
    commands,
    shown: (
      <>
        <RowMenu menu={menu} commands={commands} onAsk={setAsked} onClose={() => setMenu(null)} />
        {asked?.what === 'pause' && <PauseDialog scenario={asked.row} onClose={close} />}
        {asked?.what === 'duplicate' && <DuplicateDialog scenario={asked.row} onClose={close} />}
        {asked?.what === 'backfill' && (
          <BackfillDialog scenario={asked.row} zone={asked.row.zone} onClose={close} />
        )}
        {asked?.what === 'delete' && <DeleteDialog scenario={asked.row} onClose={close} />}
        {running.dialog}
        <Dialog
          open={resuming.refused !== null}
          onClose={resuming.clear}
          title={`${resumed?.name} was not resumed`}
        >
          <Refusal refused={resuming.refused} />
        </Dialog>
      </>
    ),
  };
}

function RowMenu({
  menu,
  commands,
  onAsk,
  onClose,
}: {
  menu: { row: Row; button: HTMLElement } | null;
  commands: RowCommands;
  onAsk: (asked: Asked) => void;
  onClose: () => void;
}) {
  const row = menu?.row;
  const kind = row?.trigger?.__typename;
  const isPaused = row?.state === 'PAUSED';
  return (
    <MenuAt anchor={menu?.button ?? null} label={row?.name ?? ''} onClose={onClose}>
      {row && (
        <>
          <MenuItem icon={<Icon name="play" />} onSelect={() => commands.run(row)}>
            Run now
          </MenuItem>
          <MenuItem
            icon={<Icon name={isPaused ? 'resume' : 'pause'} />}
            onSelect={() => commands.pauseOrResume(row)}
          >
            {isPaused ? 'Resume' : 'Pause …'}
          </MenuItem>
          <MenuGap />
          <MenuItem icon={<Icon name="copy" />} onSelect={() => onAsk({ what: 'duplicate', row })}>
            Duplicate …
          </MenuItem>
          <MenuItem
            icon={<Icon name="history" />}
            // Without due times there is nothing to fill.
            disabled={kind !== 'CronTrigger' && kind !== 'IntervalTrigger'}
            onSelect={() => onAsk({ what: 'backfill', row })}
          >
            Backfill …
          </MenuItem>
          <MenuGap />
          <MenuItem
            danger
            icon={<Icon name="bin" />}
            onSelect={() => onAsk({ what: 'delete', row })}
          >
            Delete …
          </MenuItem>
        </>
      )}
    </MenuAt>
  );
}
