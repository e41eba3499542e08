/** What a project gives to a template, as a form made from the parameters, and the switch. For many projects at once the
 *  same values go to all of them. */
import { useState, type SubmitEvent } from 'react';
import { useClient, useQuery } from 'urql';
import { Link } from 'wouter';
import { TemplateValuesDocument, type TemplateValuesQuery } from '../../../generated/graphql.ts';
import type { Problem, Refused } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { paths } from '../../../shell/place.ts';
import { CELL_LOOKS, overrideWords } from '../looks.ts';
import { parameterOf, setEnabled, type Outcome } from '../set-enabled.ts';
import { Preview } from './preview.tsx';
import { toSend, type Values } from './values.ts';
import { ValueField } from './value-field.tsx';
import styles from './values.module.css';

export type Wanted = {
  readonly templateId: string;
  readonly projectIds: readonly string[];
  /** Why it did not do, if it was tried. */
  readonly problems: readonly Problem[];
};

type Props = {
  readonly wanted: Wanted;
  readonly readOnly: boolean;
  readonly onClose: () => void;
  /** Once something was switched. */
  readonly onDone: (outcome: Outcome) => void;
};

/** Mount it while it is open. */
export default function ValuesDialog(props: Props) {
  const { templateId, projectIds } = props.wanted;
  const [{ data, error, fetching }] = useQuery({
    query: TemplateValuesDocument,
    variables: { templateId, projectId: projectIds[0] ?? '' },
    requestPolicy: 'network-only',
  });
  // As it was when it was opened: what is typed does not change under one's hands.
  const [opened, setOpened] = useState<TemplateValuesQuery | null>(null);
  if (data && !fetching && !opened) setOpened(data);
  if (opened?.template && opened.project) return <Form {...props} data={opened} />;
  return (
    <Dialog open onClose={props.onClose} title="Values">
      {error && <Failure error={error} />}
      {!opened && !error && <Skeleton lines={6} height="2rem" />}
      {opened && <p>There is no such template or project any more.</p>}
    </Dialog>
  );
}

function Form({
  wanted: { templateId, projectIds, problems: tried },
  data: { template, project, templateCell },
  readOnly,
  onClose,
  onDone,
}: Props & { data: TemplateValuesQuery }) {
  const client = useClient();
  const isMany = projectIds.length > 1;
  const cell = isMany ? null : templateCell;
  const given = (cell?.values ?? {}) as Values;
  const { parameters, displayName, configuration } = template!;
  const [typed, setTyped] = useState<Values>(given);
  const [problems, setProblems] = useState<readonly Problem[]>(
    tried.length > 0 ? tried : (cell?.problems ?? []),
  );
  const [failure, setFailure] = useState<Refused | null>(null);
  const [sending, setSending] = useState<'on' | 'off' | null>(null);
  const names = new Set(parameters.map(({ name }) => name));
  const isPlaced = (problem: Problem) => names.has(parameterOf(problem) ?? '');
  const state = cell?.state ?? 'NEVER';
  // What stands at a field is not said twice.
  const isTold =
    cell?.problem != null && !(cell.problems.length > 0 && cell.problems.every(isPlaced));
  const where = isMany ? `${count(projectIds.length)} projects` : project!.name;
  const isOn = state === 'ON' || state === 'BROKEN' || state === 'NEEDS_VALUES';

  async function send(enabled: boolean) {
    setSending(enabled ? 'on' : 'off');
    setFailure(null);
    const outcome = await setEnabled(client, {
      templateId,
      projectIds,
      enabled,
      ...(enabled && { values: toSend(given, typed) }),
    });
    setSending(null);
    if (outcome.failure) return setFailure(outcome.failure);
    const [refused] = outcome.refused;
    if (refused && !isMany) {
      setProblems(refused.problems);
      const rest = refused.problems.filter((problem) => !isPlaced(problem));
      if (rest.length > 0 || refused.problems.length === 0)
        setFailure({ message: refused.message, problems: rest, kind: refused.code, facts: {} });
      return;
    }
    onDone(outcome);
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`${displayName} in ${where}`}
      actions={
        <>
          <Button onClick={onClose}>{readOnly ? 'Close' : 'Back'}</Button>
          {!readOnly && isOn && (
            <Button
              busy={sending === 'off'}
              disabled={sending !== null}
              onClick={() => void send(false)}
            >
              Switch off
            </Button>
          )}
          {!readOnly && (
            <Button
              kind="primary"
              type="submit"
              form="values"
              busy={sending === 'on'}
              disabled={sending !== null}
            >
              {state === 'ON' ? 'Save values' : 'Switch on'}
            </Button>
          )}
        </>
      }
    >
      {!isMany && (
        <div className={styles['now']}>
          <StateMark looks={CELL_LOOKS} state={state} />
          {cell?.scenario && (
            <Link href={paths.scenario(project!.slug, cell.scenario.databaseId)}>Its scenario</Link>
          )}
        </div>
      )}
      {isTold && failure === null && tried.length === 0 && (
        <p className={styles['why']}>{cell?.problem}</p>
      )}
      {cell && cell.overrides.length > 0 && (
        <p className={styles['note']}>
          The project has changed {overrideWords(cell.overrides)}; that stays as it is.
        </p>
      )}
      <Refusal refused={failure} />
      <form
        id="values"
        className={styles['form']}
        noValidate
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          void send(true);
        }}
      >
        {parameters.length === 0 && (
          <p className={styles['note']}>This template asks for nothing.</p>
        )}
        {parameters.map((parameter) => {
          const { name, type } = parameter;
          const told = problems.filter((problem) => parameterOf(problem) === name);
          const value = typed[name];
          return (
            <div key={name} className={styles['field']}>
              <ValueField
                parameter={parameter}
                value={value}
                problem={told.map(({ message }) => message).join(' ') || null}
                readOnly={readOnly}
                onChange={(next) => {
                  setTyped((before) => ({ ...before, [name]: next }));
                  setProblems((before) => before.filter((each) => parameterOf(each) !== name));
                }}
              />
              {type === 'CRON' && (
                <Preview
                  name={name}
                  trigger={(configuration as Values)['trigger']}
                  parameters={parameters}
                  values={typed}
                  zone={project!.zone}
                />
              )}
            </div>
          );
        })}
      </form>
    </Dialog>
  );
}
