/** What can be done with scenarios. */
import {
  deleteScenario,
  duplicateScenario,
  pauseScenario,
  resumeScenario,
} from '#domain/scenario/operate-scenario.ts';
import {
  createScenario,
  updateScenario,
  validateScenario,
} from '#domain/scenario/save-scenario.ts';
import { builder } from './builder.ts';
import { who } from './context.ts';
import type { Context } from './context.ts';
import { expected, FAILURES, ProblemType } from './failure.ts';
import { readId } from './id.ts';
import { PoliciesInput } from './policies.ts';
import { Scenario } from './scenario.ts';
import { StepInput } from './step.ts';
import { TriggerInput } from './trigger.ts';
import { renamed, stepToWire, toWire } from './wire.ts';

const TEXTS = {
  slug: 'Unique in the project; by default made from the name.',
  name: 'For people.',
  description: 'For people.',
  ownerUserId:
    'With whose rights it runs, as in `User:7`; by default the caller. Another one needs org.admin.',
  enabled: 'Whether its trigger fires. Default true.',
  trigger: 'What makes it fire; null: only by hand.',
  policies: 'What it does about overlaps, lateness and failures.',
  id: '`Scenario:42` or 42.',
};

const ScenarioInput = builder.inputType('ScenarioInput', {
  description: 'A new scenario.',
  fields: (t) => ({
    name: t.string({ description: TEXTS.name }),
    slug: t.string({ description: TEXTS.slug }),
    description: t.string({ description: TEXTS.description }),
    ownerUserId: t.id({ description: TEXTS.ownerUserId }),
    enabled: t.boolean({ description: TEXTS.enabled }),
    trigger: t.field({ type: TriggerInput, description: TEXTS.trigger }),
    steps: t.field({ type: [StepInput], description: 'What it does, in order; 1 to 100.' }),
    policies: t.field({ type: PoliciesInput, description: TEXTS.policies }),
  }),
});

const ScenarioPatch = builder.inputType('ScenarioPatch', {
  description: 'A change to a scenario: what is left out stays.',
  fields: (t) => ({
    name: t.string({ description: TEXTS.name }),
    slug: t.string({ description: TEXTS.slug }),
    description: t.string({ description: TEXTS.description }),
    ownerUserId: t.id({ description: TEXTS.ownerUserId }),
    enabled: t.boolean({ description: 'Whether its trigger fires; a pause stays.' }),
    trigger: t.field({ type: TriggerInput, description: TEXTS.trigger }),
    steps: t.field({ type: [StepInput], description: 'Replaces all steps.' }),
    recipients: t.stringList({
      description: 'Replaces the recipients of every step that sends mail.',
    }),
    policies: t.field({ type: PoliciesInput, description: TEXTS.policies }),
  }),
});

type Input = typeof ScenarioInput.$inferInput | typeof ScenarioPatch.$inferInput;

function wireOf({ ownerUserId, steps, ...rest }: Input) {
  return {
    ...toWire(rest),
    ...(ownerUserId != null && { owner_user_id: readId('User', ownerUserId, 'ownerUserId') }),
    ...(steps != null && { steps: steps.map(stepToWire) }),
  };
}

/** The saved scenario again, with what the caller asked to see of it. */
const read = <Query extends object>(context: Context, query: Query, id: number) =>
  context.prisma.scenario.findUniqueOrThrow({ ...query, where: { id } });

const DeletedScenario = builder.objectRef<{ id: number }>('DeletedScenario').implement({
  description: 'A scenario that was deleted; its runs stay.',
  fields: (t) => ({
    id: t.id({ description: 'What it was: `Scenario:42`.', resolve: ({ id }) => `Scenario:${id}` }),
    databaseId: t.exposeInt('id', { description: 'The number that REST showed.' }),
  }),
});

