/** The step kinds that the API knows and the fields of each, from its OpenAPI document: a kind that is added there has
 *  a form here. */
import { useEffect, useState } from 'react';
import { isRecord } from './configuration.ts';

export type FieldForm = {
  readonly name: string;
  readonly help: string;
  /** `ref`: a name or a number; `json`: anything, written as YAML. */
  readonly type: 'text' | 'number' | 'ref' | 'boolean' | 'list' | 'choice' | 'json';
  readonly choices: readonly string[];
  /** What it is when left out, or an example. */
  readonly placeholder: string;
};

export type KindForm = {
  readonly kind: string;
  readonly description: string;
  /** Those that only this kind has. */
  readonly fields: readonly FieldForm[];
};

const COMMON = ['kind', 'name', 'parallel', 'transactional', 'run_if', 'timeout', 'retries'];

let asked: Promise<readonly KindForm[]> | null = null;

async function ask(): Promise<readonly KindForm[]> {
  const answer = await fetch('/api/openapi.json');
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return readKinds(await answer.json());
}

/** null until they are known. Without them every kind is written as YAML. */
export function useStepForms(): {
  readonly kinds: readonly KindForm[] | null;
  readonly error: string | null;
} {
  const [state, setState] = useState<{ kinds: readonly KindForm[] | null; error: string | null }>({
    kinds: null,
    error: null,
  });
  useEffect(() => {
    let gone = false;
    asked ??= ask();
    asked.then(
      (kinds) => gone || setState({ kinds, error: null }),
      (error: unknown) => {
        // The next editor asks again.
        asked = null;
        if (!gone) setState({ kinds: [], error: (error as Error).message });
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  return state;
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

/** @param document OpenAPI 3.1. */
export function readKinds(document: unknown): KindForm[] {
  const create = at(document, 'paths', '/api/scheduler/scenarios', 'post', 'requestBody');
  const items = at(create, 'content', 'application/json', 'schema', 'properties', 'steps', 'items');
  // One kind alone is no union.
  const forms = at(items, 'anyOf') ?? [items];
  return (Array.isArray(forms) ? forms : []).flatMap((form: unknown): KindForm[] => {
    const properties = at(form, 'properties');
    const kind = at(properties, 'kind', 'const');
    if (typeof kind !== 'string' || !isRecord(properties)) return [];
    const fields = Object.entries(properties).filter(([name]) => !COMMON.includes(name));
    return [
      {
        kind,
        description: text(at(form, 'description')),
        fields: fields.map(([name, schema]) => readField(name, schema)),
      },
    ];
  });
}

function readField(name: string, schema: unknown): FieldForm {
  const choices = at(schema, 'enum');
  const examples = at(schema, 'examples');
  const example = at(schema, 'default') ?? (Array.isArray(examples) ? examples[0] : undefined);
  return {
    name,
    help: text(at(schema, 'description')),
    type: Array.isArray(choices) ? 'choice' : typeOf(schema),
    choices: Array.isArray(choices) ? choices.map(String) : [],
    placeholder: Array.isArray(example)
      ? example.map(String).join(', ')
      : typeof example === 'object' || example === undefined
        ? ''
        : String(example),
  };
}

const TYPES: Readonly<Record<string, FieldForm['type']>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

function typeOf(schema: unknown): FieldForm['type'] {
  const type = at(schema, 'type');
  if (type === 'array') return isPlain(at(schema, 'items')) ? 'list' : 'json';
  const branches = at(schema, 'anyOf');
  if (Array.isArray(branches)) return branches.every(isPlain) ? 'ref' : 'json';
  return (typeof type === 'string' && TYPES[type]) || 'json';
}

/** Text or a number. */
function isPlain(schema: unknown): boolean {
  const branches = at(schema, 'anyOf');
  if (Array.isArray(branches)) return branches.every(isPlain);
  return ['string', 'integer', 'number'].includes(text(at(schema, 'type')));
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
