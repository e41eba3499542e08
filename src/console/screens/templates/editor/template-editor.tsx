/** A template as YAML. What is wrong with it is told while one types, at its line; before it is saved one sees what that
 *  would do to every project. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Failure } from '../../../parts/notice.tsx';
import type { YamlEditorHandle } from '../../../parts/yaml-editor.tsx';
import { readYaml, writeYaml } from '../../../parts/yaml-text.ts';
import { draftOf, isChanged, useDraft, type Base, type Draft } from '../../scenario/draft.ts';
import { isRecord } from '../../scenario/editor/configuration.ts';
import { ProblemList } from '../../scenario/editor/problem-list.tsx';
import { StaleNotice } from '../../scenario/editor/stale-notice.tsx';
import { YamlPane } from '../../scenario/editor/yaml-pane.tsx';
import type { Template } from '../template.tsx';
import { PlanNote } from './plan-note.tsx';
import { ReviewTemplate, type Saved } from './review-template.tsx';
import { useTemplatePlan } from './use-template-plan.ts';
import styles from './template-editor.module.css';

export type Target = {
  /** Under which what is typed is kept. */
  readonly key: string;
  /** null: a new one. */
  readonly template: Template | null;
  readonly base: Base;
  readonly canEdit: boolean;
};

const NOT_AN_OBJECT = 'a template is an object with slug, display_name, trigger and steps';

export function TemplateEditor({
  target,
  onSaved,
}: {
  target: Target;
  /** Once it is written; what was typed is kept no longer. */
  onSaved: (saved: Saved) => void;
}) {
  const { key, template, base, canEdit } = target;
  const { draft, keep, discard } = useCurrentDraft(key, base);
  const changed = isChanged(draft);
  const yaml = useRef<YamlEditorHandle>(null);
  const [asking, setAsking] = useState<'review' | 'discard' | null>(null);
  const written = useMemo(() => writeYaml(draft.configuration), [draft.configuration]);
  const text = draft.text ?? written;
  const reading = useMemo(() => readYaml(text), [text]);
  const { plan, settled, error } = useTemplatePlan({
    id: template?.id ?? null,
    configuration: draft.configuration,
    pulse: template && JSON.stringify([template.version, template.counts]),
    pause: !canEdit || draft.unreadable,
  });
  const placed = useMemo(() => {
    if (!draft.unreadable) {
      return (plan?.problems ?? []).map((problem) => ({
        ...problem,
        ...reading.locate(problem.path),
      }));
    }
    const found = reading.problems.length > 0 ? reading.problems : [reading.locate([])];
    return found.map((each) => ({ at: '', path: [], message: NOT_AN_OBJECT, ...each }));
  }, [draft.unreadable, plan, reading]);

  function type(typed: string) {
    const { value } = readYaml(typed);
    const readable = isRecord(value);
    keep({
      ...draft,
      configuration: readable ? value : draft.configuration,
      text: typed,
      unreadable: !readable,
    });
  }

  const state = changed ? 'Not saved. ' : template ? 'As saved. ' : 'Not made yet. ';
  return (
    <div className={styles['editor']}>
      <div className={styles['toolbar']}>
        <p role="status" className={styles['state']} data-settled={settled || undefined}>
          {canEdit ? (
            <>
              {state}
              {placed.length > 0
                ? `${placed.length} ${placed.length === 1 ? 'problem' : 'problems'}.`
                : settled && 'No problems.'}
            </>
          ) : (
            'You may see it; who administers the organisation may change it.'
          )}
        </p>
        {canEdit && (
          <div className={styles['actions']}>
            {changed && <Button onClick={() => setAsking('discard')}>Drop the changes</Button>}
            <Button
              kind="primary"
              disabled={!changed && template !== null}
              onClick={() => {
                const [first] = placed;
                if (first && (settled || draft.unreadable)) yaml.current?.goTo(first.from);
                else setAsking('review');
              }}
            >
              {template ? 'Review and save' : 'Review and create'}
            </Button>
          </div>
        )}
      </div>
      {template && changed && draft.base.version !== base.version && (
        <StaleNotice version={base.version ?? 0} onShow={() => setAsking('review')} />
      )}
      {error && <Failure error={error} />}
      <ProblemList
        problems={placed}
        unreadable={draft.unreadable}
        onGoTo={(_path, from) => yaml.current?.goTo(from)}
      />
      {canEdit && template && changed && placed.length === 0 && plan && <PlanNote plan={plan} />}
      <YamlPane ref={yaml} text={text} marks={placed} readOnly={!canEdit} onChange={type} />
      {asking === 'review' && (
        <ReviewTemplate
          target={target}
          draft={draft}
          plan={plan}
          settled={settled}
          onRebase={keep}
          onDiscard={discard}
          onClose={() => setAsking(null)}
          onSaved={(saved) => {
            discard();
            setAsking(null);
            onSaved(saved);
          }}
        />
      )}
      <Dialog
        open={asking === 'discard'}
        onClose={() => setAsking(null)}
        title="Drop the changes?"
        actions={
          <>
            <Button onClick={() => setAsking(null)}>Back</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(null);
                discard();
              }}
            >
              Drop them
            </Button>
          </>
        }
      >
        <p>What you have typed and not saved goes.</p>
      </Dialog>
    </div>
  );
}

/** What is typed, or what is stored as long as nothing is typed. */
function useCurrentDraft(key: string, base: Base) {
  const { draft: kept, keep, discard } = useDraft(key);
  const isCurrent = kept !== null && (isChanged(kept) || kept.base.version === base.version);
  const fresh = useMemo(() => draftOf(base), [base]);
  useEffect(() => {
    // Nothing was changed, and what it began from is no more.
    if (kept !== null && !isCurrent) discard();
  }, [kept, isCurrent, discard]);
  const draft: Draft = isCurrent ? kept : fresh;
  return { draft, keep, discard };
}
