/** Pressing cells: one press switches, and the cell is busy until the server has answered, which may refuse. */
import { useState } from 'react';
import { useClient } from 'urql';
import { setEnabled, toldOf, wantsValues, type RefusedCell } from '../set-enabled.ts';
import type { Refused } from '../../../live/use-command.ts';
import type { Wanted } from '../values/values-dialog.tsx';
import { NONE, withPairs, type Chosen } from './chosen.ts';
import type { MatrixReader } from './read-matrix.ts';
import type { Project, Template } from './sheet.ts';

// Of many that were refused.
const TOLD = 20;

export type NotSwitched = { readonly title: string; readonly why: Refused };

export function useSwitches(learn: MatrixReader['learn']) {
  const client = useClient();
  const [busy, setBusy] = useState<Chosen>(NONE);
  const [wanted, want] = useState<Wanted | null>(null);
  const [refused, setRefused] = useState<NotSwitched | null>(null);
  const [said, say] = useState('');

  async function flip(template: Template, project: Project, enabled: boolean) {
    if (busy.get(template.id)?.has(project.id)) return;
    const mark = (isBusy: boolean) =>
      setBusy((before) => withPairs(before, [template.id], [project.id], isBusy));
    const words = `${template.displayName} in ${project.name}`;
    mark(true);
    const outcome = await setEnabled(client, {
      templateId: template.id,
      projectIds: [project.id],
      enabled,
    });
    learn(toldOf(template.id, outcome.cells));
    mark(false);
    const why = outcome.failure ?? (outcome.refused[0] && asRefused(outcome.refused[0]));
    if (!why) return say(`${words} is ${enabled ? 'on' : 'off'}.`);
    if (enabled && wantsValues(why)) {
      want({ templateId: template.id, projectIds: [project.id], problems: why.problems });
    } else {
      setRefused({ title: `${words} was not switched ${enabled ? 'on' : 'off'}`, why });
    }
  }

  return {
    busy,
    flip,
    /** The form that is open. */
    wanted,
    want,
    refused,
    clear: () => setRefused(null),
    /** Tells what of many was refused. */
    refuse(template: Pick<Template, 'displayName'>, cells: readonly RefusedCell[]) {
      const problems = cells
        .slice(0, TOLD)
        .flatMap(({ project, projectId, message, problems: its }) =>
          (its.length > 0 ? its : [{ message }]).map((each) => ({
            at: project?.name ?? projectId,
            message: each.message,
            path: [],
          })),
        );
      const more = cells.length > TOLD ? `, of which these are the first ${TOLD}` : '';
      const title = `${template.displayName}: ${cells.length} stay as they were`;
      const why = { message: `They were refused${more}:`, problems, kind: null, facts: {} };
      setRefused({ title, why });
    },
    /** For screen readers. */
    said,
    say,
  };
}

export const asRefused = ({ message, problems, code }: RefusedCell): Refused => ({
  message,
  problems,
  kind: code,
  facts: {},
});
