/** Makes or changes an agent. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  DataCreateAgentDocument,
  DataUpdateAgentDocument,
  type DataAgentPartsFragment,
} from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Field } from '../../parts/field.tsx';
import { Failure } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { FormDialog, NameAndSlug, problemOf, slugOf } from './form.tsx';
import { useForms } from './use-forms.ts';
import styles from './data.module.css';

const SCHEMA = {
  type: 'object',
  properties: { sentiment: { type: 'string', enum: ['good', 'bad', 'mixed'] } },
  required: ['sentiment'],
  additionalProperties: false,
};

/** @param before null: a new one. */
export default function AgentForm({
  before,
  onClose,
}: {
  before: DataAgentPartsFragment | null;
  onClose: () => void;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const forms = useForms();
  const create = useCommand(DataCreateAgentDocument);
  const update = useCommand(DataUpdateAgentDocument);
  const { refused, sending } = before ? update : create;
  const [name, setName] = useState(before?.name ?? '');
  const [slug, setSlug] = useState<string | null>(before?.slug ?? null);
  const [connectorId, setConnectorId] = useState<string | null>(before?.connector?.id ?? null);
  const [model, setModel] = useState(before?.model ?? '');
  const [instructions, setInstructions] = useState(before?.instructions ?? '');
  const [schema, setSchema] = useState(JSON.stringify(before?.outputSchema ?? SCHEMA, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  const chosen = connectorId ?? forms.models[0]?.id ?? '';

  async function save() {
    let outputSchema: unknown;
    try {
      outputSchema = JSON.parse(schema);
      setWrong(null);
    } catch (error) {
      setWrong(`is not JSON: ${(error as Error).message}`);
      return;
    }
    const input = {
      ...{ name: name.trim(), connectorId: chosen, model: model.trim() },
      ...{ instructions, outputSchema },
    };
    if (before) {
      if (await update.send({ id: before.id, input })) onClose();
      return;
    }
    const answer = await create.send({
      projectId: project.id,
      input: { ...input, slug: (slug ?? slugOf(name)).trim() },
    });
    const made = answer?.createAgent;
    if (made?.__typename !== 'Agent') return;
    onClose();
    navigate(paths.data(project.slug, 'agents', made.databaseId));
  }

  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New agent'}
      send={before ? 'Save' : 'Make the agent'}
      {...{ sending, refused, onClose }}
      fields={['name', 'slug', 'connectorId', 'model', 'instructions', 'outputSchema']}
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
      <div className={styles['pair']}>
        <Field
          label="Asked through"
          help={
            forms.isRead && forms.models.length === 0
              ? 'There is no connector to a language model yet; an administrator makes one in Settings.'
              : undefined
          }
          problem={problemOf(refused, 'connectorId')}
        >
          {(given) => (
            <select
              {...given}
              required
              value={chosen}
              onChange={(event) => setConnectorId(event.target.value)}
            >
              {forms.models.map((connector) => (
                <option key={connector.id} value={connector.id}>
                  {connector.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Model" problem={problemOf(refused, 'model')}>
          {(given) => (
            <input
              {...given}
              required
              spellCheck={false}
              value={model}
              onChange={(event) => setModel(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field
        label="Instructions"
        help="What it is told before each row."
        problem={problemOf(refused, 'instructions')}
      >
        {(given) => (
          <textarea
            {...given}
            required
            rows={6}
            value={instructions}
            onChange={(event) => setInstructions(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Answers"
        help="JSON Schema of an object; its properties become columns."
        problem={wrong ?? problemOf(refused, 'outputSchema')}
      >
        {(given) => (
          <textarea
            {...given}
            data-code=""
            required
            spellCheck={false}
            value={schema}
            onChange={(event) => setSchema(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
