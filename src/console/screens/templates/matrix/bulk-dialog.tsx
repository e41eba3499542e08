/** Many cells at once: how many, asked once; then what became of them, and what was refused and why. */
import { useState } from 'react';
import { useClient } from 'urql';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import type { Refused } from '../../../live/use-command.ts';
import { setEnabled, toldOf, wantsValues, type RefusedCell } from '../set-enabled.ts';
import type { Wanted } from '../values/values-dialog.tsx';
import { countOf, extentOf, type Chosen } from './chosen.ts';
import type { MatrixReader } from './read-matrix.ts';
import type { Sheet } from './sheet.ts';
import { groupRefused } from './refused-groups.ts';
import styles from './bulk-dialog.module.css';

// An answer of so many takes some seconds; in between one sees how far it is.
const AT_ONCE = 200;
// Of one reason; a thousand names say no more.
const NAMES = 10;

type Refusals = readonly { readonly templateId: string; readonly cell: RefusedCell }[];
type Done = {
  readonly switched: number;
  readonly refused: Refusals;
  readonly failure: Refused | null;
};

/** Mount it while it is open. */
export function BulkDialog({
  chosen,
  sheet,
  enabled,
  learn,
  onGiveValues,
  onClose,
}: {
  chosen: Chosen;
  sheet: Sheet;
  enabled: boolean;
  learn: MatrixReader['learn'];
  onGiveValues: (wanted: Wanted) => void;
  /** @param isDone something was switched, or tried. */
  onClose: (isDone: boolean) => void;
}) {
  const client = useClient();
  const [at, setAt] = useState<number | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const total = countOf(chosen);
  const { templates, projects } = extentOf(chosen);
  const already = alreadySo(chosen, sheet, enabled);
  const word = enabled ? 'on' : 'off';
  const nameOf = (id: string) =>
    sheet.templates.find((template) => template?.id === id)?.displayName ?? id;

  async function go() {
    const refused: { templateId: string; cell: RefusedCell }[] = [];
    let [passed, switched] = [0, 0];
    setAt(0);
    for (const [templateId, ids] of chosen) {
      const all = [...ids];
      for (let from = 0; from < all.length; from += AT_ONCE) {
        const projectIds = all.slice(from, from + AT_ONCE);
        const outcome = await setEnabled(client, { templateId, projectIds, enabled });
        learn(toldOf(templateId, outcome.cells));
        switched += outcome.cells.length;
        refused.push(...outcome.refused.map((cell) => ({ templateId, cell })));
        if (outcome.failure) return setDone({ switched, refused, failure: outcome.failure });
        setAt((passed += projectIds.length));
      }
    }
    setDone({ switched, refused, failure: null });
  }

  if (done) {
    const left = total - done.switched - done.refused.length;
    return (
      <Dialog
        open
        wide={done.refused.length > 0}
        onClose={() => onClose(true)}
        title={`${count(done.switched)} of ${count(total)} switched ${word}`}
        actions={
          <Button kind="primary" onClick={() => onClose(true)}>
            Done
          </Button>
        }
      >
        <p role="status">
          {count(done.switched)} {done.switched === 1 ? 'cell is' : 'cells are'} {word}.
          {done.refused.length > 0 &&
            ` ${count(done.refused.length)} ${done.refused.length === 1 ? 'stays as it was' : 'stay as they were'}:`}
          {left > 0 && ` ${count(left)} were not tried.`}
        </p>
        <Refusal refused={done.failure} />
        <ul className={styles['groups']}>
          {groupRefused(done.refused).map(({ key, templateId, message, problems, cells }) => (
            <li key={key}>
              <div>
                <p>
                  <b>{nameOf(templateId)}</b> in {namesOf(cells)}
                </p>
                <p className={styles['why']}>
                  {problems.length === 0 && message}
                  {problems.map(({ at: place, message: words }) => (
                    <span key={`${place} ${words}`}>
                      {place && <code>{place}</code>} {words}
                    </span>
                  ))}
                </p>
              </div>
              {enabled && wantsValues({ problems }) && (
                <Button
                  onClick={() =>
                    onGiveValues({
                      templateId,
                      projectIds: cells.map(({ projectId }) => projectId),
                      problems,
                    })
                  }
                >
                  {cells.length === 1 ? 'Give values' : `Give values to all ${count(cells.length)}`}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={() => at === null && onClose(false)}
      title={`Switch ${count(total)} ${total === 1 ? 'cell' : 'cells'} ${word}?`}
      actions={
        <>
          <Button disabled={at !== null} onClick={() => onClose(false)}>
            Back
          </Button>
          <Button kind="primary" busy={at !== null} onClick={() => void go()}>
            Switch {count(total)} {word}
          </Button>
        </>
      }
    >
      <p>
        {count(templates)} {templates === 1 ? 'template' : 'templates'} in {count(projects)}{' '}
        {projects === 1 ? 'project' : 'projects'}.{' '}
        {enabled
          ? 'Each project gets its scenario, or the one that it had goes on.'
          : 'Their scenarios pause and keep everything.'}
      </p>
      {already > 0 && (
        <p>
          {count(already)} of them {already === 1 ? 'is' : 'are'} {word} already.
        </p>
      )}
      {at !== null && (
        <progress
          className={styles['progress']}
          max={total}
          value={at}
          aria-label={`Switched ${count(at)} of ${count(total)}`}
        />
      )}
    </Dialog>
  );
}

function alreadySo(chosen: Chosen, { cells }: Sheet, enabled: boolean): number {
  let already = 0;
  for (const [templateId, ids] of chosen) {
    for (const id of ids) {
      const state = cells.get(templateId)?.get(id)?.state ?? 'OFF';
      if (state === (enabled ? 'ON' : 'OFF')) already += 1;
    }
  }
  return already;
}

function namesOf(cells: readonly RefusedCell[]): string {
  const names = cells.slice(0, NAMES).map(({ project, projectId }) => project?.name ?? projectId);
  const more = cells.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
}
