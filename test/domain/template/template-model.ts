/** What becomes of a template's cells, told by plain records. Random edits, toggles and overrides must leave the database as they leave the records.
 *  Needs no test runner, so that it can also be run against a planted mistake. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Principal } from '#domain/access/principal.ts';
import { deleteScenario } from '#domain/scenario/operate-scenario.ts';
import { updateScenario } from '#domain/scenario/save-scenario.ts';
import type { ScenarioDeps } from '#domain/scenario/scenario.ts';
import { overridesOf } from '#domain/template/overrides.ts';
import { createTemplate, updateTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { createProject } from '#test/support/factories.ts';
import {
  FIELDS,
  follow,
  OWN,
  same,
  shown,
  sorted,
  START,
  wireOf,
  type CellRecord,
  type Field,
  type TemplateRecord,
} from './template-records.ts';

export type ModelGround = { readonly deps: ScenarioDeps; readonly who: Principal };

const PROJECTS = 3;

type Command =
  | { do: 'edit'; part: Partial<TemplateRecord> }
  | { do: 'enable'; at: number; note: string | null | undefined }
  | { do: 'disable'; at: number }
  | { do: 'delete'; at: number }
  | { do: 'provide'; at: number }
  | { do: 'withhold'; at: number }
  | { do: 'override'; at: number; field: Field; value: number }
  | { do: 'switch'; at: number; enabled: boolean };

/** @throws Error with the smallest counterexample. */
export async function checkTemplates(
  ground: ModelGround,
  numRuns: number,
  seed?: number,
): Promise<void> {
  const at = fc.nat(PROJECTS - 1);
  const part = fc.record(
    {
      name: fc.constantFrom('A', 'B'),
      description: fc.constantFrom('', 'words'),
      trigger: fc.constantFrom('none', 'hourly', 'cron'),
      step: fc.constantFrom('note', 'copy'),
      timeout: fc.constantFrom(undefined, '1h', '2h'),
      priority: fc.constantFrom(undefined, 1, 2),
      noteDefault: fc.constantFrom(undefined, 'dear', 'friend'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<TemplateRecord>>;
  const command: fc.Arbitrary<Command> = fc.oneof(
    { arbitrary: fc.record({ do: fc.constant('edit' as const), part }), weight: 4 },
    {
      arbitrary: fc.record({
        do: fc.constant('enable' as const),
        at,
        note: fc.constantFrom(undefined, undefined, null, 'mine'),
      }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        do: fc.constant('override' as const),
        at,
        field: fc.constantFrom<Field>(...FIELDS, 'steps', 'steps'),
        value: fc.nat(2),
      }),
      weight: 4,
    },
    {
      arbitrary: fc.record({ do: fc.constantFrom('disable', 'provide', 'withhold', 'delete'), at }),
      weight: 3,
    },
    {
      arbitrary: fc.record({ do: fc.constant('switch' as const), at, enabled: fc.boolean() }),
      weight: 1,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 18 }), (commands) =>
      compare(ground, commands),
    ),
    { numRuns, ...(seed !== undefined && { seed }) },
  );
}

let count = 0;

