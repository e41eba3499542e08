/** The connectors that the project may use, its own and the organisation's, each with a Test. */
import { useState } from 'react';
import { Link } from 'wouter';
import { DeleteConnectorDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button, ButtonLink } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { usePlace } from '../../../shell/place.ts';
import { connectorPaths, whereOf, type Connector, type ConnectorType } from './connector.ts';
import { TestResult } from './test-result.tsx';
import type { Tests } from './use-tests.ts';
import styles from './connectors.module.css';

export function ConnectorList({
  connectors,
  types,
  isAdmin,
  tests,
  onChanged,
}: {
  connectors: readonly Connector[];
  types: readonly ConnectorType[];
  isAdmin: boolean;
  tests: Tests;
  onChanged: () => void;
}) {
  const { project } = usePlace();
  const [leaving, setLeaving] = useState<Connector | null>(null);
  return (
    <Panel
      title="Connectors"
      note="of this project and of the organisation"
      flush
      actions={
        isAdmin && (
          <ButtonLink
            kind="primary"
            icon={<Icon name="plus" />}
            href={connectorPaths.make(project.slug)}
          >
            New connector
          </ButtonLink>
        )
      }
    >
      {connectors.length === 0 ? (
        <Empty title="No connector yet.">
          <p>Datasets are read through them, and mail goes through one.</p>
        </Empty>
      ) : (
        <table className={styles['list']}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Where</th>
              <th scope="col">Whose</th>
              <th scope="col">Secrets</th>
              {isAdmin && (
                <th scope="col">
                  <span className="visually-hidden">What to do</span>
                </th>
              )}
            </tr>
          </thead>
          {connectors.map((connector) => (
            <Row
              key={connector.id}
              connector={connector}
              label={types.find(({ type }) => type === connector.type)?.label ?? connector.type}
              isAdmin={isAdmin}
              tests={tests}
              onDelete={() => setLeaving(connector)}
            />
          ))}
        </table>
      )}
      {!isAdmin && (
        <p className={styles['why']}>Making, changing and testing connectors needs org.admin.</p>
      )}
      {leaving && (
        <DeleteConnector
          connector={leaving}
          onClose={() => setLeaving(null)}
          onDeleted={() => {
            setLeaving(null);
            onChanged();
          }}
        />
      )}
    </Panel>
  );
}

/** A body of its own: what a test said stands below, over the whole width. */
function Row({
  connector,
  label,
  isAdmin,
  tests,
  onDelete,
}: {
  connector: Connector;
  label: string;
  isAdmin: boolean;
  tests: Tests;
  onDelete: () => void;
}) {
  const { project } = usePlace();
  const { id, databaseId, name, slug, hasSecrets, project: own } = connector;
  const tested = tests.of(id);
  const where = whereOf(connector);
  return (
    <tbody>
      <tr>
        <td className={styles['name']}>
          {isAdmin ? (
            <Link href={connectorPaths.one(project.slug, databaseId)}>{name}</Link>
          ) : (
            <b>{name}</b>
          )}
          <code>{slug}</code>
        </td>
        <td>{label}</td>
        <td className={styles['where']} data-empty={where === '' || undefined}>
          {where || '–'}
        </td>
        <td>{own ? 'This project' : 'Organisation'}</td>
        <td data-label="secrets">{hasSecrets ? 'Kept' : 'None'}</td>
        {isAdmin && (
          <td className={styles['actions']}>
            <div>
              <Button
                icon={<Icon name="pulse" />}
                busy={tested?.state === 'testing'}
                aria-label={`Test ${name}`}
                onClick={() => void tests.test(id)}
              >
                Test
              </Button>
              <Button
                kind="quiet"
                icon={<Icon name="bin" />}
                aria-label={`Delete ${name}`}
                onClick={onDelete}
              />
            </div>
          </td>
        )}
      </tr>
      {tested && (
        <tr className={styles['told']}>
          <td colSpan={6}>
            <TestResult tested={tested} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function DeleteConnector({
  connector: { id, name },
  onClose,
  onDeleted,
}: {
  connector: Connector;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { send, sending, refused } = useCommand(DeleteConnectorDocument);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            onClick={() => void send({ id }).then((answer) => answer && onDeleted())}
          >
            Delete the connector
          </Button>
        </>
      }
    >
      <p>
        Its configuration and its secrets go for good. One that datasets or agents use cannot be
        deleted.
      </p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
