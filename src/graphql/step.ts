/** Steps as they are configured: read through one interface with a type per kind, written as an input with
 *  one entry per kind. */
import type { z } from 'zod';
import { createRegistry } from '#steps/registry.ts';
import type { FieldType, StepFace } from '#steps/face.ts';
import type { Json } from '#domain/step/kind.ts';
import { builder } from './builder.ts';
import { toCamel, toSnake } from './wire.ts';

/** A step's wire form, with its place. */
export type StepShape = { readonly pos: number; readonly wire: { readonly [name: string]: Json } };

const RUN_IF = {
  SUCCESS: { value: 'success', description: 'When all steps before it succeeded (the default).' },
  FAILURE: { value: 'failure', description: 'When a step before it failed.' },
  ALWAYS: { value: 'always', description: 'Whatever came of the steps before it.' },
} as const;

const RunIf = builder.enumType('RunIf', {
  description: 'When a step runs, depending on those before it.',
  values: RUN_IF,
});

const COMMON = {
  name: 'Unique in the scenario; templates name the step by it. By default made from the kind.',
  parallel: 'Whether it runs together with its neighbours that are parallel too. Default false.',
  transactional:
    'Whether it publishes in one transaction with the steps of its group. Default true.',
  runIf: 'When it runs, depending on the steps before it. Default SUCCESS.',
  timeout: 'How long one attempt may take, as in `15m`. None by default.',
} as const;

const RETRIES = {
  max: 'Tries after the first. Default 0.',
  initial: 'The first pause, as in `10s`, which is the default.',
  factor: 'What each pause grows by. Default 2.',
  maxDelay: 'The longest pause. Default `10m`.',
} as const;

type RetriesWire = { max: number; initial?: string; factor?: number; max_delay?: string };

const Retries = builder.objectRef<RetriesWire>('Retries').implement({
  description: 'What happens after a failed attempt.',
  fields: (t) => ({
    max: t.exposeInt('max', { description: RETRIES.max }),
    initial: t.exposeString('initial', { nullable: true, description: RETRIES.initial }),
    factor: t.exposeFloat('factor', { nullable: true, description: RETRIES.factor }),
    maxDelay: t.exposeString('max_delay', { nullable: true, description: RETRIES.maxDelay }),
  }),
});

const RetriesInput = builder.inputType('RetriesInput', {
  description: 'What happens after a failed attempt.',
  fields: (t) => ({
    max: t.int({ required: true, description: RETRIES.max }),
    initial: t.string({ description: RETRIES.initial }),
    factor: t.float({ description: RETRIES.factor }),
    maxDelay: t.string({ description: RETRIES.maxDelay }),
  }),
});

// By name: the type itself names Step.
const UNKNOWN = 'UnknownStep';

export const Step = builder.interfaceRef<StepShape>('Step').implement({
  description:
    'An entry of a scenario’s configuration. Each kind is a type with fields of its own.',
  resolveType: ({ wire }) => {
    const kind = String(wire['kind']);
    return faces.some((face) => face.kind === kind) ? typeName(kind) : UNKNOWN;
  },
  fields: (t) => ({
    pos: t.exposeInt('pos', { description: '0, 1, 2 … in the order of the configuration.' }),
    kind: t.string({
      description: 'As on the wire: `sync_dataset`.',
      resolve: ({ wire }) => String(wire['kind']),
    }),
    name: t.string({
      description: COMMON.name,
      resolve: ({ wire }) => String(wire['name'] ?? wire['kind']),
    }),
    parallel: t.boolean({
      description: COMMON.parallel,
      resolve: ({ wire }) => wire['parallel'] === true,
    }),
    transactional: t.boolean({
      description: COMMON.transactional,
      resolve: ({ wire }) => wire['transactional'] !== false,
    }),
    runIf: t.field({
      type: RunIf,
      description: COMMON.runIf,
      resolve: ({ wire }) => (wire['run_if'] ?? 'success') as 'success',
    }),
    timeout: t.string({
      nullable: true,
      description: COMMON.timeout,
      resolve: ({ wire }) => (wire['timeout'] as string | undefined) ?? null,
    }),
    retries: t.field({
      type: Retries,
      nullable: true,
      description: 'What happens after a failed attempt; null: nothing.',
      resolve: ({ wire }) => (wire['retries'] as RetriesWire | undefined) ?? null,
    }),
    config: t.field({
      type: 'JSON',
      description: 'The whole entry in its wire form.',
      resolve: ({ wire }) => wire,
    }),
  }),
});

const SCALARS = {
  text: 'String',
  ref: 'RefOrTemplate',
  int: 'IntOrTemplate',
  float: 'FloatOrTemplate',
  boolean: 'BooleanOrTemplate',
  list: 'ListOrTemplate',
  json: 'JSON',
} as const satisfies Record<FieldType, string>;

const kinds = [...createRegistry().values()];
const faces = await Promise.all(
  kinds.map(async ({ kind, config, description }) => {
    const { face } = (await import(`../steps/${kind}/graphql.ts`)) as { face: StepFace };
    const fields = Object.entries(face).map(([name, type]) => ({
      name,
      wire: toSnake(name),
      scalar: SCALARS[type],
      description: descriptionOf(config, toSnake(name)),
    }));
    return { kind, description, fields };
  }),
);

for (const { kind, description, fields } of faces) {
  builder.objectType(builder.objectRef<StepShape>(typeName(kind)), {
    description,
    interfaces: [Step],
    fields: (t) =>
      Object.fromEntries(
        fields.map((field) => [
          field.name,
          t.field({
            type: field.scalar,
            nullable: true,
            description: field.description,
            resolve: ({ wire }) => (wire[field.wire] ?? null) as never,
          }),
        ]),
      ),
  });
}

builder.objectType(builder.objectRef<StepShape>(UNKNOWN), {
  description: 'A step of a kind that this version does not know: `config` has all of it.',
  interfaces: [Step],
});

/** One kind's entry: its own fields and those that every step has. */
const entryOf = ({ kind, description, fields }: (typeof faces)[number]) =>
  builder.inputType(`${typeName(kind)}Input`, {
    description,
    fields: (t) => ({
      name: t.string({ description: COMMON.name }),
      parallel: t.boolean({ description: COMMON.parallel }),
      transactional: t.boolean({ description: COMMON.transactional }),
      runIf: t.field({ type: RunIf, description: COMMON.runIf }),
      timeout: t.string({ description: COMMON.timeout }),
      retries: t.field({
        type: RetriesInput,
        description: 'What happens after a failed attempt; nothing by default.',
      }),
      ...Object.fromEntries(
        fields.map(({ name, scalar, description: text }) => [
          name,
          t.field({ type: scalar, description: text }),
        ]),
      ),
    }),
  });

export const StepInput = builder.inputType('StepInput', {
  description: 'A step to write: exactly one entry, named for its kind.',
  isOneOf: true,
  fields: (t) =>
    Object.fromEntries(
      faces.map((each) => [
        toCamel(each.kind),
        t.field({ type: entryOf(each), description: each.description }),
      ]),
    ),
});

function typeName(kind: string): string {
  const camel = toCamel(kind);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Step`;
}

/** The kind's own words.
 *  @throws Error where its GraphQL face names a field that its configuration does not have. */
function descriptionOf(config: z.ZodType, field: string): string {
  const shape = (config as Partial<z.ZodObject>).shape?.[field] as z.ZodType | undefined;
  const description = shape?.meta()?.description;
  if (description === undefined)
    throw new Error(`no configuration field ${field} with a description`);
  return description;
}
