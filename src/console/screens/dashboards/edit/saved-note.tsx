/** Whether what stands on the page is saved: when, or why not. */
import { Icon } from '../../../parts/icon.tsx';
import { clock, fullMoment } from '../../../words/time.ts';
import type { Saving } from './use-autosave.ts';
import styles from './editor.module.css';

export function SavedNote({ saving }: { saving: Saving }) {
  return (
    <p role="status" className={styles['saved']} data-state={saving.state}>
      {saving.state === 'saved' &&
        (saving.at === null ? (
          'All is saved'
        ) : (
          <span title={fullMoment(saving.at)}>
            Saved {clock(saving.at, undefined, { seconds: false })}
          </span>
        ))}
      {(saving.state === 'waiting' || saving.state === 'saving') && 'Saving…'}
      {(saving.state === 'refused' || saving.state === 'conflict') && (
        <>
          <Icon name="warn" size={14} /> Not saved: {saving.why}
        </>
      )}
    </p>
  );
}
