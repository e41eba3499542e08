/** Agents: a language model with instructions, which steps run over rows. */
import { may } from '#domain/access/principal.ts';
import { deleteAgent, saveAgent, type AgentInput as Wire } from '#domain/agent/save-agent.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { Connector, connectorsOf } from './connector.ts';
import { who } from './context.ts';
import { namedIn } from './dataset.ts';
import { inInput } from './dataset-commands.ts';
import { expected, FAILURES } from './failure.ts';
import { DataUse, flowNode, FlowNodeType, usesIn } from './flow.ts';
import { INT_MAX, nodeId, readId } from './id.ts';
import { newestFirst, pageCost } from './paging.ts';
import { inViewable } from './viewable.ts';

const ID = '`Agent:3` or 3.';

const Agent = builder.prismaNode('Agent', {
  nullable: true,
  description: 'A language model with instructions; steps run it over rows.',
  id: { field: 'id', description: 'As in `Agent:3`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [inViewable(who(context))] }),
  select: { id: true, projectId: true, slug: true },
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that steps may name.' }),
    slug: t.exposeString('slug', { description: 'What steps name.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    project: t.relation('project', { description: 'Where it lies.' }),
    connector: t.field({
      type: Connector,
      nullable: true,
      description: 'Through which it is asked.',
      select: { connectorId: true },
      resolve: ({ connectorId }, _args, context) => connectorsOf(context).load(connectorId),
    }),
    model: t.exposeString('model', { description: 'As its provider names it.' }),
    instructions: t.exposeString('instructions', { description: 'What it is told.' }),
    outputSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema of an answer; its properties become columns.',
      select: { outputSchema: true },
      resolve: ({ outputSchema }) => outputSchema,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed.' }),
    flow: t.field({
      type: FlowNodeType,
      nullable: true,
      description: 'How fresh what it wrote is; null: no step has it write.',
      complexity: { field: 20, multiplier: 1 },
      resolve: ({ id, projectId }, _args, context) => flowNode(context, projectId, `agent:${id}`),
    }),
    usedBy: t.field({
      type: [DataUse],
      description: 'The scenarios that run it.',
      complexity: { field: 20, multiplier: 5 },
      resolve: (agent, _args, context) => usesIn(context, 'agent', agent),
    }),
    canEdit: t.boolean({
      description: 'Whether the caller may change it.',
      resolve: ({ projectId }, _args, context) => may(who(context), 'project.edit', projectId),
    }),
  }),
});

builder.queryFields((t) => ({
  agent: t.prismaField({
    type: Agent,
    nullable: true,
    description: 'One agent; null when there is none that the caller may see.',
    args: { id: t.arg.id({ required: true, description: ID }) },
    resolve: (query, _root, { id }, context) =>
      context.prisma.agent.findFirst({
        ...query,
        where: { id: readId('Agent', id, 'id'), AND: [inViewable(who(context))] },
      }),
  }),
  agents: t.prismaConnection(
    {
      type: Agent,
      description: 'The agents that the caller may see, the newest first.',
      cursor: 'id',
      complexity: pageCost,
      args: {
        projectId: t.arg.id({ description: 'Of this project: `Project:3` or 3.' }),
        q: t.arg.string({ description: 'Part of a name or slug, in any case.' }),
      },
      totalCount: (_root, filter, context) =>
        context.prisma.agent.count({
          where: { AND: [inViewable(who(context)), namedIn(filter)] },
        }),
      resolve: (page, _root, filter, context) => {
        const { query, beyond } = newestFirst(page, { largest: INT_MAX });
        return context.prisma.agent.findMany({
          ...query,
          where: { AND: [inViewable(who(context)), namedIn(filter), beyond] },
        });
      },
    },
    connectionOf(Agent, 'Agent', 'agents'),
  ),
}));

const TEXTS = {
  name: 'For people.',
  connectorId: '`Connector:3` or 3, of the type `llm`.',
  model: 'As its provider names it.',
  instructions: 'What it is told before each row.',
  outputSchema: 'JSON Schema of an object; its properties become columns.',
};

const AgentInput = builder.inputType('AgentInput', {
  description: 'A new agent.',
  fields: (t) => ({
    slug: t.string({ required: true, description: 'What steps name.' }),
    name: t.string({ required: true, description: TEXTS.name }),
    connectorId: t.id({ required: true, description: TEXTS.connectorId }),
    model: t.string({ required: true, description: TEXTS.model }),
    instructions: t.string({ required: true, description: TEXTS.instructions }),
    outputSchema: t.field({ type: 'JSON', required: true, description: TEXTS.outputSchema }),
  }),
});

const AgentPatch = builder.inputType('AgentPatch', {
  description: 'A change to an agent: what is left out stays.',
  fields: (t) => ({
    name: t.string({ description: TEXTS.name }),
    connectorId: t.id({ description: TEXTS.connectorId }),
    model: t.string({ description: TEXTS.model }),
    instructions: t.string({ description: TEXTS.instructions }),
    outputSchema: t.field({ type: 'JSON', description: TEXTS.outputSchema }),
  }),
});

/** Without what was left out. */
function given(input: typeof AgentPatch.$inferInput): Partial<Wire> {
  const { name, connectorId, model, instructions, outputSchema } = input;
  return {
    ...(name != null && { name }),
    ...(connectorId != null && {
      connector_id: readId('Connector', connectorId, 'input.connectorId'),
    }),
    ...(model != null && { model }),
    ...(instructions != null && { instructions }),
    ...(outputSchema != null && { output_schema: outputSchema }),
  };
}

const DeletedAgent = builder.objectRef<{ id: number }>('DeletedAgent').implement({
  description: 'An agent that was deleted.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Agent:3`.', resolve: ({ id }) => `Agent:${id}` }),
    databaseId: t.exposeInt('id', { description: 'Its number.' }),
  }),
});

builder.mutationFields((t) => ({
  createAgent: t.prismaField({
    type: Agent,
    errors: FAILURES,
    description: 'Makes an agent. Needs project.edit.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:7` or 7.' }),
      input: t.arg({ type: AgentInput, required: true, description: 'What it is to be.' }),
    },
    resolve: (query, _root, { projectId: of, input: { slug, ...rest } }, context) =>
      expected(async () => {
        const projectId = readId('Project', of, 'projectId');
        const wanted = { slug, ...given(rest) };
        const { id } = await saveAgent(context.pool, who(context), { projectId }, wanted);
        return context.prisma.agent.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  updateAgent: t.prismaField({
    type: Agent,
    errors: FAILURES,
    description: 'Changes what is named; the slug stays. Needs project.edit.',
    args: {
      id: t.arg.id({ required: true, description: ID }),
      input: t.arg({ type: AgentPatch, required: true, description: 'What changes.' }),
    },
    resolve: (query, _root, { id: of, input }, context) =>
      expected(async () => {
        const id = readId('Agent', of, 'id');
        await saveAgent(context.pool, who(context), { id }, given(input));
        return context.prisma.agent.findUniqueOrThrow({ ...query, where: { id } });
      }, inInput),
  }),
  deleteAgent: t.field({
    type: DeletedAgent,
    errors: FAILURES,
    description:
      'Deletes an agent. A Conflict names the scenarios that run it. Needs project.edit.',
    args: { id: t.arg.id({ required: true, description: ID }) },
    resolve: (_root, { id: of }, context) =>
      expected(async () => {
        const id = readId('Agent', of, 'id');
        await deleteAgent(context.pool, who(context), id);
        return { id };
      }),
  }),
}));
