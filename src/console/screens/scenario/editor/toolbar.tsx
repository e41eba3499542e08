/** What one sees of the configuration, how it stands, and what to do with it. */
import { useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import styles from './editor.module.css';

export type Shown = 'form' | 'yaml' | 'both';

export type View = {
  readonly shown: Shown;
  /** For both beside each other. */
  readonly hasRoom: boolean;
  choose(view: Shown): void;
};

const VIEWS = [
  { value: 'form', label: 'Form' },
  { value: 'yaml', label: 'YAML' },
  { value: 'both', label: 'Both' },
] as const;

export function Toolbar({
  view,
  canEdit,
  changed,
  isNew,
  problemCount,
  settled,
  onDiscard,
  onReview,
}: {
  view: View;
  canEdit: boolean;
  changed: boolean;
  isNew: boolean;
  problemCount: number;
  /** The server has judged it as it is now. */
  settled: boolean;
  onDiscard: () => void;
  onReview: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const state = changed ? 'Not saved. ' : isNew ? 'Not made yet. ' : 'As saved. ';
  return (
    <div className={styles['toolbar']}>
      <Choice
        label="Show the configuration as"
        options={view.hasRoom ? VIEWS : VIEWS.slice(0, 2)}
        value={view.shown}
        onChange={view.choose}
      />
      <p role="status" className={styles['state']} data-settled={settled || undefined}>
        {canEdit ? (
          <>
            {state}
            {problemCount > 0
              ? `${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}.`
              : settled && 'No problems.'}
          </>
        ) : (
          'You may see it; a designer may change it.'
        )}
      </p>
      {canEdit && (
        <div className={styles['actions']}>
          {changed && <Button onClick={() => setAsking(true)}>Drop the changes</Button>}
          <Button kind="primary" disabled={!changed && !isNew} onClick={onReview}>
            {isNew ? 'Review and create' : 'Review and save'}
          </Button>
        </div>
      )}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Drop the changes?"
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Back</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(false);
                onDiscard();
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
