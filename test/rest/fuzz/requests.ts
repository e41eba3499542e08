/** Requests for an operation out of the document. What exists is named by its place in a pool, and looked up when the
 *  request is sent. */
import * as fc from 'fast-check';
import type { OpenApi, Operation, Parameter, Schema } from './document.ts';
import { fitting, nearlyFitting, oddText, oddValue } from './values.ts';

export const CALLERS = [
  'admin',
  'designer',
  'viewer',
  'nobody',
  'stranger',
  'reader',
  'cookie',
  'bad',
  'none',
] as const;
export type Caller = (typeof CALLERS)[number];

/** Something out of the pool of that name. */
export type Known = { readonly pool: string; readonly nth: number };
export type Value = Known | string;

export type Request = {
  readonly operationId: string;
  readonly caller: Caller;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly value: Value;
  }[];
  /** Bytes as they are sent; null: none. */
  readonly body: { readonly text: string; readonly type: string | null } | null;
};

const caller = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Caller>('admin', 'designer', 'cookie') },
  { weight: 3, arbitrary: fc.constantFrom<Caller>(...CALLERS) },
);

export function requestsFor(operation: Operation, document: OpenApi): fc.Arbitrary<Request> {
  const { operationId, parameters, body } = operation;
  return fc.record({
    operationId: fc.constant(operationId),
    caller,
    parameters: fc
      .tuple(...parameters.map((parameter) => parameterOf(operation, parameter, document)))
      .map((lists) => lists.flat()),
    body: body === null ? fc.constant(null) : bodyOf(operation, body.schema, document),
  });
}

/** The pool in which values of a parameter are found; null for those that exist nowhere. */
function poolOf({ path }: Operation, { name }: Parameter): string | null {
  if (path.includes('/artifacts/') && name === 'id') return 'runs with files';
  if (path.includes('/deliveries/') && name === 'id') return 'deliveries';
  if (name === 'id') return path.includes('/runs/') ? 'runs' : 'scenarios';
  const pools: Readonly<Record<string, string>> = {
    slug: 'templates',
    project_id: 'projects',
    'X-Project-Id': 'projects',
    'X-Org-Id': 'orgs',
    cursor: 'cursors',
    'If-Match': 'etags',
    name: 'files',
    pos: 'positions',
  };
  return pools[name] ?? null;
}

function parameterOf(operation: Operation, parameter: Parameter, document: OpenApi) {
  const pool = poolOf(operation, parameter);
  const known =
    pool === null
      ? fitting(parameter.schema, document).map(String)
      : fc.nat(1000).map((nth): Known => ({ pool, nth }));
  const fits = fitting(parameter.schema, document).map(String);
  const value = fc.oneof(
    { weight: 12, arbitrary: known },
    { weight: 1, arbitrary: fits },
    { weight: 2, arbitrary: parameter.in === 'header' ? oddHeader : oddText },
  );
  const { name, in: place } = parameter;
  const given = value.map((each) => [{ name, in: place, value: each }]);
  if (place === 'path') return given;
  // One that names another place answers 404 nine times out of ten; let most requests through.
  const left = { weight: place === 'query' ? 2 : 6, arbitrary: fc.constant([]) };
  return fc.oneof(left, { weight: 1, arbitrary: given });
}

/** What HTTP lets through in a header. */
const oddHeader = fc.constantFrom(
  '',
  '0',
  '-1',
  'abc',
  '"',
  '"1", "2"',
  '*',
  'é',
  '%00',
  '1e400',
  'x'.repeat(2000),
  '{}',
  '\t1',
);

function bodyOf(operation: Operation, schema: Schema, document: OpenApi) {
  const json = (value: fc.Arbitrary<unknown>) =>
    value.map((each) => ({ text: JSON.stringify(each) ?? 'null', type: 'application/json' }));
  const signIn = { text: '{"username": "KNOWN", "password": "KNOWN"}', type: 'application/json' };
  const isSignIn = operation.path.startsWith('/api/auth/');
  return fc.oneof(
    { weight: 8, arbitrary: json(fitting(schema, document)) },
    { weight: 6, arbitrary: json(nearlyFitting(schema, document)) },
    { weight: 1, arbitrary: json(oddValue) },
    { weight: 1, arbitrary: fc.record({ text: wildText, type: wildType }) },
    { weight: isSignIn ? 4 : 0, arbitrary: fc.constant(signIn) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const wildText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json(),
  fc.json().map((text) => text.slice(0, -1)),
  fc.constantFrom(
    '[]',
    'null',
    '{"name": 1e999}',
    '{"a": "\\ud800"}',
    '{"\\u0000": 1}',
    '{"__proto__": {}}',
    '['.repeat(5000),
  ),
);

const wildType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  ';',
  null,
);
