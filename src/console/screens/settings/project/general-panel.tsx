/** Name, zone, owner, limit and dbt folder of a project. Another zone is shown with what it moves before it is saved. */
import { useState, type SubmitEvent } from 'react';
import {
  UpdateProjectDocument,
  type ProjectSettingsPartsFragment,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { problemAt, withoutFields } from '../refused-at.ts';
import { isZone, ZoneField } from '../zone-field.tsx';
import { OwnerField } from './owner-field.tsx';
import { ZoneChange } from './zone-change.tsx';
import styles from '../parts.module.css';

export type Project = ProjectSettingsPartsFragment;

type Draft = {
  readonly name: string;
  /** Empty: the organisation's. */
  readonly timezone: string;
  readonly ownerUserId: string;
  /** Empty: no limit. */
  readonly maxRunning: string;
  /** Empty: none. */
  readonly dbtFolder: string;
};

const FIELDS = [['name'], ['timezone'], ['ownerUserId'], ['maxRunning'], ['dbtFolder']] as const;

const draftOf = ({ name, timezone, owner, maxRunning, dbtFolder }: Project): Draft => ({
  name,
  timezone: timezone ?? '',
  ownerUserId: owner.id,
  maxRunning: maxRunning === null ? '' : String(maxRunning),
  dbtFolder: dbtFolder ?? '',
});

export function GeneralPanel({
  project,
  orgZone,
  isAdmin,
}: {
  project: Project;
  orgZone: string;
  isAdmin: boolean;
}) {
  const saved = draftOf(project);
  const [change, setChange] = useState<Partial<Draft>>({});
  const [isTold, setTold] = useState(false);
  const { send, sending, refused, clear } = useCommand(UpdateProjectDocument);
  const draft = { ...saved, ...change };
  const changed = (Object.keys(draft) as (keyof Draft)[]).filter(
    (key) => draft[key].trim() !== saved[key].trim(),
  );
  const zone = draft.timezone.trim() || orgZone;

  function set(next: Partial<Draft>) {
    setTold(false);
    if (refused) clear();
    setChange((before) => ({ ...before, ...next }));
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const has = (key: keyof Draft) => changed.includes(key);
    const answer = await send({
      id: project.id,
      // What is not named stays as it is, whoever changed it meanwhile.
      ...(has('name') && { name: draft.name.trim() }),
      ...(has('timezone') && { timezone: draft.timezone.trim() || null }),
      ...(has('ownerUserId') && { ownerUserId: draft.ownerUserId }),
      ...(has('maxRunning') && { maxRunning: numberOf(draft.maxRunning) }),
      ...(has('dbtFolder') && { dbtFolder: draft.dbtFolder.trim() || null }),
    });
    if (!answer) return;
    setChange({});
    setTold(true);
  }

  if (!project.canEdit) return <Facts project={project} orgZone={orgZone} />;
  return (
    <Panel title="Project" note={project.slug}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <Refusal refused={withoutFields(refused, FIELDS)} />
        <Field label="Name" problem={problemAt(refused, 'name')}>
          {(given) => (
            <input
              {...given}
              required
              maxLength={200}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <ZoneField
          help="Of schedules that name none. Empty: the organisation’s."
          problem={problemAt(refused, 'timezone')}
          placeholder={`${orgZone} (the organisation’s)`}
          value={draft.timezone}
          onChange={(timezone) => set({ timezone })}
        />
        {changed.includes('timezone') && zone !== project.zone && isZone(zone) && (
          <ZoneChange projectId={project.id} before={project.zone} after={zone} />
        )}
        {isAdmin ? (
          <>
            <div className={styles['pair']}>
              <OwnerField
                owner={project.owner}
                value={draft.ownerUserId}
                problem={problemAt(refused, 'ownerUserId')}
                onChange={(ownerUserId) => set({ ownerUserId })}
              />
              <Field
                label="Running at once"
                help="How many of its runs, at most. Empty: no limit."
                problem={problemAt(refused, 'maxRunning')}
              >
                {(given) => (
                  <input
                    {...given}
                    type="number"
                    min={1}
                    max={10_000}
                    step={1}
                    value={draft.maxRunning}
                    placeholder="No limit"
                    onChange={(event) => set({ maxRunning: event.target.value })}
                  />
                )}
              </Field>
            </div>
            <Field
              label="Folder of dbt"
              help="Below the workers’ DBT_ROOT: its recipes are the dbt project in it. Empty: one is made of its recipes."
              problem={problemAt(refused, 'dbtFolder')}
            >
              {(given) => (
                <input
                  {...given}
                  maxLength={500}
                  value={draft.dbtFolder}
                  placeholder="None"
                  spellCheck={false}
                  onChange={(event) => set({ dbtFolder: event.target.value })}
                />
              )}
            </Field>
          </>
        ) : (
          <>
            <dl className={styles['facts']}>
              <dt>Owner</dt>
              <dd>{project.owner.name}</dd>
              <dt>Running at once</dt>
              <dd>{limitWords(project)}</dd>
              <dt>Folder of dbt</dt>
              <dd>{project.dbtFolder ?? 'none'}</dd>
            </dl>
            <p className={styles['why']}>Changing owner, limit and folder needs org.admin.</p>
          </>
        )}
        <div className={styles['foot']}>
          <span role="status" className={styles['said']}>
            {isTold ? 'Saved.' : changed.length > 0 ? 'Not saved yet.' : ''}
          </span>
          {changed.length > 0 && <Button onClick={() => setChange({})}>Take back</Button>}
          <Button type="submit" kind="primary" busy={sending} disabled={changed.length === 0}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

const numberOf = (text: string) => (text.trim() === '' ? null : Number(text));

const limitWords = ({ maxRunning }: Project) =>
  maxRunning === null ? 'no limit' : `${maxRunning} at most`;

/** For those who may only look. */
function Facts({ project, orgZone }: { project: Project; orgZone: string }) {
  return (
    <Panel title="Project" note={project.slug}>
      <div className={styles['form']}>
        <dl className={styles['facts']}>
          <dt>Name</dt>
          <dd>{project.name}</dd>
          <dt>Time zone</dt>
          <dd>{project.timezone ?? `${orgZone} (the organisation’s)`}</dd>
          <dt>Owner</dt>
          <dd>{project.owner.name}</dd>
          <dt>Running at once</dt>
          <dd>{limitWords(project)}</dd>
          <dt>Folder of dbt</dt>
          <dd>{project.dbtFolder ?? 'none'}</dd>
        </dl>
        <p className={styles['why']}>Changing them needs project.edit on this project.</p>
      </div>
    </Panel>
  );
}
