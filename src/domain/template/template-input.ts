/** What a person writes to make or change a template, checked as far as that goes without the database. All problems
 *  come together, each with its place in the input. */
import { z } from 'zod';
import type { Problem } from '#platform/errors.ts';
import {
  POLICIES,
  POLICY_FIELDS,
  SCENARIO_FIELDS,
  type StoredPolicies,
} from '../scenario/forms.ts';
import { slugOf } from '../scenario/slug.ts';
import type { StepWire } from '../step/config.ts';
import { parseForm, unknownField } from '../step/form-problems.ts';
import type { Registry } from '../step/kind.ts';
import type { TriggerWire } from '../trigger/trigger.ts';
import { sourceProblems } from './check-template.ts';
import { readParameters } from './parameters.ts';
import type { Template } from './templates.ts';

type Wire = Readonly<Record<string, unknown>>;

/** What a person decides about a template. */
export type TemplateConfiguration = Pick<
  Template,
  | 'slug'
  | 'displayName'
  | 'description'
  | 'parameters'
  | 'trigger'
  | 'steps'
  | 'policies'
  | 'defaultEnabled'
>;

export type TemplateReading = {
  readonly config: TemplateConfiguration;
  readonly problems: Problem[];
};

const PLAIN_FIELDS = {
  slug: SCENARIO_FIELDS.slug.describe(
    'unique in the organisation; made from the name when left out',
  ),
  display_name: SCENARIO_FIELDS.name,
  description: SCENARIO_FIELDS.description,
  default_enabled: z.boolean().describe('whether new projects begin with it switched on'),
} as const;

const FIELDS = [
  ...Object.keys(PLAIN_FIELDS),
  ...['parameters', 'trigger', 'steps', 'policies'],
  ...POLICY_FIELDS,
];

const NOTHING: TemplateConfiguration = {
  ...{ slug: '', displayName: '', description: '', parameters: [] },
  ...{ trigger: null, steps: [], policies: {}, defaultEnabled: false },
};

/** Fields that are null count as left out; a trigger that is null means manual only, a policy that is null is reset.
 *  Policies may stand beside the other fields, as in YAML, or under `policies`, as in answers.
 *  @param before what a part is a change of; null: the configuration is a whole one, and what it leaves out has its
 *  default. @param slug of a whole one that names none.
 *  @returns a configuration that means something only where there are no problems. */
export function readTemplate(
  wire: unknown,
  kinds: Registry,
  {
    before = null,
    slug = null,
  }: { before?: TemplateConfiguration | null; slug?: string | null } = {},
): TemplateReading {
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) {
    const message =
      'a template is an object with slug, display_name, parameters, trigger and steps';
    return { config: NOTHING, problems: [{ path: [], message, value: wire }] };
  }
  const given = wire as Wire;
  const problems = Object.entries(given).flatMap(([key, value]): Problem[] =>
    FIELDS.includes(key) ? [] : [{ path: [key], message: unknownField(key, FIELDS), value }],
  );
  const plain = readPlain(given, problems);
  const base = before ?? NOTHING;
  const displayName = plain.display_name ?? (before?.displayName || (plain.slug ?? ''));
  if (displayName === '' && !('display_name' in given && given['display_name'] != null)) {
    problems.push({ path: ['display_name'], message: 'is missing; give the template a name' });
  }
  if (before === null && given['steps'] == null) {
    problems.push({ path: ['steps'], message: 'is missing; a template has at least one step' });
  }
  const parameters =
    given['parameters'] == null ? base.parameters : taken(given['parameters'], problems);
  const config: TemplateConfiguration = {
    slug: plain.slug ?? (before?.slug || (slug ?? slugOf(displayName))),
    displayName,
    description: plain.description ?? base.description,
    parameters,
    trigger: given['trigger'] === undefined ? base.trigger : (given['trigger'] as TriggerWire),
    steps: given['steps'] == null ? base.steps : (given['steps'] as readonly StepWire[]),
    policies: readPolicies(given, base.policies, problems),
    defaultEnabled: plain.default_enabled ?? base.defaultEnabled,
  };
  const isWritten = before !== null || given['steps'] != null;
  if (isWritten) problems.push(...sourceProblems(config, kinds).map(asWritten(given)));
  return { config, problems };
}

function taken(wire: unknown, problems: Problem[]) {
  const { parameters, problems: found } = readParameters(wire, ['parameters']);
  problems.push(...found);
  return parameters;
}

function readPlain(given: Wire, problems: Problem[]) {
  const read: Record<string, unknown> = {};
  for (const [field, form] of Object.entries(PLAIN_FIELDS)) {
    if (given[field] == null) continue;
    const parsed = parseForm<unknown>(form, given[field], [field]);
    problems.push(...parsed.problems);
    if (parsed.problems.length === 0) read[field] = parsed.data;
  }
  return read as { [Field in keyof typeof PLAIN_FIELDS]?: z.output<(typeof PLAIN_FIELDS)[Field]> };
}

/** As written: they are brought into their stored form when a project fills them in. */
function readPolicies(given: Wire, base: StoredPolicies, problems: Problem[]): StoredPolicies {
  const nested = given['policies'] ?? {};
  if (typeof nested !== 'object' || Array.isArray(nested)) {
    const message = 'policies is an object, as in {"overlap": "skip"}';
    problems.push({ path: ['policies'], message, value: nested });
    return base;
  }
  const policies: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(nested)) {
    if (Object.hasOwn(POLICIES.shape, field)) policies[field] = value;
    else {
      const message = unknownField(field, POLICY_FIELDS);
      problems.push({ path: ['policies', field], message, value });
    }
  }
  for (const field of POLICY_FIELDS) {
    if (given[field] === undefined) continue;
    if (Object.hasOwn(nested, field)) {
      const message = `${field} stands here and under policies; keep one of them`;
      problems.push({ path: [field], message, value: given[field] });
    }
    policies[field] = given[field];
  }
  return Object.fromEntries(Object.entries(policies).filter(([, value]) => value !== null));
}

/** A policy's problem, moved to where the policy stands. */
function asWritten(given: Wire): (problem: Problem) => Problem {
  return (problem) => {
    const [part, field] = problem.path;
    const isBeside = part === 'policies' && typeof field === 'string' && given[field] !== undefined;
    return isBeside ? { ...problem, path: problem.path.slice(1) } : problem;
  };
}

/** A template's whole configuration in the form of REST and YAML. */
export function toTemplateWire(template: TemplateConfiguration) {
  const { slug, displayName, description, parameters, trigger, steps, policies } = template;
  return {
    ...{ slug, display_name: displayName, description, parameters },
    ...{ trigger, steps, policies, default_enabled: template.defaultEnabled },
  };
}

export function configurationOf(template: TemplateConfiguration): TemplateConfiguration {
  const { slug, displayName, description, parameters, trigger, steps, policies } = template;
  const { defaultEnabled } = template;
  return { slug, displayName, description, parameters, trigger, steps, policies, defaultEnabled };
}
