/** Connectors: where data comes from and what mail goes through. Secrets go in and never come out. */
import { z } from 'zod';
import type { ConnectorType as TypeShape } from '#domain/connector/connector-type.ts';
import { CONNECTOR_TYPES } from '#domain/connector/connector-types.ts';
import { deleteConnector, listOrgConnectors } from '#domain/connector/delete-connector.ts';
import {
  createConnector,
  listConnectors,
  testConnector,
  updateConnector,
  type Connector as ConnectorRow,
  type ConnectorChange,
} from '#domain/connector/save-connector.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import { expected, FAILURES } from './failure.ts';
import { readId } from './id.ts';
import { loader } from './loader.ts';
import { Project } from './project.ts';

const ID = '`Connector:3` or 3.';

const ConnectorType = builder.objectRef<TypeShape>('ConnectorType').implement({
  description: 'A kind of connector, with the forms that one fills in.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'As connectors name it: `postgresql`.' }),
    label: t.exposeString('label', { description: 'For people.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    config: t.field({
      type: 'JSON',
      description: 'JSON Schema of its configuration.',
      resolve: ({ config }) => formOf(config),
    }),
    secrets: t.field({
      type: 'JSON',
      description: 'JSON Schema of what is kept sealed.',
      resolve: ({ secrets }) => formOf(secrets),
    }),
    source: t.field({
      type: 'JSON',
      nullable: true,
      description: 'JSON Schema of what a dataset says about its rows; null: none is read from it.',
      resolve: ({ rows }) => (rows === undefined ? null : formOf(rows.source)),
    }),
  }),
});

/** As people fill it in: defaults may be left out. */
const formOf = (form: z.ZodType) => z.toJSONSchema(form, { io: 'input' });

builder.queryField('connectorTypes', (t) =>
  t.field({
    type: [ConnectorType],
    description: 'Every kind of connector that can be made.',
    resolve: () => [...CONNECTOR_TYPES.values()],
  }),
);

export const Connector = builder.objectRef<ConnectorRow>('Connector').implement({
  description: 'Where data comes from, or what mail goes through.',
  fields: (t) => ({
    id: t.id({ description: 'As in `Connector:3`.', resolve: ({ id }) => `Connector:${id}` }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
    slug: t.exposeString('slug', {
      description: 'What configurations name; unique in the project, or in the organisation.',
    }),
    name: t.exposeString('name', { description: 'For people.' }),
    type: t.exposeString('type', { description: 'Of which kind it is: `postgresql`.' }),
    project: t.prismaField({
      type: Project,
      nullable: true,
      description: 'Whose it is; null: the whole organisation’s.',
      resolve: (query, { projectId }, _args, { prisma }) =>
        prisma.project.findUnique({ ...query, where: { id: projectId ?? 0 } }),
    }),
    config: t.field({
      type: 'JSON',
      description: 'Its configuration, without secrets.',
      resolve: ({ config }) => config,
    }),
    hasSecrets: t.exposeBoolean('hasSecrets', {
      description: 'Whether secrets are kept for it; nobody is shown them.',
    }),
  }),
});

/** Connectors of the organisation by their number, without their secrets. */
export const connectorsOf = loader(async (ids, context) => {
  const found = await context.prisma.connector.findMany({
    where: { id: { in: ids }, orgId: who(context).orgId },
  });
  return found.map(({ secrets, ...connector }) => ({ ...connector, hasSecrets: secrets !== null }));
});

builder.queryField('connectors', (t) =>
  t.field({
    type: [Connector],
    description:
      'The connectors that a project may use, its own and the organisation’s; without a project those of the organisation, which needs org.admin.',
    args: { projectId: t.arg.id({ description: '`Project:3` or 3.' }) },
    resolve: (_root, { projectId }, context) =>
      projectId == null
        ? listOrgConnectors(context.pool, who(context))
        : listConnectors(context.pool, who(context), readId('Project', projectId, 'projectId')),
  }),
);

const DeletedConnector = builder.objectRef<ConnectorRow>('DeletedConnector').implement({
  description: 'A connector that was deleted.',
  fields: (t) => ({
    id: t.id({
      description: 'What it was: `Connector:3`.',
      resolve: ({ id }) => `Connector:${id}`,
    }),
    name: t.exposeString('name', { description: 'What it was called.' }),
  }),
});

type Tested = { readonly ok: boolean; readonly message: string };

export const ConnectorTest = builder.objectRef<Tested>('ConnectorTest').implement({
  description: 'What came of trying a connector.',
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'Whether it works.' }),
    message: t.exposeString('message', { description: 'What was found, or what to mend.' }),
  }),
});

builder.mutationFields((t) => ({
  createConnector: t.field({
    type: Connector,
    errors: FAILURES,
    description: 'Makes a connector. Needs org.admin.',
    args: {
      projectId: t.arg.id({ description: '`Project:3` or 3; null: for the whole organisation.' }),
      slug: t.arg.string({ required: true, description: 'What configurations name.' }),
      name: t.arg.string({ required: true, description: 'For people.' }),
      type: t.arg.string({ required: true, description: 'Of which kind: `postgresql`.' }),
      config: t.arg({
        type: 'JSON',
        required: true,
        description: 'As `ConnectorType.config` wants it.',
      }),
      secrets: t.arg({ type: 'JSON', description: 'As `ConnectorType.secrets` wants them.' }),
    },
    resolve: (_root, { projectId, secrets, config, ...rest }, context) =>
      expected(async () =>
        createConnector(
          context.pool,
          who(context),
          {
            ...rest,
            config: config ?? {},
            projectId: projectId == null ? null : readId('Project', projectId, 'projectId'),
            secrets: secrets ?? {},
          },
          context.secretKey,
        ),
      ),
  }),
  updateConnector: t.field({
    type: Connector,
    errors: FAILURES,
    description: 'Changes what is named. Needs org.admin.',
    args: {
      id: t.arg.id({ required: true, description: ID }),
      name: t.arg.string({ description: 'For people.' }),
      config: t.arg({ type: 'JSON', description: 'Replaces the configuration.' }),
      secrets: t.arg({
        type: 'JSON',
        description: 'Replaces those that it names, null removes one; the others stay.',
      }),
    },
    resolve: (_root, { id, name, config, secrets }, context) =>
      expected(async () =>
        updateConnector(
          context.pool,
          who(context),
          readId('Connector', id, 'id'),
          {
            ...(name != null && { name }),
            ...(config != null && { config }),
            ...(secrets != null && { secrets: secrets as ConnectorChange['secrets'] & object }),
          },
          context.secretKey,
        ),
      ),
  }),
  deleteConnector: t.field({
    type: DeletedConnector,
    errors: FAILURES,
    description:
      'Deletes a connector. A Conflict lists in `facts` the datasets and agents that use it. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: ID }) },
    resolve: (_root, { id }, context) =>
      expected(async () =>
        deleteConnector(context.pool, who(context), readId('Connector', id, 'id')),
      ),
  }),
  testConnector: t.field({
    type: ConnectorTest,
    errors: FAILURES,
    description: 'Tries a stored connector, for at most 15 s. Needs org.admin.',
    args: { id: t.arg.id({ required: true, description: ID }) },
    resolve: (_root, { id }, context) =>
      expected(async () =>
        testConnector(context.pool, who(context), readId('Connector', id, 'id'), context.secretKey),
      ),
  }),
}));