builder.queryField('validateScenario', (t) =>
  t.field({
    type: [ProblemType],
    description: 'Every problem that creating this scenario would meet; empty when there is none.',
    args: {
      projectId: t.arg.id({ required: true, description: '`Project:3` or 3.' }),
      input: t.arg({ type: ScenarioInput, required: true, description: 'The scenario.' }),
    },
    resolve: async (_root, { projectId, input }, context) => {
      const project = readId('Project', projectId, 'projectId');
      const problems = await validateScenario(context, who(context), project, wireOf(input));
      const rename = renamed(input.steps);
      return problems.map((problem) => ({ ...problem, path: rename(problem.path) }));
    },
  }),
);

builder.mutationFields((t) => ({
  createScenario: t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description: 'Makes a scenario.',
    args: {
      projectId: t.arg.id({ required: true, description: 'Where: `Project:3` or 3.' }),
      input: t.arg({ type: ScenarioInput, required: true, description: 'What it is.' }),
    },
    resolve: (query, _root, { projectId, input }, context) =>
      expected(async () => {
        const project = readId('Project', projectId, 'projectId');
        const { id } = await createScenario(context, who(context), project, wireOf(input));
        return read(context, query, id);
      }, renamed(input.steps)),
  }),
  updateScenario: t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description: 'Changes what the patch names. A change that changes nothing writes nothing.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      patch: t.arg({ type: ScenarioPatch, required: true, description: 'What changes.' }),
      ifVersion: t.arg.int({
        description: 'The version that the caller has seen; another one is a Conflict.',
      }),
    },
    resolve: (query, _root, { id: given, patch, ifVersion }, context) =>
      expected(async () => {
        const id = readId('Scenario', given, 'id');
        await updateScenario(context, who(context), id, wireOf(patch), {
          ifVersion: ifVersion ?? null,
        });
        return read(context, query, id);
      }, renamed(patch.steps)),
  }),
  deleteScenario: t.field({
    type: DeletedScenario,
    errors: FAILURES,
    description:
      'Deletes a scenario. Its runs stay readable, the active one finishes, waiting ones are cancelled.',
    args: { id: t.arg.id({ required: true, description: TEXTS.id }) },
    resolve: (_root, { id: given }, context) =>
      expected(async () => {
        const id = readId('Scenario', given, 'id');
        await deleteScenario(context, who(context), id);
        return { id };
      }),
  }),
  pauseScenario: t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description: 'Stops new ticks until it is resumed; waiting runs are cancelled, others finish.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      note: t.arg.string({ description: 'Why, for whoever finds it paused.' }),
      until: t.arg({ type: 'DateTime', description: 'When it resumes by itself.' }),
    },
    resolve: (query, _root, { id: given, note, until }, context) =>
      expected(async () => {
        const id = readId('Scenario', given, 'id');
        await pauseScenario(context, who(context), id, {
          note: note ?? null,
          until: until ?? null,
        });
        return read(context, query, id);
      }),
  }),
  resumeScenario: t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description: 'Ticks again from now; what was due meanwhile is recorded and not replayed.',
    args: { id: t.arg.id({ required: true, description: TEXTS.id }) },
    resolve: (query, _root, { id: given }, context) =>
      expected(async () => {
        const id = readId('Scenario', given, 'id');
        await resumeScenario(context, who(context), id);
        return read(context, query, id);
      }),
  }),
  duplicateScenario: t.prismaField({
    type: Scenario,
    errors: FAILURES,
    description: 'A copy in the same project, owned by the caller and switched off.',
    args: {
      id: t.arg.id({ required: true, description: TEXTS.id }),
      name: t.arg.string({ description: 'By default `Copy of …`.' }),
    },
    resolve: (query, _root, { id: given, name }, context) =>
      expected(async () => {
        const source = readId('Scenario', given, 'id');
        const { id } = await duplicateScenario(context, who(context), source, {
          name: name ?? null,
        });
        return read(context, query, id);
      }),
  }),
}));
