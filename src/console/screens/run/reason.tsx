/** Why a run has not gone as it should, in the server's words: first thing below its head. */
import { Link } from 'wouter';
import { Icon } from '../../parts/icon.tsx';
import { Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { isOver } from '../../words/states.ts';
import { whatOf } from './reason-words.ts';
import type { RunView } from './run-view.ts';
import styles from './run.module.css';

/** @param waitsFor why it does not begin, while it waits. */
export function Reason({ view, waitsFor }: { view: RunView; waitsFor: string | null }) {
  const { state, reason, cancelRequestedAt, lateAt } = view;
  if (state === 'FAILED' || state === 'CANCELLED') {
    return (
      <div role="alert" className={styles['reason']} data-state={state}>
        <Icon name="warn" />
        <div>
          <strong>{state === 'FAILED' ? 'The run failed' : 'The run was cancelled'}</strong>
          <p>{reason === null ? 'No reason was given.' : whatOf(reason)}</p>
        </div>
      </div>
    );
  }
  if (isOver(state)) return null;
  const words = notes();
  if (words.length === 0) return null;
  return <div className={styles['reason']}>{words}</div>;

  function notes() {
    return [
      state === 'WAITING' && (
        <p key="waits">
          Waits: {waitsFor === null ? 'another run goes first' : <WithLink words={waitsFor} />}.
        </p>
      ),
      cancelRequestedAt !== null && (
        <p key="ends">
          Asked to end at <Moment at={cancelRequestedAt} />: {reason ?? 'cancelled on request'}. It
          ends within seconds.
        </p>
      ),
      lateAt !== null && (
        <p key="late">
          Takes longer than expected; people were told at <Moment at={lateAt} />.
        </p>
      ),
    ].filter((each) => each !== false);
  }
}

/** The server's words, with the run that they name as a link. */
function WithLink({ words }: { words: string }) {
  const { project } = usePlace();
  const [before = '', id, after] = words.split(/\brun (\d+)\b/);
  return (
    <>
      {before}
      {id !== undefined && (
        <Link href={paths.run(project.slug, Number(id))} className={styles['named']}>
          run {id}
        </Link>
      )}
      {after}
    </>
  );
}
