/** Values that GraphQL has no word for. */
import { GraphQLError, Kind } from 'graphql';
import type { ValueNode } from 'graphql';
import type { Json } from '#domain/step/kind.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description:
    'An instant in ISO 8601, always answered in UTC with milliseconds: `2026-01-31T02:00:00.000Z`. Any offset is understood.',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: (value) => {
    try {
      if (typeof value === 'string')
        return new Date(Temporal.Instant.from(value).epochMilliseconds);
    } catch {
      // Told below.
    }
    throw new GraphQLError(
      `"${String(value)}" is not an instant in ISO 8601 with Z or an offset, as in "2026-01-31T02:00:00Z".`,
    );
  },
});

builder.scalarType('Long', {
  description: 'A whole number of up to 53 bits, as a JSON number: what Int is too small for.',
  serialize: Number,
  parseValue: (value) => {
    if (Number.isSafeInteger(value)) return value as number;
    throw new GraphQLError(`${String(value)} is not a whole number of up to 53 bits.`);
  },
  parseLiteral: (node) => {
    const value = node.kind === Kind.INT ? Number(node.value) : NaN;
    if (Number.isSafeInteger(value)) return value;
    throw new GraphQLError('This is not a whole number of up to 53 bits.');
  },
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value as Json,
  parseLiteral: literal,
});

// The domain checks what they hold, with the same words for GraphQL, REST and YAML.
for (const [name, what] of [
  ['RefOrTemplate', 'A slug or a number'],
  ['IntOrTemplate', 'A whole number'],
  ['FloatOrTemplate', 'A number'],
  ['BooleanOrTemplate', 'true or false'],
  ['ListOrTemplate', 'A list'],
] as const) {
  builder.scalarType(name, {
    description: `${what}, or a template such as \`{{ param.x }}\` that becomes one when the run is made.`,
    serialize: (value) => value,
    parseValue: (value) => value as Json,
    parseLiteral: literal,
  });
}

function literal(node: ValueNode, variables?: Record<string, unknown> | null): Json {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((value) => literal(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literal(field.value, variables)]),
      );
    case Kind.VARIABLE:
      return (variables?.[node.name.value] ?? null) as Json;
    default:
      return node.value;
  }
}
