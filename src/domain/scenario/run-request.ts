/** What a person sends with "run now": parameters and a key that makes repeating it harmless. */
import { DomainError, invalid, formatPath, type Problem } from '#platform/errors.ts';
import type { StepWire } from '../step/config.ts';
import { referencesIn } from '../step/template-text.ts';

const MAX_KEY = 255;

export type RunRequest = {
  readonly params: Readonly<Record<string, unknown>>;
  /** Empty: none. */
  readonly idempotencyKey: string;
};

/** @throws DomainError VALIDATION with every problem. */
export function readRunRequest({
  params = {},
  idempotencyKey = null,
}: {
  readonly params?: unknown;
  readonly idempotencyKey?: string | null;
}): RunRequest {
  const problems: Problem[] = [];
  if (typeof params !== 'object' || Array.isArray(params)) {
    const message = 'is an object of values by parameter, as in {"day": "2026-01-31"}';
    problems.push({ path: ['params'], message, value: params });
  }
  const key = idempotencyKey ?? '';
  if (key.length > MAX_KEY || /[^\x20-\x7e]/.test(key)) {
    const message = `has at most ${MAX_KEY} printable ASCII characters; a UUID is a good choice`;
    problems.push({ path: ['idempotency_key'], message, value: key.slice(0, MAX_KEY) });
  }
  if (problems.length > 0) throw invalid(problems);
  return { params: (params ?? {}) as Record<string, unknown>, idempotencyKey: key };
}

/** The first reference to a parameter that has no value; `config` is the one field that holds it. */
function undefinedParameter(
  steps: readonly StepWire[],
  params: Readonly<Record<string, unknown>>,
): (Problem & { readonly config: unknown }) | null {
  for (const { reference, path, value } of referencesIn(steps, ['steps'])) {
    const [root, name = ''] = reference.path;
    if (root !== 'param' || Object.hasOwn(params, name)) continue;
    const field = String(path[2]);
    const message = `${formatPath(path)}: ${reference.text} is undefined; send it in params`;
    return { path, message, value, config: { [field]: steps[Number(path[1])]?.[field] } };
  }
  return null;
}

/** @throws DomainError TRIGGER_CONFIG, with the field in `facts.config`, when one has no value. */
export function requireParameters(
  steps: readonly StepWire[],
  params: Readonly<Record<string, unknown>>,
): void {
  const missing = undefinedParameter(steps, params);
  if (missing === null) return;
  throw new DomainError('TRIGGER_CONFIG', missing.message, {
    problems: [missing],
    facts: { config: missing.config },
  });
}
