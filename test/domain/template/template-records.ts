/** A template's cells as plain records that a person can follow: fields copied one by one, nothing shared with the
 *  code. */
/** Every field by itself, flat: what an override is told apart by. */
export type Fields = {
  name: string;
  description: string;
  trigger: unknown;
  steps: unknown;
  'policies.timeout': string | undefined;
  'policies.priority': number | undefined;
};
export type Field = keyof Fields;
export const FIELDS: readonly Field[] = [
  ...(['name', 'description', 'trigger', 'steps'] as const),
  ...(['policies.timeout', 'policies.priority'] as const),
];

export type TemplateRecord = {
  name: string;
  description: string;
  trigger: 'none' | 'hourly' | 'cron';
  /** `copy` needs the dataset of the project, `note` the value of a parameter. */
  step: 'note' | 'copy';
  timeout: string | undefined;
  priority: number | undefined;
  noteDefault: string | undefined;
};

export type CellRecord = {
  state: 'none' | 'on' | 'off' | 'broken';
  note: string | undefined;
  scenario: (Fields & { enabled: boolean }) | null;
  applied: Fields | null;
};

export const START: TemplateRecord = {
  ...{ name: 'A', description: '', trigger: 'none', step: 'note' },
  ...{ timeout: undefined, priority: 1, noteDefault: 'dear' },
};

/** What a project may write over a field: among it what a template may say as well, which ends an override. */
export const OWN: { readonly [F in Field]: readonly Fields[F][] } = {
  name: ['A', 'B', 'Own'],
  description: ['', 'words', 'own'],
  trigger: [null, { interval: '1h' }, { cron: '5 5 * * *' }],
  steps: [[note('dear')], [note('own')]],
  'policies.timeout': [undefined, '1h', '3h'],
  'policies.priority': [undefined, 1, 7],
};

function note(text: string) {
  return { kind: 'send_note', name: 'tell', recipients: ['a@example.com'], text };
}

const copy = { kind: 'copy_table', name: 'copy', dataset: 'orders' };

export function wireOf(template: TemplateRecord) {
  const { name, description, trigger, step, timeout, priority, noteDefault } = template;
  return {
    ...{ display_name: name, description },
    parameters: [
      { name: 'note', type: 'string', ...(noteDefault !== undefined && { default: noteDefault }) },
    ],
    trigger: { none: null, hourly: { interval: '1h' }, cron: { cron: '5 5 * * *' } }[trigger],
    steps: step === 'note' ? [note('{{ param.note }}')] : [copy],
    policies: { timeout: timeout ?? null, priority: priority ?? null },
  };
}

/** Null: the project cannot have it. */
function fieldsOf(template: TemplateRecord, value: string | undefined): Fields | null {
  const text = value ?? template.noteDefault;
  if (text === undefined) return null;
  return {
    name: template.name,
    description: template.description,
    trigger: { none: null, hourly: { interval: '1h' }, cron: { cron: '5 5 * * *' } }[
      template.trigger
    ],
    steps: template.step === 'note' ? [note(text)] : [copy],
    'policies.timeout': template.timeout,
    'policies.priority': template.priority,
  };
}

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export const overridden = ({ scenario, applied }: CellRecord): Field[] =>
  scenario === null || applied === null
    ? []
    : FIELDS.filter((field) => !same(scenario[field], applied[field]));

/** @returns whether the project can follow the template; it then does. */
export function follow(
  cell: CellRecord,
  template: TemplateRecord,
  value: string | undefined,
  hasData: boolean,
): boolean {
  const fields = fieldsOf(template, value);
  const own = overridden(cell);
  if (fields === null) return false;
  if (template.step === 'copy' && !hasData && !own.includes('steps')) return false;
  const scenario = cell.scenario ?? { ...fields, enabled: true };
  const kept = Object.fromEntries(own.map((field) => [field, scenario[field]]));
  cell.scenario = { ...fields, ...kept, enabled: scenario.enabled };
  cell.applied = fields;
  return true;
}

export function sorted(scenario: Fields & { enabled: boolean }, like: object) {
  return Object.fromEntries(Object.keys(like).map((key) => [key, scenario[key as Field]]));
}

/** A cell as it is compared: with what it has of its own. */
export function shown(cell: CellRecord) {
  const { state, note: value, scenario } = cell;
  return {
    state,
    values: value === undefined ? {} : { note: value },
    scenario:
      scenario === null
        ? null
        : {
            ...Object.fromEntries(FIELDS.map((field) => [field, scenario[field]])),
            enabled: scenario.enabled,
          },
    overridden: overridden(cell).toSorted(),
  };
}
