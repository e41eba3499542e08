/** The document's description of what is sent, made from the forms by which the domain checks it. */
import { z } from '@hono/zod-openapi';
import { MAX_STEPS, POLICIES, SCENARIO_FIELDS, STEP_FIELDS } from '#domain/scenario/forms.ts';
import type { Registry, StepKind } from '#domain/step/kind.ts';
import { MAX_ID } from './describe.ts';
import { TriggerForm } from './trigger-form.ts';

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
type JsonSchema = Record<string, unknown>;

/** @param kinds what steps there are; each contributes its own form. */
export function requestForms(kinds: Registry): { create: JsonSchema; patch: JsonSchema } {
  const steps = z
    .array(z.union([...kinds.values()].map(stepForm)))
    .min(1)
    .max(MAX_STEPS)
    .describe('any value in a step may be a template: {{ param.x }}, {{ project.owner_email }}');
  const shared = z
    .strictObject({ ...SCENARIO_FIELDS, trigger: TriggerForm, steps, policies: POLICIES.partial() })
    .partial();
  const patch = shared.extend({
    recipients: z.array(z.string()).optional().describe('of every step that sends mail'),
  });
  const create = shared
    .required({ name: true, steps: true })
    .extend({ project_id: z.int().min(1).max(MAX_ID).optional().describe('the project') });
  return { create: toJsonSchema(create), patch: toJsonSchema(patch) };
}

function stepForm(kind: StepKind): z.ZodType {
  const common = z.strictObject(STEP_FIELDS).partial().shape;
  const own = kind.config instanceof z.ZodObject ? kind.config.shape : {};
  return z
    .strictObject({ kind: z.literal(kind.kind), ...common, ...own })
    .describe(kind.description);
}

function toJsonSchema(form: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' });
  return schema;
}
