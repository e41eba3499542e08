/** What saving a template would change in it and in every project, before it does; and what somebody else has saved
 *  meanwhile, where that is so. */
import {
  CreateTemplateDocument,
  UpdateTemplateDocument,
  type TemplateEditPartsFragment,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Difference } from '../../../parts/difference.tsx';
import { Refusal, Skeleton } from '../../../parts/notice.tsx';
import { writeYaml } from '../../../parts/yaml-text.ts';
import type { Draft } from '../../scenario/draft.ts';
import { PlanNote } from './plan-note.tsx';
import { tidyTemplate } from './template-configuration.ts';
import type { Target } from './template-editor.tsx';
import type { Plan } from './use-template-plan.ts';

export type Saved = TemplateEditPartsFragment;

/** Mount it while it is open. @param onRebase what is typed goes on from what somebody else has saved. */
export function ReviewTemplate({
  target: { template, base },
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
  const create = useCommand(CreateTemplateDocument);
  const update = useCommand(UpdateTemplateDocument);
  const refused = create.refused ?? update.refused;
  const sending = create.sending || update.sending;
  const isStale = template !== null && base.version !== draft.base.version;
  const isGood = settled && plan !== null && plan.problems.length === 0;
  // Stale, what is typed is compared with what is stored now.
  const against = isStale ? base : draft.base;
  const before = template ? writeYaml(tidyTemplate(against.configuration)) : '';
  const next = writeYaml(tidyTemplate(draft.configuration));

  async function save() {
    const { configuration } = draft;
    if (!template) {
      const made = (await create.send({ configuration }))?.createTemplate;
      if (made?.__typename === 'TemplateEdit') onSaved(made);
      return;
    }
    if (isStale) onRebase({ ...draft, base });
    const answer = await update.send({ id: template.id, configuration, ifVersion: base.version });
    const saved = answer?.updateTemplate;
    if (saved?.__typename === 'TemplateEdit') onSaved(saved);
  }

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={template ? `Save ${template.displayName}?` : 'Create this template?'}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          {isStale && (
            <Button
              kind="danger"
              onClick={() => {
                onDiscard();
                onClose();
              }}
            >
              Drop mine
            </Button>
          )}
          <Button
            kind="primary"
            busy={sending}
            disabled={!isGood || before === next}
            onClick={() => void save()}
          >
            {isStale ? 'Save mine over it' : template ? 'Save' : 'Create'}
          </Button>
        </>
      }
    >
      <Refusal refused={refused} />
      {isStale && (
        <Callout tone="warn" title={`Somebody else has saved version ${base.version} meanwhile.`}>
          <p>
            You began from version {draft.base.version}. The difference is between what is stored
            now and what you have typed.
          </p>
        </Callout>
      )}
      {!settled && <Skeleton lines={6} />}
      {settled && !isGood && <p>There are problems to mend first.</p>}
      {isGood && (
        <>
          {template && <PlanNote plan={plan} open />}
          <Difference
            before={before}
            after={next}
            labels={[template ? `version ${against.version}` : 'nothing', 'what you have typed']}
          />
        </>
      )}
    </Dialog>
  );
}
