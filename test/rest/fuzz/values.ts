/** Values for a schema: those that fit, those that nearly fit, and what nobody would send in good faith. */
import * as fc from 'fast-check';
import { examplesOf, resolve, type OpenApi, type Schema } from './document.ts';

/** What has broken one program or another. */
const ODD_TEXTS = [
  '',
  ' ',
  // What Postgres refuses most often.
  ...['\0', 'a\0b', '\0', 'a\0b'],
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '\ufeff',
  '𝒳',
  'e\u0301',
  'ﬃ',
  '１',
  'İ',
  '__proto__',
  'constructor',
  '{{ param.missing }}',
  '{{ project.owner_email }}',
  '{{',
  "'; drop table scenario; --",
  '%00',
  '%',
  '\\',
  '-1',
  '1e400',
  '9223372036854775808',
  'x'.repeat(3000),
  Buffer.from('after:999999999999999').toString('base64url'),
  Buffer.from('after:-1').toString('base64url'),
];

export const oddText = fc.constantFrom(...ODD_TEXTS);

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: oddText },
);

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 2_147_483_648, 1e21, -0, [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that fit. */
export function fitting(given: Schema, document: OpenApi): fc.Arbitrary<unknown> {
  const schema = resolve(given, document);
  const made = madeFor(schema, document);
  const examples = examplesOf(schema);
  return examples.length === 0 ? made : fc.oneof(made, fc.constantFrom(...examples));
}

function madeFor(schema: Schema, document: OpenApi): fc.Arbitrary<unknown> {
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return fc.oneof(...forms.map((form) => fitting(form, document)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2 });
  return fc.oneof(...types.map((type) => ofType(type, schema, document)));
}

function ofType(type: string, schema: Schema, document: OpenApi): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.maxSafeInteger().map((n) => within(n, schema));
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'string':
      return ofText(schema);
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 3 } = schema;
      const maxLength = Math.max(minItems, Math.min(maxItems, 3));
      return fc.array(fitting(items, document), { minLength: minItems, maxLength });
    }
    case 'object':
      return ofObject(schema, document);
    default:
      throw new Error(`No values are known for the type ${type}`);
  }
}

function within(n: number, { minimum = -1e6, maximum = 1e6 }: Schema): number {
  const low = Math.max(minimum, -1e15);
  return low + (Math.abs(n) % (Math.min(maximum, 1e15) - low + 1));
}

function ofText({ format, pattern, minLength = 0, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const min = new Date('2025-01-01T00:00:00Z');
    const max = new Date('2027-12-31T00:00:00Z');
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (format === 'email') return fc.constantFrom('ada@example.com', 'o.p+q@mail.example.org');
  if (format === 'uri') return fc.constantFrom('https://example.com/hook', 'http://10.0.0.7:81/');
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { maxLength });
  return text.filter((value) => value.length >= minLength && value.length <= maxLength);
}

function ofObject(schema: Schema, document: OpenApi): fc.Arbitrary<object> {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties).map(([name, field]) => {
    const value = fitting(field, document);
    return [name, required.includes(name) ? value.map((v) => [v]) : maybe(value)] as const;
  });
  if (fields.length === 0) {
    const any = fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
    return fc.oneof(fc.constant({}), any);
  }
  return fc
    .record(Object.fromEntries(fields))
    .map((record) =>
      Object.fromEntries(
        Object.entries(record).flatMap(([name, list]) => list.map((value) => [name, value])),
      ),
    );
}

/** A field that may be left out: one in five is there, or nothing would ever be right as a whole. */
const maybe = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<unknown[]>([]) },
    { weight: 1, arbitrary: value.map((v) => [v]) },
  );

/** Values that fit but for one place. */
export function nearlyFitting(schema: Schema, document: OpenApi): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      fitting(schema, document),
      fc.nat(),
      fc.constantFrom('replace', 'remove', 'add'),
      oddValue,
    )
    .map(([value, at, how, odd]) => mutate(value, at, how, odd));
}

function mutate(value: unknown, at: number, how: string, odd: unknown): unknown {
  const copy: unknown = structuredClone(value);
  const places = placesIn(copy);
  if (places.length === 0) return odd;
  const { holder, key } = places[at % places.length]!;
  if (how === 'add' && !Array.isArray(holder)) holder['surplus'] = odd;
  else if (how === 'remove' && !Array.isArray(holder)) delete holder[key];
  else holder[key] = odd;
  return copy;
}

type Holder = Record<string, unknown>;

function placesIn(value: unknown): { holder: Holder; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    { holder: value as Holder, key },
    ...placesIn((value as Holder)[key]),
  ]);
}
