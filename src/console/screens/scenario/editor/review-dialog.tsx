/** What saving would change, before it does; and what somebody else has changed meanwhile, when that is so. */
import { useState } from 'react';
import { ApplyScenarioDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Difference } from '../../../parts/difference.tsx';
import { Refusal, Skeleton } from '../../../parts/notice.tsx';
import { writeYaml } from '../../../parts/yaml-text.ts';
import type { Draft } from '../draft.ts';
import { tidy } from './configuration.ts';
import { ConflictView } from './conflict-view.tsx';
import type { Target } from './editor.tsx';
import type { Plan } from './use-plan.ts';

type Saved = { readonly databaseId: number; readonly version: number };

/** Mount it while it is open. @param onRebase what is typed goes on from what somebody else has saved. */
export function ReviewDialog({
  target: { scenario, projectId, base },
  draft,
  plan,
  settled,
  onRebase,
  onDiscard,
  onClose,
  onSaved,
}: {
  target: Target;
  draft: Draft;
  plan: Plan | null;
  settled: boolean;
  onRebase: (draft: Draft) => void;
  onDiscard: () => void;
  onClose: () => void;
  onSaved: (saved: Saved) => void;
}) {
  const { send, sending, refused, clear } = useCommand(ApplyScenarioDocument);
  const isStale = scenario !== null && base.version !== draft.base.version;
  // What is shown does not change under the reader's eyes; the server says so if it is out of date.
  const [wasStale] = useState(isStale);
  const isConflict = scenario !== null && (wasStale || refused?.kind === 'Conflict') && isStale;
  const title = scenario ? `Save ${scenario.name}?` : 'Create this scenario?';

  async function save(ifVersion: number | null, configuration = draft.configuration) {
    const answer = await send({
      projectId,
      scenarioId: scenario?.id ?? null,
      configuration,
      ifVersion,
    });
    const saved = answer?.applyScenario;
    if (saved?.__typename === 'Scenario') onSaved(saved);
  }

  if (isConflict) {
    return (
      <ConflictView
        scenario={scenario}
        draft={draft}
        mine={plan?.after ?? draft.configuration}
        sending={sending}
        refused={refused?.kind === 'Conflict' ? null : refused}
        onClose={onClose}
        onTakeTheirs={() => {
          onDiscard();
          onClose();
        }}
        onTakeMine={(theirs) => {
          clear();
          onRebase({ ...draft, base: theirs });
          void save(theirs.version);
        }}
      />
    );
  }
  const after = plan && settled && plan.problems.length === 0 ? plan.after : null;
  const before = draft.base.version === null ? '' : writeYaml(tidy(plan?.before));
  const next = writeYaml(tidy(after));
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            busy={sending}
            disabled={after === null || before === next}
            onClick={() => void save(draft.base.version)}
          >
            {scenario ? 'Save' : 'Create'}
          </Button>
        </>
      }
    >
      <Refusal refused={refused} />
      {after === null ? (
        settled ? (
          <p>There are problems to mend first.</p>
        ) : (
          <Skeleton lines={6} />
        )
      ) : (
        <Difference
          before={before}
          after={next}
          labels={[scenario ? `version ${draft.base.version}` : 'nothing', 'what you have typed']}
        />
      )}
    </Dialog>
  );
}
