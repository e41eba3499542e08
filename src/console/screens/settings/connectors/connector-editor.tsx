/** Makes or changes a connector: a form made from its type, secrets that only go in, and a Test of what is saved. */
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import { CreateConnectorDocument, UpdateConnectorDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button, ButtonLink } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { useLeaveGuard, type Held } from '../../../shell/leave-guard.tsx';
import { usePlace } from '../../../shell/place.ts';
import { problemAt, withoutFields } from '../refused-at.ts';
import { connectorPaths, type Connector, type ConnectorType } from './connector.ts';
import { fieldsOf } from './schema-fields.ts';
import { SchemaInput } from './schema-input.tsx';
import { SecretField } from './secret-field.tsx';
import { TestResult } from './test-result.tsx';
import { useConnectorDraft } from './use-connector-draft.ts';
import type { Tests } from './use-tests.ts';
import parts from '../parts.module.css';
import styles from './connectors.module.css';

const SCOPES = [
  { value: 'project', label: 'This project' },
  { value: 'organisation', label: 'The organisation' },
] as const;

export function ConnectorEditor({
  connector,
  types,
  tests,
  onChanged,
  onMade,
}: {
  /** null: a new one. */
  connector: Connector | null;
  types: readonly ConnectorType[];
  tests: Tests;
  onChanged: () => void;
  /** Called before the address becomes its own. */
  onMade: (connector: Connector) => void;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const draft = useConnectorDraft(connector, types);
  const { type, values, secrets } = draft;
  const [isTold, setTold] = useState(false);
  const create = useCommand(CreateConnectorDocument);
  const update = useCommand(UpdateConnectorDocument);
  const { refused, sending } = connector ? update : create;
  const config = fieldsOf(type.config);
  const sealed = fieldsOf(type.secrets);
  const guard = useGuard(draft.isChanged);
  const tested = connector && tests.of(connector.id);

  async function save(): Promise<string | null> {
    const given = draft.read();
    if (!given) return null;
    if (connector) {
      const variables = { id: connector.id, name: values.name.trim(), config: given.config };
      const answer = await update.send({ ...variables, secrets: given.secrets });
      if (!answer) return null;
      tests.forget(connector.id);
      draft.settle();
      onChanged();
      return connector.id;
    }
    const answer = await create.send({
      projectId: values.scope === 'project' ? project.id : null,
      slug: values.slug.trim(),
      name: values.name.trim(),
      type: type.type,
      config: given.config,
      secrets: given.secrets ?? {},
    });
    const made = answer?.createConnector;
    if (made?.__typename !== 'Connector') return null;
    guard.letGo();
    draft.settle();
    onMade(made);
    navigate(connectorPaths.one(project.slug, made.databaseId), { replace: true });
    return made.id;
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const isTest = (event.nativeEvent.submitter as HTMLButtonElement | null)?.value !== 'save';
    setTold(false);
    const id = connector && !draft.isChanged ? connector.id : await save();
    if (id === null) return;
    if (isTest) await tests.test(id);
    else setTold(true);
  }

  const saidOf = () => {
    if (connector === null) return 'It is saved before it is tested.';
    return draft.isChanged ? 'Not saved yet.' : isTold ? 'Saved.' : '';
  };
  const problem = (...path: string[]) => problemAt(refused, ...path);
  return (
    <Panel
      title={connector ? connector.name : 'New connector'}
      note={connector ? <code>{connector.slug}</code> : undefined}
      actions={
        <ButtonLink
          kind="quiet"
          icon={<Icon name="left" />}
          href={connectorPaths.list(project.slug)}
        >
          All connectors
        </ButtonLink>
      }
    >
      <form className={styles['editor']} onSubmit={(event) => void submit(event)}>
        <Refusal
          refused={withoutFields(refused, [
            ['name'],
            ['slug'],
            ['type'],
            ...config.map(({ name }) => ['config', name]),
            ...sealed.map(({ name }) => ['secrets', name]),
          ])}
        />
        {connector === null && (
          <>
            <Field label="Type" help={type.description} problem={problem('type')}>
              {(given) => (
                <select
                  {...given}
                  value={type.type}
                  onChange={(event) => draft.chooseType(event.target.value)}
                >
                  {types.map((each) => (
                    <option key={each.type} value={each.type}>
                      {each.label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <div className={styles['scope']}>
              <span>For</span>
              <Choice
                label="For whom it is"
                options={SCOPES}
                value={values.scope}
                onChange={(scope) => draft.set({ scope })}
              />
            </div>
          </>
        )}
        <div className={parts['pair']}>
          <Field label="Name" problem={problem('name')}>
            {(given) => (
              <input
                {...given}
                required
                maxLength={100}
                value={values.name}
                onChange={(event) => draft.setName(event.target.value)}
              />
            )}
          </Field>
          {connector === null && (
            <Field
              label="Slug"
              help="What configurations name; it stays."
              problem={problem('slug')}
            >
              {(given) => (
                <input
                  {...given}
                  required
                  maxLength={63}
                  spellCheck={false}
                  autoComplete="off"
                  value={values.slug}
                  onChange={(event) => draft.set({ slug: event.target.value, isSlugTyped: true })}
                />
              )}
            </Field>
          )}
        </div>
        <fieldset className={styles['group']}>
          <legend>{connector ? `${type.label}: where and how` : 'Where and how'}</legend>
          {config.map((field) => (
            <SchemaInput
              key={`${type.type} ${field.name}`}
              field={field}
              value={values.config[field.name] ?? ''}
              problem={draft.problemOf(field.name) ?? problem('config', field.name)}
              onChange={(text) => draft.setConfig(field.name, text)}
            />
          ))}
        </fieldset>
        {sealed.length > 0 && (
          <fieldset className={styles['group']}>
            <legend>Secrets</legend>
            <p className={parts['why']}>
              They are kept sealed; nobody is shown them again, not even you.
            </p>
            {sealed.map((field) => (
              <SecretField
                key={`${type.type} ${field.name}`}
                field={field}
                kept={connector?.hasSecrets ?? false}
                alone={sealed.length === 1}
                secret={secrets[field.name] ?? { to: 'keep' }}
                problem={problem('secrets', field.name)}
                onChange={(secret) => draft.setSecret(field.name, secret)}
              />
            ))}
          </fieldset>
        )}
        {connector && <TestResult tested={tested} />}
        <div className={parts['foot']}>
          <span role="status" className={parts['said']}>
            {saidOf()}
          </span>
          <Button
            type="submit"
            value="save"
            busy={sending}
            disabled={connector !== null && !draft.isChanged}
          >
            Save
          </Button>
          <Button
            type="submit"
            value="test"
            kind="primary"
            busy={sending || tested?.state === 'testing'}
          >
            {connector && !draft.isChanged ? 'Test' : 'Save and test'}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** Asks before one leaves what is not saved. */
function useGuard(isChanged: boolean): Held {
  const held = useRef(isChanged);
  useEffect(() => {
    held.current = isChanged;
  });
  const [guard] = useState<Held>(() => ({
    isHeld: () => held.current,
    stays: () => false,
    letGo: () => {
      held.current = false;
    },
  }));
  useLeaveGuard(guard);
  return guard;
}
