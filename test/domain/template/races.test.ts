/** Toggles, edits, new projects, deletions and ticks at the same moment, on many connections: no configuration is stale,
 *  no due time is lost or decided twice, nobody deadlocks, and a cell has one scenario. */
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deleteProject } from '#domain/project/settings-delete.ts';
import { deleteScenario } from '#domain/scenario/operate-scenario.ts';
import { createScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { DomainError } from '#platform/errors.ts';
import { NOTE } from '#test/support/tiny-kinds.ts';
import { createTemplateWorld, type TemplateWorld } from './template-world.ts';

let world: TemplateWorld;

beforeEach(async () => {
  world = await createTemplateWorld({ connections: 16 });
});
afterEach(() => world[Symbol.asyncDispose]());

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** As many lanes at once, each doing its work so often, one after the other. Every failure fails the test. */
async function atOnce(lanes: readonly { times: number; work: (n: number) => Promise<unknown> }[]) {
  await Promise.all(
    lanes.map(async ({ times, work }) => {
      for (const n of range(times)) await work(n);
    }),
  );
}

/** Refusals are answers; a deadlock or a broken constraint is not. */
async function orRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error;
  });
}

/** What the template makes of each cell that has a scenario, beside what is there. */
async function stale(templateId: number): Promise<unknown[]> {
  const found = await world.rows(
    `select c.project_id, c.applied, s.name, s.description, s.trigger, s.steps, s.policies, s.enabled, c.state,
            t.display_name, t.description as wanted_description
     from template_enablement c join scenario s on s.id = c.scenario_id join template t on t.id = c.template_id
     where c.template_id = $1`,
    [templateId],
  );
  return found.filter(({ applied, name, description, trigger, steps, policies, ...cell }) => {
    const follows = isDeepStrictEqual(applied, { name, description, trigger, steps, policies });
    const isNew = name === cell.display_name && description === cell.wanted_description;
    return !follows || !isNew || cell.enabled !== (cell.state === 'on');
  });
}

test('two who switch the same cell on at the same moment make one scenario', async () => {
  const template = await world.create();
  const projects = await world.projects(10);
  const calls = range(6).map(() => world.on(template.id, projects));
  const answers = await Promise.all(calls);
  const [first] = answers;
  for (const { cells, refused } of answers) {
    expect(refused).toEqual([]);
    expect(cells.map(({ scenarioId }) => scenarioId)).toEqual(
      first!.cells.map(({ scenarioId }) => scenarioId),
    );
  }
  const made = await world.rows('select count(*)::int as n from scenario');
  expect(made).toEqual([{ n: projects.length }]);
});

test('toggles that race with ticks lose no due time and decide none twice', async () => {
  const template = await world.create({ trigger: { interval: '1s' }, overlap: 'allow' });
  const projects = await world.projects(6);
  const { cells } = await world.on(template.id, projects);
  const ids = cells.map(({ scenarioId }) => scenarioId!);
  // Long enough ago that every pass and every toggle has due times to decide.
  await world.rows(
    `update scenario set created_at = created_at - interval '40 s', next_due_at = created_at - interval '39 s'`,
  );
  await atOnce([
    ...projects.map((id, index) => ({
      times: 12,
      work: (n: number) => world.toggle(template.id, id, (n + index) % 2 === 0),
    })),
    ...range(3).map(() => ({ times: 40, work: () => world.tick() })),
    {
      times: 6,
      work: (n) => world.edit(template.id, { trigger: { interval: '1s' }, description: `${n}` }),
    },
  ]);
  await world.on(template.id, projects);
  await world.tick();
  for (const id of ids) {
    const [told] = await world.rows(
      `select (select sum(count)::int from tick where scenario_id = s.id) as decided,
              round(extract(epoch from s.next_due_at - s.created_at))::int - 1 as due,
              (select count(*)::int from tick a join tick b on a.scenario_id = b.scenario_id and a.id < b.id
                and a.due_at <= coalesce(b.until_at, b.due_at) and b.due_at <= coalesce(a.until_at, a.due_at)
               where a.scenario_id = s.id) as doubled,
              (select count(*)::int from tick t where t.scenario_id = s.id and t.outcome = 'fired'
                and not exists (select from run r where r.id = t.run_id)) as without_run
       from scenario s where s.id = $1`,
      [id],
    );
    expect(told).toEqual({ decided: told.due, due: told.due, doubled: 0, without_run: 0 });
  }
  expect(await stale(template.id)).toEqual([]);
});

test('edits that race with toggles leave no cell behind', async () => {
  const template = await world.create();
  const projects = await world.projects(10);
  const set = (part: readonly number[], enabled: boolean) =>
    setTemplateEnabled(world.deps, world.who, {
      templateId: template.id,
      projectIds: part,
      enabled,
    });
  await atOnce([
    {
      times: 8,
      work: (n) =>
        world.edit(template.id, {
          display_name: `Name ${n}`,
          description: `Words ${n}`,
          trigger: n % 2 === 0 ? { interval: `${n + 1}h` } : { cron: '{{ param.cron }}' },
          policies: { priority: n },
        }),
    },
    ...range(3).map((lane) => ({
      times: 5,
      work: (n: number) =>
        set(
          projects.filter((_, index) => (index + lane + n) % 3 !== 0),
          (lane + n) % 3 !== 1,
        ),
    })),
  ]);
  const cells = await world.rows('select * from template_enablement where template_id = $1', [
    template.id,
  ]);
  expect(cells.length).toBeGreaterThan(0);
  expect(await stale(template.id)).toEqual([]);
  // Every one of them, those that were off too, follows the last edit.
  const last = await world.rows(`select distinct s.policies->>'priority' as p from scenario s`);
  expect(last).toEqual([{ p: '7' }]);
});

