/** Makes or changes a recipe. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  DataCreateRecipeDocument,
  DataUpdateRecipeDocument,
  type DataRecipePartsFragment,
} from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Choice } from '../../parts/choice.tsx';
import { Field } from '../../parts/field.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useFlow } from './flow.ts';
import { FormDialog, NameAndSlug, problemOf, slugOf, wordsOf } from './form.tsx';
import styles from './data.module.css';

const KINDS = [
  { value: 'SQL', label: 'SQL' },
  { value: 'PYTHON', label: 'Python' },
] as const;

const HELP = {
  SQL: 'One SELECT, as dbt has it: {{ source("raw", "orders") }} is a dataset, {{ ref("daily") }} a recipe.',
  PYTHON: 'The module honeyframe reads and writes datasets.',
} as const;

/** @param before null: a new one. */
export default function RecipeForm({
  before,
  onClose,
}: {
  before: DataRecipePartsFragment | null;
  onClose: () => void;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const { data } = useFlow();
  const create = useCommand(DataCreateRecipeDocument);
  const update = useCommand(DataUpdateRecipeDocument);
  const { refused, sending } = before ? update : create;
  const [name, setName] = useState(before?.name ?? '');
  const [slug, setSlug] = useState<string | null>(before?.slug ?? null);
  const [kind, setKind] = useState<'SQL' | 'PYTHON'>(before?.kind === 'PYTHON' ? 'PYTHON' : 'SQL');
  const [body, setBody] = useState(before?.sql ?? before?.code ?? '');
  const [inputs, setInputs] = useState(before?.inputs.join(', ') ?? '');
  const [output, setOutput] = useState(before?.output?.id ?? '');
  const datasets = (data?.flow.nodes ?? []).filter((node) => node.kind === 'DATASET');

  async function save() {
    const input = {
      name: name.trim(),
      ...(kind === 'SQL' ? { sql: body } : { code: body }),
      inputs: wordsOf(inputs),
      outputDatasetId: output === '' ? null : output,
    };
    if (before) {
      if (await update.send({ id: before.id, input })) onClose();
      return;
    }
    const answer = await create.send({
      projectId: project.id,
      input: { ...input, kind, slug: (slug ?? slugOf(name)).trim() },
    });
    const made = answer?.createRecipe;
    if (made?.__typename !== 'Recipe') return;
    onClose();
    navigate(paths.data(project.slug, 'recipes', made.databaseId));
  }

  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New recipe'}
      send={before ? 'Save' : 'Make the recipe'}
      {...{ sending, refused, onClose }}
      fields={['name', 'slug', 'kind', 'sql', 'code', 'inputs', 'outputDatasetId']}
      onSend={() => void save()}
    >
      <NameAndSlug
        {...{ name, refused }}
        slug={slug ?? slugOf(name)}
        isNew={before === null}
        onName={setName}
        onSlug={setSlug}
      />
      {before === null && (
        <Choice label="Written in" options={KINDS} value={kind} onChange={setKind} />
      )}
      <Field
        label={kind === 'SQL' ? 'SQL' : 'Code'}
        help={HELP[kind]}
        problem={problemOf(refused, kind === 'SQL' ? 'sql' : 'code')}
      >
        {(given) => (
          <textarea
            {...given}
            data-code=""
            required
            spellCheck={false}
            value={body}
            onChange={(event) => setBody(event.target.value)}
          />
        )}
      </Field>
      <div className={styles['pair']}>
        <Field
          label="Inputs"
          help={
            kind === 'SQL'
              ? 'Slugs, separated by commas, besides those that the SQL names.'
              : 'Slugs of the datasets that it reads, separated by commas.'
          }
          problem={problemOf(refused, 'inputs')}
        >
          {(given) => (
            <input
              {...given}
              spellCheck={false}
              value={inputs}
              onChange={(event) => setInputs(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Writes"
          help="The dataset that holds what it makes."
          problem={problemOf(refused, 'outputDatasetId')}
        >
          {(given) => (
            <select {...given} value={output} onChange={(event) => setOutput(event.target.value)}>
              <option value="">A table of its own</option>
              {datasets.map(({ databaseId, name: label }) => (
                <option key={databaseId} value={`Dataset:${databaseId}`}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </FormDialog>
  );
}
