/** The one schema builder: Pothos with its plugins, set up once. Importing it needs no database. */
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLError, isObjectType } from 'graphql';
import type { GraphQLNamedType } from 'graphql';
import { getDatamodel } from '../generated/prisma/pothos.ts';
import type PrismaTypes from '../generated/prisma/pothos.ts';
import type { Json } from '#domain/step/kind.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';

type Scalars = {
  ID: { Input: string; Output: string | number | bigint };
  DateTime: { Input: Date; Output: Date };
  JSON: { Input: Json; Output: unknown };
  Long: { Input: number; Output: number | bigint };
  RefOrTemplate: { Input: Json; Output: Json };
  IntOrTemplate: { Input: Json; Output: Json };
  FloatOrTemplate: { Input: Json; Output: Json };
  BooleanOrTemplate: { Input: Json; Output: Json };
  ListOrTemplate: { Input: Json; Output: Json };
};

/** What one operation may cost. A screen of the console takes about a tenth of each. */
export const LIMITS = { depth: 12, breadth: 400, complexity: 10_000 } as const;

/** Entries of a page: without `first` or `last`, and at most. */
export const PAGE = { usual: 20, most: 100 } as const;

/** A list whose length is counted elsewhere. */
const ONCE = { field: 1, multiplier: 1 };

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  Scalars: Scalars;
  /** `signedIn`: with a password of one's own, or a token. `known`: with any. `letIn`: signed in, or come by the link
   *  of a tile. */
  AuthScopes: { signedIn: boolean; known: boolean; letIn: boolean };
  DefaultFieldNullability: false;
}>({
  // Errors come first, so that they also catch what the others refuse.
  plugins: [ErrorsPlugin, ScopeAuthPlugin, ComplexityPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultUnionOptions: {
      description: 'What came of the command, or the expected failure in its place.',
      name: ({ fieldName }) => `${pascal(fieldName)}Result`,
    },
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ session: { principal, tile } }) => {
      const signedIn = principal !== null && !principal.mustResetPassword;
      return { signedIn, known: principal !== null, letIn: signedIn || tile !== null };
    },
    unauthorizedError: (_parent, context) => {
      who(context);
      throw new Error('a signed-in caller was refused');
    },
  },
  complexity: {
    limit: { ...LIMITS },
    defaultListMultiplier: 5,
    complexityError: (kind, cost) =>
      new GraphQLError(
        `The operation is too large: its ${kind.toLowerCase()} is ${cost[MEASURE[kind]]}, at most ${LIMITS[MEASURE[kind]]} is answered. Ask for fewer fields or shorter pages.`,
        { extensions: { code: 'TOO_LARGE' } },
      ),
  },
  relay: {
    // Readable, so that a person can put one together: Scenario:42.
    encodeGlobalID: (type, id) => `${type}:${id}`,
    decodeGlobalID: (globalId) => {
      const colon = globalId.indexOf(':');
      return { typename: globalId.slice(0, Math.max(colon, 0)), id: globalId.slice(colon + 1) };
    },
    nodeQueryOptions: {
      description: 'Anything by its global id; null when there is nothing that the caller may see.',
      authScopes: { signedIn: true },
      args: { id: { description: 'As in `Scenario:42`.' } },
      resolve: (_root, { id }, _context, info, load) =>
        isNode(info.schema.getType(id.typename)) ? load(id) : null,
    },
    nodesQueryOptions: false,
    nodeTypeOptions: { description: 'Whatever has a global id.' },
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    idFieldOptions: { description: 'The global id, as in `Scenario:42`.' },
    cursorType: 'String',
    // The connection itself costs as much as its page is long.
    edgesFieldOptions: { description: 'The entries, each with its cursor.', complexity: ONCE },
    nodeFieldOptions: { description: 'The entry.' },
    cursorFieldOptions: { description: 'Where it lies; send it as `after` or `before`.' },
    pageInfoFieldOptions: { description: 'Where this page lies in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more follow.' },
    hasPreviousPageFieldOptions: { description: 'Whether more lie before.' },
    startCursorFieldOptions: { description: 'The cursor of the first entry.' },
    endCursorFieldOptions: { description: 'The cursor of the last entry.' },
    firstArgOptions: { description: 'How many entries from the start, 1 to 100; 20 by default.' },
    lastArgOptions: { description: 'How many entries from the end, 1 to 100.' },
    afterArgOptions: { description: 'Only entries after this cursor.' },
    beforeArgOptions: { description: 'Only entries before this cursor.' },
    nodesOnConnection: { description: 'The entries alone.', complexity: ONCE },
  },
  prisma: {
    client: (context) => context.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    onUnusedQuery: 'error',
    defaultConnectionSize: PAGE.usual,
    maxConnectionSize: PAGE.most,
  },
});

const MEASURE = { Depth: 'depth', Breadth: 'breadth', Complexity: 'complexity' } as const;

const isNode = (type: GraphQLNamedType | undefined) =>
  isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

builder.queryType({
  description: 'Questions. Everything is limited to what the caller may see.',
  authScopes: { signedIn: true },
});
builder.mutationType({
  description:
    'Commands. An expected failure is a member of the result: ask for `__typename` and for what `Failure` offers.',
  authScopes: { signedIn: true },
});
builder.subscriptionType({
  description:
    'Pushed, over WebSocket (graphql-ws) or Server-Sent Events: numbered events without gaps, or state that comes whole.',
  authScopes: { signedIn: true },
});
