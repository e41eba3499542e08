/** A recipe as written: what can be said against it, from its own fields and from what the project has. Pure. */
import type { Problem } from '#platform/errors.ts';
import { tablesIn } from '../flow/table-names.ts';
import { unstorable } from '../step/form-problems.ts';
import { findNearest } from '../trigger/nearest.ts';

const KINDS = ['sql', 'python'];

export type RecipeInput = {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  /** Of a recipe of the kind sql: one SELECT, with dbt's `ref` and `source`. */
  readonly sql?: string | null;
  /** Of a recipe of the kind python. */
  readonly code?: string | null;
  /** Slugs of the datasets and recipes that it reads; those that its SQL names come by themselves. */
  readonly inputs?: readonly string[];
  /** The dataset that holds what it makes; null: a table of its own, by its slug. */
  readonly outputDatasetId?: number | null;
};

export type Settled = Required<RecipeInput>;

type Other = {
  readonly slug: string;
  readonly sql: string | null;
  readonly inputs: readonly string[];
  readonly outputDatasetId: number | null;
};
type Target = { readonly id: number; readonly slug: string; readonly tableName: string };

const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const MAX_TEXT = 200_000;

/** With its defaults; the body of the other kind left out. */
export function settleRecipe(input: RecipeInput): Settled {
  const isSql = input.kind !== 'python';
  return {
    ...{ slug: input.slug, name: input.name, kind: input.kind },
    sql: isSql ? (input.sql ?? null) : null,
    code: isSql ? null : (input.code ?? null),
    inputs: [...new Set(input.inputs ?? [])],
    outputDatasetId: input.outputDatasetId ?? null,
  };
}

/** Every problem by its place. @param others the project's other recipes. */
export function recipeProblems(
  wanted: Settled,
  others: readonly Other[],
  datasets: readonly Target[],
): Problem[] {
  const bad = unstorable(wanted);
  if (bad.length > 0) return bad;
  const problems = formProblems(wanted);
  const output = datasets.find(({ id }) => id === wanted.outputDatasetId);
  const refuse = (path: Problem['path'], message: string, value: unknown) =>
    problems.push({ path, message, value });
  if (wanted.outputDatasetId !== null) {
    const writer = others.find((other) => other.outputDatasetId === wanted.outputDatasetId);
    if (output === undefined) {
      refuse(
        ['output_dataset_id'],
        'there is no such dataset in this project',
        wanted.outputDatasetId,
      );
    } else if (writer !== undefined) {
      refuse(['output_dataset_id'], `is written by the recipe ${writer.slug} already`, output.slug);
    }
  }
  const double = datasets.find(
    ({ id, slug, tableName }) =>
      id !== output?.id && (slug === wanted.slug || tableName === wanted.slug.replaceAll('-', '_')),
  );
  if (double !== undefined) {
    const message = `is the name of the dataset ${double.slug}, or of its table; choose another, or make that dataset its output`;
    refuse(['slug'], message, wanted.slug);
  }
  const names = [...datasets.map(({ slug }) => slug), ...others.map(({ slug }) => slug)];
  for (const [index, name] of wanted.inputs.entries()) {
    if (name === wanted.slug || name === output?.slug) {
      refuse(['inputs', index], 'is what it makes itself', name);
    } else if (!names.includes(name)) {
      const nearest = findNearest(name, names);
      const hint = nearest === null ? '' : `; did you mean "${nearest}"?`;
      const message = `there is no dataset or recipe "${name}" in this project${hint}`;
      refuse(['inputs', index], message, name);
    }
  }
  const circle = circleOf(wanted, others, datasets);
  if (circle !== null) {
    const [place, through] = circle;
    refuse(place, `closes a circle: ${through.join(' reads ')}`, through[1]);
  }
  return problems;
}

function formProblems({ slug, name, kind, sql, code }: Settled): Problem[] {
  const problems: Problem[] = [];
  if (!SLUG.test(slug)) {
    const message = 'is 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit';
    problems.push({ path: ['slug'], message, value: slug });
  }
  if (name.trim() === '' || name.length > 100) {
    problems.push({ path: ['name'], message: 'has 1 to 100 characters', value: name });
  }
  if (!KINDS.includes(kind)) {
    const message = `is unknown; known are ${KINDS.join(', ')}`;
    problems.push({ path: ['kind'], message, value: kind });
    return problems;
  }
  const [field, body] = kind === 'sql' ? (['sql', sql] as const) : (['code', code] as const);
  if (body === null || body.trim() === '') {
    problems.push({ path: [field], message: `is missing; a recipe of the kind ${kind} has it` });
  } else if (body.length > MAX_TEXT) {
    problems.push({ path: [field], message: `has at most ${MAX_TEXT} characters` });
  }
  return problems;
}

/** The place of the input that leads back, and the way; null: none does. */
function circleOf(
  wanted: Settled,
  others: readonly Other[],
  datasets: readonly Target[],
): [Problem['path'], string[]] | null {
  const bySlug = new Map(others.map((other) => [other.slug, other]));
  const makerOf = (name: string): string => {
    const dataset = datasets.find(({ slug, tableName }) => slug === name || tableName === name);
    if (dataset === undefined) return name;
    if (dataset.id === wanted.outputDatasetId) return wanted.slug;
    return others.find(({ outputDatasetId }) => outputDatasetId === dataset.id)?.slug ?? name;
  };
  const wayBack = (from: string, seen: Set<string>): string[] | null => {
    if (from === wanted.slug) return [from];
    if (seen.has(from)) return null;
    seen.add(from);
    const { inputs, sql } = bySlug.get(from) ?? { inputs: [], sql: null };
    for (const input of [...inputs, ...tablesIn(sql ?? '')]) {
      const rest = wayBack(makerOf(input), seen);
      if (rest !== null) return [from, ...rest];
    }
    return null;
  };
  const listed = wanted.inputs.map((name, index) => [name, ['inputs', index]] as const);
  const inSql = tablesIn(wanted.sql ?? '').map((name) => [name, ['sql']] as const);
  for (const [name, path] of [...listed, ...inSql]) {
    const maker = makerOf(name);
    // Itself is told by another problem; its own table in SQL is how incremental ones go on.
    if (maker === wanted.slug) continue;
    const way = wayBack(maker, new Set());
    if (way !== null) return [path, [wanted.slug, ...way]];
  }
  return null;
}
