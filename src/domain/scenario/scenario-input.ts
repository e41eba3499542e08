/** What a person writes to make or change a scenario, checked as far as that goes without the database. All
 *  problems come together, each with its place in the input, whichever surface it came through. */
import type { Problem } from '#platform/errors.ts';
import type { StepWire } from '../step/config.ts';
import { keysOf, parseForm, unknownField, unstorable } from '../step/form-problems.ts';
import type { Registry } from '../step/kind.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import type { Trigger } from '../trigger/trigger.ts';
import {
  POLICIES,
  POLICY_FIELDS,
  SCENARIO_FIELDS,
  type PolicyField,
  type StoredPolicies,
} from './forms.ts';
import { parseSteps, type ParsedStep } from './step-input.ts';

type Path = Problem['path'];
type Wire = Readonly<Record<string, unknown>>;

/** What was written; what is absent was left out. */
export type ScenarioInput = {
  slug?: string;
  name?: string;
  description?: string;
  owner_user_id?: number;
  enabled?: boolean;
  /** Of a new scenario: where the input says that it goes. */
  project_id?: number;
  trigger?: Trigger | null;
  steps?: ParsedStep[];
  /** null resets a policy to its default. */
  policies?: { [Field in PolicyField]?: StoredPolicies[Field] | null };
};

export type Reading = { readonly input: ScenarioInput; readonly problems: Problem[] };

const COMMON_KEYS = [...Object.keys(SCENARIO_FIELDS), 'trigger', 'steps', 'policies'];

/** Reads a new scenario: a name or a slug and steps are needed. Fields that are null count as left out; a
 *  trigger that is null means manual only. Policies may stand beside the other fields, as in YAML, or under
 *  `policies`, as in answers. */
export function readNewScenario(wire: unknown, kinds: Registry): Reading {
  const reading = readFields(wire, kinds, [...COMMON_KEYS, 'project_id']);
  if (!isRecord(wire)) return reading;
  const { problems } = reading;
  if (wire['name'] == null && wire['slug'] == null) {
    problems.push({ path: ['name'], message: 'is missing; give the scenario a name' });
  }
  if (wire['steps'] == null) {
    problems.push({ path: ['steps'], message: 'is missing; a scenario has at least one step' });
  }
  return reading;
}

/** Reads a change to a scenario that has these steps. `steps` replaces all of them; `recipients` those of
 *  every step that sends mail. */
export function readPatch(wire: unknown, kinds: Registry, current: readonly StepWire[]): Reading {
  const { input, problems } = readFields(wire, kinds, [...COMMON_KEYS, 'recipients']);
  if (!isRecord(wire) || wire['recipients'] == null) return { input, problems };
  if (unstorable(wire).length > 0) return { input, problems };
  const steps = Array.isArray(wire['steps']) ? (wire['steps'] as unknown[]) : current;
  const mails = (step: unknown) => isRecord(step) && hasRecipients(kinds, step['kind']);
  if (!steps.some(mails)) {
    const message = 'no step of this scenario sends mail; add one, or leave the recipients out';
    problems.push({ path: ['recipients'], message, value: wire['recipients'] });
    return { input, problems };
  }
  const replaced = steps.map((step) =>
    mails(step) ? { ...(step as Wire), recipients: wire['recipients'] } : step,
  );
  const reread = parseSteps(replaced, kinds, ['steps']);
  const aboutRecipients = reread.problems.filter(({ path }) => path[2] === 'recipients');
  const moved = aboutRecipients.map((problem) => ({ ...problem, path: problem.path.slice(2) }));
  // The same list in every step has the same problems.
  const distinct = new Map(moved.map((each) => [JSON.stringify([each.path, each.message]), each]));
  return {
    input: { ...input, steps: reread.steps },
    problems: [
      ...problems.filter(({ path }) => path[0] !== 'steps' || path[2] !== 'recipients'),
      ...distinct.values(),
    ],
  };
}

function hasRecipients(kinds: Registry, kind: unknown): boolean {
  const known = typeof kind === 'string' ? kinds.get(kind) : undefined;
  return keysOf(known?.config).includes('recipients');
}

function readFields(wire: unknown, kinds: Registry, keys: readonly string[]): Reading {
  if (!isRecord(wire)) {
    const message = 'a scenario is an object with name, trigger and steps';
    return { input: {}, problems: [{ path: [], message, value: wire }] };
  }
  const refused = unstorable(wire);
  if (refused.length > 0) return { input: {}, problems: refused };
  const problems: Problem[] = [];
  const known = [...keys, ...POLICY_FIELDS];
  for (const [key, value] of Object.entries(wire)) {
    if (!known.includes(key)) {
      problems.push({ path: [key], message: unknownField(key, known), value });
    }
  }
  const input: ScenarioInput = readPlainFields(wire, problems);
  if (wire['trigger'] !== undefined) {
    const { trigger, problems: found } = parseTrigger(wire['trigger'], ['trigger']);
    problems.push(...found);
    input.trigger = trigger;
  }
  const policies = readPolicyFields(wire, problems);
  if (Object.keys(policies).length > 0) input.policies = policies;
  if (wire['steps'] != null) {
    const { steps, problems: found } = parseSteps(wire['steps'], kinds, ['steps']);
    problems.push(...found);
    input.steps = steps;
  }
  return { input, problems };
}

function readPlainFields(wire: Wire, problems: Problem[]): ScenarioInput {
  const forms = { ...SCENARIO_FIELDS, project_id: SCENARIO_FIELDS.owner_user_id };
  const read: Record<string, unknown> = {};
  for (const [field, form] of Object.entries(forms)) {
    if (wire[field] == null) continue;
    const parsed = parseForm<unknown>(form, wire[field], [field]);
    problems.push(...parsed.problems);
    if (parsed.problems.length === 0) read[field] = parsed.data;
  }
  return read;
}

function readPolicyFields(wire: Wire, problems: Problem[]): NonNullable<ScenarioInput['policies']> {
  const nested = wire['policies'] ?? {};
  if (!isRecord(nested)) {
    const message = 'policies is an object, as in {"overlap": "skip"}';
    problems.push({ path: ['policies'], message, value: nested });
    return {};
  }
  const read: Record<string, unknown> = {};
  const take = (field: string, value: unknown, path: Path) => {
    if (!isPolicy(field)) {
      problems.push({ path, message: unknownField(field, POLICY_FIELDS), value });
    } else if (Object.hasOwn(read, field)) {
      const message = `${field} stands here and under policies; keep one of them`;
      problems.push({ path, message, value });
    } else {
      read[field] = value === null ? null : readPolicy(field, value, path, problems);
    }
  };
  for (const [field, value] of Object.entries(nested)) take(field, value, ['policies', field]);
  for (const field of POLICY_FIELDS) {
    if (wire[field] !== undefined) take(field, wire[field], [field]);
  }
  return read;
}

function readPolicy(field: PolicyField, value: unknown, path: Path, problems: Problem[]): unknown {
  const parsed = parseForm<unknown>(POLICIES.shape[field], value, path);
  problems.push(...parsed.problems);
  return parsed.data;
}

function isPolicy(field: string): field is PolicyField {
  return (POLICY_FIELDS as string[]).includes(field);
}

function isRecord(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