test('a project that is made during edits begins with what holds, and with a default while it is one', async () => {
  const template = await world.create({ default_enabled: true });
  const name = (n: number) => ({ display_name: `Name ${n}` });
  await atOnce([
    {
      times: 10,
      async work(n) {
        // Only this lane changes the default, so that it knows what holds for a project of its own.
        await world.edit(template.id, { default_enabled: n % 2 === 1, ...name(n) });
        const { id } = await world.createProject();
        const expected = n % 2 === 1 ? expect.objectContaining({ state: 'on' }) : null;
        expect(await world.cell(template.id, id)).toEqual(expected);
      },
    },
    { times: 12, work: (n) => world.edit(template.id, { description: `Words ${n}` }) },
    ...range(3).map(() => ({ times: 8, work: () => world.createProject() })),
  ]);
  expect(await stale(template.id)).toEqual([]);
  const [made] = await world.rows(
    `select count(*)::int as cells, count(distinct scenario_id)::int as scenarios,
            (select count(*)::int from project p join scenario s on s.project_id = p.id) as all
     from template_enablement`,
  );
  expect(made.cells).toBeGreaterThanOrEqual(5);
  expect(made).toEqual({ cells: made.cells, scenarios: made.cells, all: made.cells });
});

test('deletions, overrides, renames, upstream triggers and ticks among all of that: no deadlock, one scenario a cell', async () => {
  const [first, second] = [
    await world.create({ slug: 'one' }),
    await world.create({ slug: 'two' }),
  ];
  const projects = await world.projects(8);
  for (const id of projects) {
    await createScenario(world.deps, world.who, id, {
      slug: 'source',
      name: 'Source',
      steps: [NOTE],
    });
  }
  const templates = [first, second];
  const pick = <T>(list: readonly T[], n: number) => list[(n * 7 + (n >> 2)) % list.length]!;
  const anyScenario = async (n: number) => {
    const found = await world.rows('select id from scenario where deleted_at is null order by id');
    return pick(found, n).id as number;
  };
  const designer = await world.setting.as('designer');
  await atOnce([
    ...templates.map(({ id }, lane) => ({
      times: 10,
      work: (n: number) => {
        const triggers = [
          { upstream: ['source'] },
          { interval: '1s' },
          { upstream: lane === 0 ? ['two'] : ['source'] },
        ];
        return orRefused(
          world.edit(id, { display_name: `Name ${n}`, trigger: pick(triggers, n + lane) }),
        );
      },
    })),
    ...range(4).map((lane) => ({
      times: 10,
      work: (n: number) =>
        orRefused(
          setTemplateEnabled(world.deps, world.who, {
            templateId: templates[(n + lane) % 2]!.id,
            projectIds: projects.filter((_, index) => (index + n) % (lane + 2) !== 0),
            enabled: n % 3 !== 2,
          }),
        ),
    })),
    {
      times: 16,
      work: async (n) => orRefused(deleteScenario(world.deps, designer, await anyScenario(n))),
    },
    {
      times: 18,
      work: async (n) => {
        const patches = [
          { description: 'Ours' },
          { slug: `renamed-${n}` },
          { enabled: n % 4 === 0 },
          { timeout: '2h' },
        ];
        await orRefused(
          updateScenario(world.deps, designer, await anyScenario(n), pick(patches, n)),
        );
      },
    },
    { times: 10, work: () => world.createProject() },
    ...range(2).map(() => ({ times: 30, work: () => world.tick() })),
  ]);
  const broken = await world.rows(
    `select c.* from template_enablement c left join scenario s on s.id = c.scenario_id
     where c.state = 'on' and (s.id is null) or s.deleted_at is not null
        or c.state = 'off' and c.scenario_id is not null and c.applied is null`,
  );
  expect(broken).toEqual([]);
  // Whatever a template makes carries its steps' name: the ones alive are those that cells have.
  const [orphans] = await world.rows(
    `select count(*)::int as n from scenario s where s.deleted_at is null and s.steps->0->>'name' = 'tell'
        and not exists (select from template_enablement c where c.scenario_id = s.id)`,
  );
  expect(orphans).toEqual({ n: 0 });
});

test('a project that is deleted takes its cells along, whoever switches, edits and deletes in it meanwhile', async () => {
  const { deps, who, pool } = world;
  const templates = [
    await world.create({ default_enabled: true }),
    await world.create({ default_enabled: true }),
  ];
  for (const round of range(8)) {
    const project = await world.createProject();
    const instances = await world.rows(
      'select id from scenario where project_id = $1 order by id',
      [project.id],
    );
    const switching = (enabled: boolean) => (n: number) =>
      setTemplateEnabled(deps, who, {
        ...{ templateId: templates[n % 2]!.id, projectIds: [project.id], enabled },
      });
    const going = deleteProject(pool, who, project.id, project.slug);
    await atOnce([
      { times: 1, work: () => going },
      { times: 6, work: switching(true) },
      { times: 6, work: switching(false) },
      { times: 3, work: (n) => world.edit(templates[0]!.id, { description: `${round} ${n}` }) },
      { times: 1, work: () => orRefused(deleteScenario(deps, who, instances[0].id)) },
      { times: 2, work: (n) => orRefused(world.createProject({ name: `Beside ${round} ${n}` })) },
    ]);
    const { refused } = await switching(true)(0);
    expect(refused).toMatchObject([{ error: { code: 'NOT_FOUND' } }]);
    expect(
      await world.rows('select from template_enablement where project_id = $1', [project.id]),
    ).toEqual([]);
  }
});
