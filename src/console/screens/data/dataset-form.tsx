/** Makes or changes a dataset; what is said of its source is made from its connector's type. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  DataCreateDatasetDocument,
  DataUpdateDatasetDocument,
  type DataDatasetPartsFragment,
  type SyncMode,
} from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Field } from '../../parts/field.tsx';
import { Failure } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { fieldsOf, isRecord, readValue, showValue } from '../settings/connectors/schema-fields.ts';
import { SchemaInput } from '../settings/connectors/schema-input.tsx';
import { FormDialog, NameAndSlug, problemOf, slugOf, wordsOf } from './form.tsx';
import { useForms } from './use-forms.ts';
import styles from './data.module.css';

/** @param before null: a new one. */
export default function DatasetForm({
  before,
  onClose,
}: {
  before: DataDatasetPartsFragment | null;
  onClose: () => void;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const forms = useForms();
  const create = useCommand(DataCreateDatasetDocument);
  const update = useCommand(DataUpdateDatasetDocument);
  const { refused, sending } = before ? update : create;
  const [name, setName] = useState(before?.name ?? '');
  const [slug, setSlug] = useState<string | null>(before?.slug ?? null);
  const [connectorId, setConnectorId] = useState(before ? (before.connector?.id ?? '') : null);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [mode, setMode] = useState<SyncMode>(before?.mode ?? 'FULL');
  const [key, setKey] = useState(before?.keyColumns.join(', ') ?? '');
  const [cursor, setCursor] = useState(before?.cursorColumn ?? '');

  const chosen = connectorId ?? forms.readers[0]?.id ?? '';
  const fields = fieldsOf(forms.sourceOf(chosen));
  const stored = isRecord(before?.source) ? before.source : {};
  const isSame = chosen === before?.connector?.id;
  const textOf = (field: (typeof fields)[number]) =>
    typed[field.name] ?? showValue(field, isSame ? stored[field.name] : undefined);

  /** null: something cannot be read, and says so. */
  function source(): Record<string, unknown> | null {
    const read: Record<string, unknown> = {};
    const bad: Record<string, string> = {};
    for (const field of fields) {
      const value = readValue(field, textOf(field));
      if ('problem' in value) bad[field.name] = value.problem;
      else if (value.value !== undefined) read[field.name] = value.value;
    }
    setWrong(bad);
    return Object.keys(bad).length > 0 ? null : read;
  }

  async function save() {
    const told = source();
    if (told === null) return;
    const input = {
      name: name.trim(),
      connectorId: chosen === '' ? null : chosen,
      source: told,
      mode,
      keyColumns: wordsOf(key),
      cursorColumn: cursor.trim() || null,
    };
    if (before) {
      if (await update.send({ id: before.id, input })) onClose();
      return;
    }
    const answer = await create.send({
      projectId: project.id,
      input: { ...input, slug: (slug ?? slugOf(name)).trim() },
    });
    const made = answer?.createDataset;
    if (made?.__typename !== 'Dataset') return;
    onClose();
    navigate(paths.data(project.slug, 'datasets', made.databaseId));
  }

  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New dataset'}
      send={before ? 'Save' : 'Make the dataset'}
      {...{ sending, refused, onClose }}
      fields={[
        ...['name', 'slug', 'connectorId', 'keyColumns', 'cursorColumn', 'mode'],
        ...fields.map((field) => `source.${field.name}`),
      ]}
      onSend={() => void save()}
    >
      {forms.error && <Failure error={forms.error} />}
      <NameAndSlug
        {...{ name, refused }}
        slug={slug ?? slugOf(name)}
        isNew={before === null}
        onName={setName}
        onSlug={setSlug}
      />
      <Field
        label="Read through"
        help="Without a connector steps write its rows."
        problem={problemOf(refused, 'connectorId')}
      >
        {(given) => (
          <select
            {...given}
            value={chosen}
            onChange={(event) => {
              setConnectorId(event.target.value);
              setTyped({});
            }}
          >
            <option value="">Nothing: steps write it</option>
            {forms.readers.map((connector) => (
              <option key={connector.id} value={connector.id}>
                {connector.name} ({connector.type})
              </option>
            ))}
          </select>
        )}
      </Field>
      {fields.length > 0 && (
        <fieldset className={styles['group']}>
          <legend>What is read</legend>
          {fields.map((field) => (
            <SchemaInput
              key={field.name}
              field={field}
              value={textOf(field)}
              problem={wrong[field.name] ?? problemOf(refused, `source.${field.name}`)}
              onChange={(text) => setTyped((all) => ({ ...all, [field.name]: text }))}
            />
          ))}
        </fieldset>
      )}
      {chosen !== '' && (
        <div className={styles['pair']}>
          <Field label="Mode" problem={problemOf(refused, 'mode')}>
            {(given) => (
              <select
                {...given}
                value={mode}
                onChange={(event) => setMode(event.target.value as SyncMode)}
              >
                <option value="FULL">Full: all rows are replaced</option>
                <option value="INCREMENTAL">Incremental: new ones are merged by key</option>
              </select>
            )}
          </Field>
          <Field
            label="Key columns"
            help="Separated by commas; incremental needs some."
            problem={problemOf(refused, 'keyColumns')}
          >
            {(given) => (
              <input
                {...given}
                spellCheck={false}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Field
            label="Cursor column"
            help="What grows with each new row."
            problem={problemOf(refused, 'cursorColumn')}
          >
            {(given) => (
              <input
                {...given}
                spellCheck={false}
                value={cursor}
                onChange={(event) => setCursor(event.target.value)}
              />
            )}
          </Field>
        </div>
      )}
    </FormDialog>
  );
}