async function compare(ground: ModelGround, commands: readonly Command[]): Promise<void> {
  const { deps, who } = ground;
  const { pool } = deps;
  count += 1;
  let template = START;
  const { id: templateId } = await createTemplate(deps, who, {
    slug: `model-${count}`,
    ...wireOf(template),
  });
  const projectIds: number[] = [];
  for (let n = 0; n < PROJECTS; n += 1) {
    projectIds.push((await createProject(pool, { orgId: who.orgId, ownerUserId: who.userId })).id);
  }
  const cells = projectIds.map((): CellRecord => ({
    ...{ state: 'none', note: undefined, scenario: null, applied: null },
  }));
  const data = projectIds.map(() => false);
  const scenarioOf = async (at: number): Promise<number> => {
    const found = await pool.query(
      'select scenario_id as id from template_enablement where template_id = $1 and project_id = $2',
      [templateId, projectIds[at]],
    );
    return found.rows[0].id;
  };

  for (const command of commands) {
    if (command.do === 'edit') {
      const next = { ...template, ...command.part };
      const isChange = !same(wireOf(next), wireOf(template));
      template = next;
      let [changed, broken] = [0, 0];
      for (const [at, cell] of cells.entries()) {
        if (!isChange || cell.scenario === null) continue;
        const before = { ...cell.scenario };
        const was = cell.state;
        if (!follow(cell, template, cell.note, data[at]!)) {
          cell.state = 'broken';
          broken += 1;
          continue;
        }
        if (was === 'broken') cell.state = cell.scenario.enabled ? 'on' : 'off';
        if (was === 'broken' || !same(before, sorted(cell.scenario, before))) changed += 1;
      }
      const edited = await updateTemplate(deps, who, templateId, wireOf(template));
      deepStrictEqual([edited.changed, edited.broken.length], [changed, broken]);
    } else if (command.do === 'enable') {
      const { at, note: given } = command;
      const cell = cells[at]!;
      const value = given === undefined ? cell.note : (given ?? undefined);
      const tried = { ...cell };
      const follows = follow(tried, template, value, data[at]!);
      if (follows) {
        tried.scenario = { ...tried.scenario!, enabled: true };
        cells[at] = { ...tried, state: 'on', note: value };
      }
      const asked = { templateId, projectIds: [projectIds[at]!], enabled: true };
      const values = given === undefined ? {} : { note: given };
      const done = await setTemplateEnabled(deps, who, { ...asked, values });
      deepStrictEqual(
        done.refused.map(({ error }) => error.code),
        follows ? [] : ['VALIDATION'],
      );
    } else if (command.do === 'disable') {
      const cell = cells[command.at]!;
      if (cell.state !== 'none') cell.state = 'off';
      if (cell.scenario !== null) cell.scenario = { ...cell.scenario, enabled: false };
      const asked = { templateId, projectIds: [projectIds[command.at]!], enabled: false };
      await setTemplateEnabled(deps, who, asked);
    } else if (command.do === 'provide' || command.do === 'withhold') {
      data[command.at] = command.do === 'provide';
      await setData(ground, projectIds[command.at]!, data[command.at]!);
    } else {
      const cell = cells[command.at]!;
      if (cell.scenario === null) continue;
      const id = await scenarioOf(command.at);
      if (command.do === 'delete') {
        Object.assign(cell, { state: 'off', scenario: null, applied: null });
        await deleteScenario(deps, who, id);
      } else if (command.do === 'switch') {
        cell.scenario = { ...cell.scenario, enabled: command.enabled };
        await updateScenario(deps, who, id, { enabled: command.enabled });
      } else {
        const choices: readonly unknown[] = OWN[command.field];
        const value = choices[command.value % choices.length];
        cell.scenario = { ...cell.scenario, [command.field]: value };
        const policy = command.field.startsWith('policies.') ? command.field.slice(9) : null;
        await updateScenario(
          deps,
          who,
          id,
          policy === null ? { [command.field]: value } : { policies: { [policy]: value ?? null } },
        );
      }
    }
    deepStrictEqual(await stored(ground, templateId, projectIds), cells.map(shown));
  }
}

async function stored({ deps }: ModelGround, templateId: number, projectIds: readonly number[]) {
  const { rows } = await deps.pool.query(
    `select c.project_id, c.state, c.values, c.applied, to_jsonb(s) as scenario
     from template_enablement c left join scenario s on s.id = c.scenario_id where c.template_id = $1`,
    [templateId],
  );
  return projectIds.map((projectId) => {
    const found = rows.find((each) => each.project_id === projectId);
    if (found === undefined) return { state: 'none', values: {}, scenario: null, overridden: [] };
    const { state, values, applied, scenario } = found;
    return {
      ...{ state, values },
      scenario:
        scenario === null
          ? null
          : {
              ...{ name: scenario.name, description: scenario.description },
              ...{ trigger: scenario.trigger, steps: scenario.steps },
              'policies.timeout': scenario.policies.timeout,
              'policies.priority': scenario.policies.priority,
              enabled: scenario.enabled,
            },
      overridden: scenario === null ? [] : overridesOf(applied, scenario).toSorted(),
    };
  });
}

async function setData({ deps, who }: ModelGround, projectId: number, has: boolean): Promise<void> {
  await deps.pool.query('delete from dataset where project_id = $1', [projectId]);
  if (!has) return;
  await deps.pool.query(
    `with c as (insert into connector (org_id, slug, name, type)
                values ($1, gen_random_uuid()::text, 'C', 'csv') returning id)
     insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
     select $1, $2, id, 'orders', 'O', 'orders' from c`,
    [who.orgId, projectId],
  );
}
