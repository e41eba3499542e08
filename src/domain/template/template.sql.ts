/** Templates and the cells of their matrix as rows. Every statement that reads or writes for a person is bound to an
 *  organisation. */
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
