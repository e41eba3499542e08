/** Templates and cells of the matrix as REST spells them: what is answered, and what is sent. */
import { z } from '@hono/zod-openapi';
import { MAX_STEPS, SCENARIO_FIELDS } from '#domain/scenario/forms.ts';
import { PARAMETER_TYPES } from '#domain/template/parameters.ts';
import { CELL_STATES } from '#domain/template/template.sql.ts';
import type { CellRow } from '#domain/template/template.sql.ts';
import type { Template } from '#domain/template/templates.ts';

const ParameterBody = z
  .object({
    name: z.string().describe('as in {{ param.name }}'),
    type: z.enum(PARAMETER_TYPES),
    options: z.array(z.string()).optional().describe('of an enum: what may be chosen'),
    default: z.unknown().optional().describe('what it is where the project says nothing'),
    required: z.boolean().describe('whether it needs a value or a default'),
    help: z.string(),
  })
  .openapi('Parameter', {
    example: { name: 'dataset', type: 'dataset_ref', required: true, help: 'what is refreshed' },
  });

// Any value in it may be {{ param.x }}, so that only the outline can be described.
const Trigger = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe('as of a scenario; null: manual only');
const Steps = z
  .array(z.looseObject({ kind: z.string() }))
  .describe('as of a scenario, with {{ param.x }} in any value');
const Policies = z
  .record(z.string(), z.unknown())
  .describe('as of a scenario; only those that are set');

const EXAMPLE = {
  slug: 'nightly-refresh',
  display_name: 'Nightly refresh',
  description: '',
  parameters: [
    { name: 'dataset', type: 'dataset_ref' as const, required: true, help: 'what is refreshed' },
    { name: 'hour', type: 'integer' as const, default: 2, required: true, help: '' },
  ],
  trigger: { cron: '0 {{ param.hour }} * * *' },
  steps: [{ kind: 'sync_dataset', datasets: ['{{ param.dataset }}'] }],
  policies: {},
  default_enabled: false,
};

const TEMPLATE_EXAMPLE = {
  ...{ id: 3, org_id: 1 },
  ...EXAMPLE,
  ...{ version: 1, created_at: '2026-01-05T08:00:00.000Z' },
  updated_at: '2026-01-05T08:00:00.000Z',
};

export const TemplateBody = z
  .object({
    id: z.int(),
    org_id: z.int(),
    slug: z.string(),
    display_name: z.string(),
    description: z.string(),
    parameters: z.array(ParameterBody).describe('in the order of the form'),
    trigger: Trigger,
    steps: Steps,
    policies: Policies,
    default_enabled: z.boolean().describe('whether projects made from now on begin with it on'),
    version: z.int().describe('the ETag; raised by every change'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Template', { example: TEMPLATE_EXAMPLE });

const Problem = z.object({
  path: z.array(z.union([z.string(), z.int()])),
  message: z.string(),
  value: z.unknown(),
});

const CELL_EXAMPLE = {
  template: 'nightly-refresh',
  project_id: 42,
  state: 'on' as const,
  values: { dataset: 'orders' },
  scenario_id: 7,
  problem: null,
};

export const CellBody = z
  .object({
    template: z.string().describe('its slug'),
    project_id: z.int(),
    state: z
      .enum(CELL_STATES)
      .describe(
        'needs_values: wanted on, values must be given first; broken: left as it was, because an edit of the template would have broken it',
      ),
    values: z.record(z.string(), z.unknown()).describe('what the project gave'),
    scenario_id: z.int().nullable().describe('what it made; null: nothing, or it was deleted'),
    problem: z
      .object({ error: z.string(), message: z.string(), details: z.array(Problem) })
      .nullable()
      .describe('why it is not as the template wants it'),
  })
  .openapi('Cell', { example: CELL_EXAMPLE });

export const EditedBody = TemplateBody.extend({
  changed: z.int().describe('how many projects the edit changed something in'),
  broken: z.array(CellBody).describe('those that it would have broken, and left as they were'),
}).openapi('EditedTemplate', { example: { ...TEMPLATE_EXAMPLE, changed: 3, broken: [] } });

const Patch = z
  .strictObject({
    slug: SCENARIO_FIELDS.slug.describe('unique in the organisation; made from the name'),
    display_name: SCENARIO_FIELDS.name,
    description: SCENARIO_FIELDS.description,
    parameters: z.array(ParameterBody.partial({ required: true, help: true })),
    trigger: Trigger,
    steps: Steps.min(1).max(MAX_STEPS),
    policies: Policies.describe('as of a scenario; they may also stand beside the other fields'),
    default_enabled: z.boolean().describe('whether projects made from now on begin with it on'),
  })
  .partial();

export const TemplatePatch = Patch.openapi('TemplatePatch', {
  example: { display_name: 'Nightly refresh at three' },
});
export const TemplateInput = Patch.required({ display_name: true, steps: true }).openapi(
  'TemplateInput',
  { example: EXAMPLE },
);

export const ValuesInput = z
  .record(z.string(), z.unknown())
  .describe('by parameter; what is left out stays as it was given, null takes the default')
  .openapi('Values', { example: { dataset: 'orders' } });

export function toTemplateBody(template: Template): z.infer<typeof TemplateBody> {
  return {
    id: template.id,
    org_id: template.orgId,
    slug: template.slug,
    display_name: template.displayName,
    description: template.description,
    parameters: template.parameters.map(({ options, ...parameter }) => ({
      ...parameter,
      ...(options !== undefined && { options: [...options] }),
    })),
    trigger: template.trigger,
    steps: template.steps.map((step) => ({ ...step })),
    policies: template.policies,
    default_enabled: template.defaultEnabled,
    version: template.version,
    created_at: template.createdAt.toISOString(),
    updated_at: template.updatedAt.toISOString(),
  };
}

export function toCellBody(
  { slug }: Pick<Template, 'slug'>,
  { projectId, state, values, scenarioId, problem }: CellRow,
): z.infer<typeof CellBody> {
  return {
    template: slug,
    project_id: projectId,
    state,
    values,
    scenario_id: scenarioId,
    problem: problem && {
      error: problem.code,
      message: problem.message,
      details: problem.problems.map(({ path, message, value }) => ({
        path: [...path],
        message,
        value: value ?? null,
      })),
    },
  };
}
