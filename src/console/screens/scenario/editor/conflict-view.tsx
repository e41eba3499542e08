/** Somebody else saved first: who and when, what they changed, how one's own differs; and the choice between both. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { ScenarioVersionsDocument } from '../../../generated/graphql.ts';
import type { Refused } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Difference } from '../../../parts/difference.tsx';
import { Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { Ago } from '../../../parts/time.tsx';
import { writeYaml } from '../../../parts/yaml-text.ts';
import type { Base, Draft } from '../draft.ts';
import type { Scenario } from '../use-scenario.ts';
import { tidy } from './configuration.ts';

type Side = 'mine' | 'theirs';

export function ConflictView({
  scenario,
  draft,
  mine,
  sending,
  refused,
  onClose,
  onTakeTheirs,
  onTakeMine,
}: {
  scenario: Scenario;
  draft: Draft;
  /** What is typed, as it would be stored. */
  mine: unknown;
  sending: boolean;
  refused: Refused | null;
  onClose: () => void;
  onTakeTheirs: () => void;
  onTakeMine: (theirs: Base) => void;
}) {
  const [side, setSide] = useState<Side>('mine');
  const [{ data, error }] = useQuery({
    query: ScenarioVersionsDocument,
    variables: { id: scenario.id, first: 1 },
    requestPolicy: 'network-only',
  });
  const theirs = data?.scenario?.versions.nodes[0];
  const stored = theirs && tidy(theirs.configuration);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Somebody else has saved meanwhile"
      actions={
        <>
          <Button onClick={onClose}>Back to editing</Button>
          <Button kind="danger" disabled={!theirs} onClick={onTakeTheirs}>
            Drop mine
          </Button>
          <Button
            kind="primary"
            busy={sending}
            disabled={!theirs}
            onClick={() =>
              theirs && onTakeMine({ version: theirs.version, configuration: tidy(stored) })
            }
          >
            Save mine over it
          </Button>
        </>
      }
    >
      {error && <Failure error={error} />}
      <Refusal refused={refused} />
      {!theirs || !stored ? (
        !error && <Skeleton lines={6} />
      ) : (
        <>
          <p>
            {theirs.author?.name ?? 'Somebody'} has saved version {theirs.version}{' '}
            <Ago at={theirs.createdAt} />; you began from version {draft.base.version}. Nothing that
            you have typed is lost.
          </p>
          <Choice
            label="Which difference"
            value={side}
            onChange={setSide}
            options={[
              { value: 'mine', label: 'Yours against theirs' },
              { value: 'theirs', label: 'What they have changed' },
            ]}
          />
          {side === 'mine' ? (
            <Difference
              before={writeYaml(stored)}
              after={writeYaml(tidy(mine))}
              labels={[`version ${theirs.version}`, 'what you have typed']}
            />
          ) : (
            <Difference
              before={writeYaml(draft.base.configuration)}
              after={writeYaml(stored)}
              labels={[`version ${draft.base.version}`, `version ${theirs.version}`]}
            />
          )}
        </>
      )}
    </Dialog>
  );
}
