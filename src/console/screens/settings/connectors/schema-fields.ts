/** The fields of a form, read from the JSON Schema that the API gives for a type: one that is added there has its form
 *  here. What no field fits is written as JSON. */

export type SchemaField = {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly type: 'text' | 'number' | 'boolean' | 'choice' | 'list' | 'json';
  readonly choices: readonly string[];
  /** What it is when left out; empty: nothing. */
  readonly byDefault: string;
  readonly required: boolean;
};

export type Wire = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param schema of an object. */
export function fieldsOf(schema: unknown): SchemaField[] {
  if (!isRecord(schema) || !isRecord(schema['properties'])) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, form]) => ({
    name,
    label: labelOf(name),
    help: isRecord(form) && typeof form['description'] === 'string' ? form['description'] : '',
    type: typeOf(form),
    choices: isRecord(form) && Array.isArray(form['enum']) ? form['enum'].map(String) : [],
    byDefault: isRecord(form) ? showDefault(form['default']) : '',
    required: required.includes(name),
  }));
}

const SPELT: Readonly<Record<string, string>> = { url: 'URL', ssl: 'SSL', api: 'API', id: 'ID' };

/** `base_url` as `Base URL`. */
function labelOf(name: string): string {
  const words = name.split('_').map((word) => SPELT[word] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PLAIN: Readonly<Record<string, SchemaField['type']>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

function typeOf(form: unknown): SchemaField['type'] {
  if (!isRecord(form)) return 'json';
  if (Array.isArray(form['enum'])) return 'choice';
  const type = form['type'];
  if (type === 'array') {
    const items = form['items'];
    return isRecord(items) && items['type'] === 'string' ? 'list' : 'json';
  }
  return (typeof type === 'string' && PLAIN[type]) || 'json';
}

function showDefault(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;
}

/** A stored value as the field shows it. */
export function showValue({ type }: SchemaField, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (type === 'list' && Array.isArray(value)) return value.map(String).join('\n');
  if (type === 'json') return JSON.stringify(value, null, 2);
  return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;
}

export type Read = { readonly value: unknown } | { readonly problem: string };

/** What was typed, as the API takes it. Empty is left out: `undefined`. What cannot be meant goes as it is, so that the
 *  server says what is wrong with it. */
export function readValue({ type }: SchemaField, text: string): Read {
  if (text.trim() === '') return { value: undefined };
  switch (type) {
    case 'number':
      return { value: Number.isFinite(Number(text)) ? Number(text) : text };
    case 'boolean':
      return { value: text === 'true' };
    case 'list':
      return {
        value: text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      };
    case 'json':
      try {
        return { value: JSON.parse(text) as unknown };
      } catch (error) {
        return { problem: `is not JSON: ${(error as Error).message}` };
      }
    default:
      return { value: text.trim() };
  }
}
