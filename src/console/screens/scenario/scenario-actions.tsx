/** What one may do with a scenario. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { BackfillDialog } from '../../commands/backfill-scenario.tsx';
import { DeleteDialog } from '../../commands/delete-scenario.tsx';
import { DuplicateDialog } from '../../commands/duplicate-scenario.tsx';
import { PauseOrResume } from '../../commands/pause-scenario.tsx';
import { RunNow } from '../../commands/run-now.tsx';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuGap, MenuItem } from '../../parts/menu.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import type { Scenario } from './use-scenario.ts';

type Asked = 'duplicate' | 'backfill' | 'delete';

/** @param quiet the screen's main action is another one. */
export function ScenarioActions({ scenario, quiet }: { scenario: Scenario; quiet: boolean }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked | null>(null);
  if (!scenario.canEdit) return null;
  const close = () => setAsked(null);
  return (
    <>
      <RunNow scenario={scenario} kind={quiet ? 'plain' : 'primary'} />
      <PauseOrResume scenario={scenario} paused={scenario.pause != null} />
      <Menu trigger={<Button icon={<Icon name="more" />} aria-label="More" title="More" />}>
        <MenuItem icon={<Icon name="copy" />} onSelect={() => setAsked('duplicate')}>
          Duplicate
        </MenuItem>
        <MenuItem icon={<Icon name="history" />} onSelect={() => setAsked('backfill')}>
          Backfill
        </MenuItem>
        <MenuGap />
        <MenuItem danger icon={<Icon name="bin" />} onSelect={() => setAsked('delete')}>
          Delete
        </MenuItem>
      </Menu>
      {asked === 'duplicate' && <DuplicateDialog scenario={scenario} onClose={close} />}
      {asked === 'backfill' && (
        <BackfillDialog scenario={scenario} zone={scenario.zone} onClose={close} />
      )}
      {asked === 'delete' && (
        <DeleteDialog
          scenario={scenario}
          onClose={close}
          onDeleted={() => navigate(paths.scenarios(project.slug), { replace: true })}
        />
      )}
    </>
  );
}
