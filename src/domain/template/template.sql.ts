/** Templates and the cells of their matrix as rows. Every statement that reads or writes for a person is bound to an
 *  organisation. */
import { statement } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import type { StoredPolicies } from '../scenario/forms.ts';
import type { StepWire } from '../step/config.ts';
import type { TriggerWire } from '../trigger/trigger.ts';
import type { Parameter } from './parameters.ts';

export type TemplateRow = {
  readonly id: number;
  readonly orgId: number;
  readonly slug: string;
  readonly displayName: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Wire forms as a scenario has them, with `{{ param.x }}` in any value. */
  readonly trigger: TriggerWire;
  readonly steps: readonly StepWire[];
  readonly policies: StoredPolicies;
  readonly stepKinds: readonly string[];
  readonly defaultEnabled: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
};

export const CELL_STATES = ['on', 'off', 'needs_values', 'broken'] as const;
export type CellState = (typeof CELL_STATES)[number];

/** Why a cell is not as its template wants it. */
export type CellProblem = {
  /** `needs_values` | `template_changed` | `trigger_config` */
  readonly code: string;
  readonly message: string;
  readonly problems: readonly Problem[];
};

export type CellRow = {
  readonly templateId: number;
  readonly projectId: number;
  readonly orgId: number;
  readonly state: CellState;
  readonly values: Readonly<Record<string, unknown>>;
  readonly scenarioId: number | null;
  /** What the template last wrote: `{name, description, trigger, steps, policies}`. */
  readonly applied: Applied | null;
  readonly problem: CellProblem | null;
  readonly updatedByUserId: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** The part of a scenario's configuration that its template writes. */
export type Applied = {
  readonly name: string;
  readonly description: string;
  readonly trigger: TriggerWire;
  readonly steps: readonly StepWire[];
  readonly policies: StoredPolicies;
};

const COLUMNS = `id, org_id as "orgId", slug, display_name as "displayName", description, parameters, trigger, steps,
  policies, step_kinds as "stepKinds", default_enabled as "defaultEnabled", version, created_at as "createdAt",
  updated_at as "updatedAt", deleted_at as "deletedAt"`;

/** $1 template, $2 organisation. */
export const findTemplate = statement<TemplateRow>(
  'find-template',
  `select ${COLUMNS} from template where id = $1 and org_id = $2 and deleted_at is null`,
);

/** $1 slug, $2 organisation. */
export const findTemplateBySlug = statement<TemplateRow>(
  'find-template-by-slug',
  `select ${COLUMNS} from template where slug = $1 and org_id = $2 and deleted_at is null`,
);

/** Keeps a template as it is while its cells are switched on or off. $1 template, $2 organisation. */
export const shareTemplate = statement<TemplateRow>(
  'share-template',
  `select ${COLUMNS} from template where id = $1 and org_id = $2 for share`,
);

// All of them, whatever they say: one that is about to become a default is waited for.
/** Keeps every template of an organisation as it is while a project is made. $1 organisation. */
export const shareTemplates = statement<TemplateRow>(
  'share-templates',
  `select ${COLUMNS} from template where org_id = $1 and deleted_at is null order by id for share`,
);

/** For an edit. $1 template, $2 organisation. */
export const lockTemplate = statement<TemplateRow>(
  'lock-template',
  `select ${COLUMNS} from template where id = $1 and org_id = $2 for update`,
);

// $1 organisation, $2 kind of step, $3 text: each but the first may be null.
const filter = `org_id = $1 and deleted_at is null
  and ($2::text is null or step_kinds @> array[$2::text])
  and ($3::text is null or display_name ilike $3 or slug ilike $3 or description ilike $3)`;

/** $4 the last id of the page before, or 0; $5 how many. */
export const listTemplates = statement<TemplateRow>(
  'list-templates',
  `select ${COLUMNS} from template where ${filter} and id > $4::bigint order by id limit $5`,
);

export const countTemplates = statement<{ total: number }>(
  'count-templates',
  `select count(*) as total from template where ${filter}`,
);

/** Whether another template of the organisation has the slug. $1 organisation, $2 slug, $3 one that may have it. */
export const findSlug = statement<{ id: number }>(
  'find-template-slug',
  `select id from template where org_id = $1 and slug = $2 and id <> $3 and deleted_at is null`,
);

/** What is written together, in the order of the statements below. The JSON ones are texts. */
export type TemplateValues = Pick<
  TemplateRow,
  'slug' | 'displayName' | 'description' | 'stepKinds' | 'defaultEnabled'
> & {
  readonly parameters: string;
  readonly trigger: string | null;
  readonly steps: string;
  readonly policies: string;
};

export const valuesOf = (v: TemplateValues) => [
  v.slug,
  v.displayName,
  v.description,
  v.parameters,
  v.trigger,
  v.steps,
  v.policies,
  v.stepKinds,
  v.defaultEnabled,
];

/** $1 to $9 as `valuesOf`, $10 organisation. */
export const insertTemplate = statement<TemplateRow>(
  'insert-template',
  `insert into template (slug, display_name, description, parameters, trigger, steps, policies, step_kinds,
                         default_enabled, org_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
);

/** $1 to $9 as `valuesOf`, $10 template. */
export const updateTemplate = statement<TemplateRow>(
  'update-template',
  `update template
      set slug = $1, display_name = $2, description = $3, parameters = $4, trigger = $5, steps = $6, policies = $7,
          step_kinds = $8, default_enabled = $9, version = version + 1, updated_at = clock_timestamp()
    where id = $10 returning ${COLUMNS}`,
);

export const markDeleted = statement<never>(
  'mark-template-deleted',
  `update template set deleted_at = clock_timestamp(), updated_at = clock_timestamp() where id = $1`,
);

/** $1 the templates that changed, as `payloadOf` has them. */
export const notifyTemplates = statement<never>(
  'notify-templates',
  `select pg_notify('hf_template', $1)`,
);
