/** The parameters of a template: what a project fills in when it switches the template on. */
import type { Json } from '../step/kind.ts';

export const PARAMETER_TYPES = [
  'string',
  'integer',
  'number',
  'boolean',
  'enum',
  'timezone',
  'cron',
  'email',
  'email_list',
  'recipe_ref',
  'dataset_ref',
  'dashboard_ref',
  'dashboard_refs',
  'agent_ref',
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export type Parameter = {
  /** As in `{{ param.name }}`. */
  readonly name: string;
  readonly type: ParameterType;
  /** Of an enum: what may be chosen. */
  readonly options?: readonly string[];
  /** Absent: none; the project must give a value if it is required. */
  readonly default?: Json;
  /** Default true. */
  readonly required: boolean;
  /** For people; may be empty. */
  readonly help: string;
};
