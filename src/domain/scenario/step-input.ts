/** The steps of a scenario as written: each with its common fields, its kind's own configuration, and the
 *  templates in it. Everything wrong is reported at once. */
import type { Problem } from '#platform/errors.ts';
import { checkConfig, COMMON_FIELDS, ownConfig, type StepWire } from '../step/config.ts';
import { keysOf, parseForm } from '../step/form-problems.ts';
import type { Json, Registry, StepKind } from '../step/kind.ts';
import { findNearest } from '../trigger/nearest.ts';
import { MAX_STEPS, STEP_FIELDS } from './forms.ts';

type Path = Problem['path'];
type Wire = Readonly<Record<string, unknown>>;

export type ParsedStep = {
  /** As it is stored. */
  readonly wire: StepWire;
  readonly kind: StepKind;
  /** The part of its configuration that is settled; what `kind.check` takes. */
  readonly settled: Record<string, unknown>;
  readonly path: Path;
};

/** A step of which only the kind and the common fields are known. */
type Draft = { path: Path; kind: StepKind; common: Wire; own: Wire; name: string };

/** @returns the steps that could be read, for checks against the database; all of them when there are no
 *  problems. */
export function parseSteps(
  input: unknown,
  kinds: Registry,
  path: Path,
): { steps: ParsedStep[]; problems: Problem[] } {
  if (!Array.isArray(input) || input.length === 0 || input.length > MAX_STEPS) {
    const message = `steps is a list of 1 to ${MAX_STEPS} steps, as in [{"kind": "${[...kinds.keys()][0] ?? '…'}"}]`;
    return { steps: [], problems: [{ path, message, value: input }] };
  }
  const problems: Problem[] = [];
  const drafts = input.map((step, index) => readDraft(step, kinds, [...path, index], problems));
  const names = nameSteps(drafts, problems);
  const steps = drafts.flatMap((draft, index): ParsedStep[] => {
    if (draft === null) return [];
    const earlierSteps = names.slice(0, groupStart(drafts, index)).flat();
    const known = { earlierSteps, allSteps: names.flat() };
    const { kind, own, common } = draft;
    const checked = checkConfig(kind, own, known, draft.path);
    problems.push(...checked.problems);
    const wire = { kind: kind.kind, name: draft.name, ...common, ...own } as Record<string, Json>;
    return [{ wire: wire as StepWire, kind, settled: checked.settled, path: draft.path }];
  });
  return { steps, problems };
}

function readDraft(step: unknown, kinds: Registry, path: Path, problems: Problem[]): Draft | null {
  if (typeof step !== 'object' || step === null || Array.isArray(step)) {
    problems.push({ path, message: 'a step is an object with a kind', value: step });
    return null;
  }
  const wire = step as Wire;
  const kind = findKind(wire['kind'], kinds, [...path, 'kind'], problems);
  const common = readCommon(wire, kind, path, problems);
  if (kind === null) return null;
  const name = typeof common['name'] === 'string' ? common['name'] : '';
  return { path, kind, common, own: ownConfig(wire, kind), name };
}

function findKind(
  value: unknown,
  kinds: Registry,
  path: Path,
  problems: Problem[],
): StepKind | null {
  const known = typeof value === 'string' ? kinds.get(value) : undefined;
  if (known) return known;
  const names = [...kinds.keys()];
  const nearest = typeof value === 'string' ? findNearest(value, names) : null;
  const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
  const found = value === undefined ? 'is missing' : `kind ${JSON.stringify(value)} is unknown`;
  problems.push({
    path,
    message: `${found}; ${hint}known are ${names.join(', ')}`,
    ...(value !== undefined && { value }),
  });
  return null;
}

/** The common fields, those that are null left out; those that the kind's own form has are the kind's. */
function readCommon(wire: Wire, kind: StepKind | null, path: Path, problems: Problem[]): Wire {
  const owned = keysOf(kind?.config);
  const read: Record<string, unknown> = {};
  for (const field of COMMON_FIELDS) {
    const value = wire[field];
    if (field === 'kind' || value === undefined || value === null || owned.includes(field))
      continue;
    const parsed = parseForm<unknown>(STEP_FIELDS[field], value, [...path, field]);
    problems.push(...parsed.problems);
    if (parsed.problems.length === 0) read[field] = parsed.data;
  }
  return read;
}

/** Gives a name to those that have none, and refuses one that is given twice. Answers the names by step,
 *  none for a step that could not be read. */
function nameSteps(drafts: readonly (Draft | null)[], problems: Problem[]): string[][] {
  const taken = new Set<string>();
  for (const draft of drafts) {
    if (draft === null || draft.name === '') continue;
    if (taken.has(draft.name)) {
      const message = `another step is called "${draft.name}" already; names are unique in a scenario`;
      problems.push({ path: [...draft.path, 'name'], message, value: draft.name });
    }
    taken.add(draft.name);
  }
  return drafts.map((draft) => {
    if (draft === null) return [];
    if (draft.name === '') {
      draft.name = firstFree(draft.kind.kind, taken);
      taken.add(draft.name);
    }
    return [draft.name];
  });
}

/** Where the group of a step begins: its parallel neighbours run beside it, so it cannot use what they answer. */
function groupStart(drafts: readonly (Draft | null)[], index: number): number {
  const isParallel = (at: number) => drafts[at]?.common['parallel'] === true;
  let start = index;
  while (isParallel(index) && start > 0 && isParallel(start - 1)) start -= 1;
  return start;
}

/** `sync_dataset`, `sync_dataset_2`, … */
function firstFree(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let n = 2; taken.has(name); n += 1) name = `${base}_${n}`;
  return name;
}
