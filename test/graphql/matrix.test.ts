/** The matrix: who sees what of it, in which order, and what a page costs, however large it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOOK } from '#domain/event/template-changes.sql.ts';
import { CELLS, PROJECTS, TEMPLATES } from '#domain/matrix/matrix.sql.ts';
import { createProject, createToken, createUser } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { withStatements } from './statements.ts';
import { fillMatrix, insertCell, insertTemplate } from './template-rows.ts';

const PAGE = `matrix(templateCount: $templates, projectCount: $projects, templateOffset: $from, projectOffset: $from) {
  templates { totalCount nodes { id slug displayName triggerText stepKinds defaultEnabled version
    parameters { name type default } counts { on off needsValues broken } } }
  projects { totalCount nodes { id slug name owner { name } } }
  cells { id templateId projectId state overridden } }`;
const QUERY = `query ($templates: Int!, $projects: Int!, $from: Int!) { ${PAGE} }`;

describe('of a few templates and projects', () => {
  let ground: Ground;
  let ids: { nightly: number; weekly: number; deleted: number; first: number; second: number };
  beforeAll(async () => {
    ground = await createGround();
    const { org, otherOrg, pool, people, project } = ground;
    const userId = people.admin.id;
    const second = await createProject(pool, { orgId: org.id, ownerUserId: userId, slug: 'alpha' });
    const weekly = await insertTemplate(pool, { orgId: org.id, slug: 'weekly', name: 'weekly' });
    const nightly = await insertTemplate(pool, { orgId: org.id, slug: 'nightly', name: 'Nightly' });
    const deleted = await insertTemplate(pool, { orgId: org.id, slug: 'gone' });
    await insertTemplate(pool, { orgId: otherOrg.id, slug: 'theirs' });
    const cell = { orgId: org.id, userId };
    await insertCell(pool, { ...cell, templateId: nightly.id, projectId: project.id });
    await insertCell(pool, {
      ...{ ...cell, templateId: nightly.id, projectId: second.id },
      ...{ state: 'off', overridden: true },
    });
    await insertCell(pool, {
      ...cell,
      templateId: deleted.id,
      projectId: project.id,
      state: 'broken',
    });
    await pool.query('update template set deleted_at = now() where id = $1', [deleted.id]);
    ids = {
      ...{ nightly: nightly.id, weekly: weekly.id, deleted: deleted.id },
      ...{ first: project.id, second: second.id },
    };
  });
  afterAll(() => ground[Symbol.asyncDispose]());

  const read = async (person: Parameters<Ground['ask']>[0], args = '', headers = {}) => {
    const { data, errors } = await ground.ask(
      person,
      `{ matrix${args} { templates { totalCount nodes { slug counts { on off broken } } }
         projects { totalCount nodes { databaseId } } cells { templateId projectId state overridden } } }`,
      {},
      headers,
    );
    expect(errors).toBeUndefined();
    const { templates, projects, cells } = data.matrix;
    return {
      templates: templates.nodes.map(({ slug }: { slug: string }) => slug),
      counts: templates.nodes.map(({ counts }: { counts: object }) => counts),
      projects: projects.nodes.map(({ databaseId }: { databaseId: number }) => databaseId),
      totals: [templates.totalCount, projects.totalCount],
      cells,
    };
  };

  test('templates and projects come by name in any case, with the cells that there are', async () => {
    expect(await read('viewer')).toEqual({
      templates: ['nightly', 'weekly'],
      counts: [
        { on: 1, off: 1, broken: 0 },
        { on: 0, off: 0, broken: 0 },
      ],
      projects: [ids.second, ids.first],
      totals: [2, 2],
      cells: [cell(ids.first, 'ON', false), cell(ids.second, 'OFF', true)],
    });
  });
  const cell = (projectId: number, state: string, overridden: boolean) => ({
    ...{ templateId: `Template:${ids.nightly}`, projectId: `Project:${projectId}` },
    ...{ state, overridden },
  });

  test('texts and a state leave only what fits; offsets turn the pages', async () => {
    expect(await read('viewer', '(templateText: "WEEK")')).toMatchObject({
      templates: ['weekly'],
      cells: [],
    });
    expect(await read('viewer', '(projectText: "%")')).toMatchObject({ projects: [] });
    expect(await read('viewer', '(state: OFF)')).toMatchObject({
      ...{ templates: ['nightly'], projects: [ids.second], totals: [1, 1] },
    });
    expect(await read('viewer', '(state: BROKEN)')).toMatchObject({ templates: [], projects: [] });
    expect(await read('viewer', '(state: OFF, projectText: "project")')).toMatchObject({
      templates: [],
    });
    expect(
      await read('viewer', '(templateOffset: 1, templateCount: 1, projectOffset: 1)'),
    ).toMatchObject({
      ...{ templates: ['weekly'], projects: [ids.first], totals: [2, 2], cells: [] },
    });
  });

  test('a page out of bounds is refused with every bound', async () => {
    const { errors } = await ground.ask(
      'viewer',
      '{ matrix(templateCount: 51, projectCount: 0) { cells { id } } }',
    );
    expect(errors![0]!.extensions).toMatchObject({
      code: 'VALIDATION',
      problems: [
        { path: ['templateCount'], value: 51 },
        { path: ['projectCount'], value: 0 },
      ],
    });
  });

  test('a member without a role sees the templates and no cell of anybody, anywhere', async () => {
    expect(await read('nobody')).toEqual({
      templates: ['nightly', 'weekly'],
      counts: [
        { on: 0, off: 0, broken: 0 },
        { on: 0, off: 0, broken: 0 },
      ],
      ...{ projects: [], totals: [2, 0], cells: [] },
    });
    expect(await read('nobody', '(state: ON)')).toMatchObject({ templates: [] });
    const { data } = await ground.ask(
      'nobody',
      `{ template(id: ${ids.nightly}) { counts { on } cells { totalCount nodes { id } } }
         templateCell(templateId: ${ids.nightly}, projectId: ${ids.first}) { id } }`,
    );
    expect(data).toEqual({
      template: { counts: { on: 0 }, cells: { totalCount: 0, nodes: [] } },
      templateCell: null,
    });
  });

  test('a stranger sees nothing of it', async () => {
    expect(await read('stranger')).toMatchObject({
      templates: ['theirs'],
      totals: [1, 1],
      cells: [],
    });
    const { data } = await ground.ask(
      'stranger',
      `{ template(id: ${ids.nightly}) { slug } bySlug: template(slug: "nightly") { slug }
         node(id: "Template:${ids.nightly}") { id } templates { totalCount }
         templateCell(templateId: ${ids.nightly}, projectId: ${ids.first}) { id } }`,
    );
    expect(data).toEqual({
      ...{
        template: null,
        bySlug: null,
        node: null,
        templates: { totalCount: 1 },
        templateCell: null,
      },
    });
  });

  test('a role on one project shows the cells of that one alone', async () => {
    const { org, pool } = ground;
    const user = await createUser(pool, { orgId: org.id, role: 'viewer', projectId: ids.second });
    const { token } = await createToken(pool, { orgId: org.id, userId: user.id });
    const headers = { authorization: `Bearer ${token}` };
    expect(await read(null, '', headers)).toMatchObject({
      ...{ projects: [ids.second], totals: [2, 1], cells: [cell(ids.second, 'OFF', true)] },
      counts: [{ on: 0, off: 1 }, {}],
    });
    expect(await read(null, '(state: ON)', headers)).toMatchObject({ templates: [], projects: [] });
  });
});

describe('of 200 templates by 1,000 projects, every cell filled', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround();
    await fillMatrix(ground.pool, ground.org.id, ground.people.admin.id);
  }, 120_000);
  afterAll(() => ground[Symbol.asyncDispose]());

  const page = (templates: number, projects: number, from = 0) =>
    ground.ask('admin', QUERY, { templates, projects, from });

  test('a page of 50 by 100 answers at once', async () => {
    await page(50, 100);
    const times: { wall: number; work: number }[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      const { data, errors } = await page(50, 100, 10 * turn);
      const { user, system } = process.cpuUsage(before);
      times.push({ wall: performance.now() - startedAt, work: (user + system) / 1000 });
      expect(errors).toBeUndefined();
      expect(data.matrix.cells).toHaveLength(5_000);
      expect(data.matrix.templates.totalCount).toBe(200);
    }
    const told = times.map(({ wall, work }) => `${Math.round(wall)} (${Math.round(work)})`);
    process.stderr.write(`a page of 50 by 100 in ms, and of work in it: ${told.join(', ')}\n`);
    // Work rather than the clock: what else the machine does is not the page's.
    expect(Math.min(...times.map(({ work }) => work))).toBeLessThan(400);
    expect(Math.min(...times.map(({ wall }) => wall))).toBeLessThan(2_000);
  });

  test('a page costs the same few statements, however large it is', async () => {
    const [, few] = await withStatements(() => page(2, 3));
    const [, many] = await withStatements(() => page(50, 100));
    expect(many).toHaveLength(few.length);
    // Two of them for the caller.
    expect(few.length).toBeLessThanOrEqual(9);
  });

  test('the list of templates costs the same few statements, however long it is', async () => {
    const list = (first: number) =>
      ground.ask(
        'admin',
        `query ($first: Int!) { templates(first: $first) { totalCount nodes { slug counts { on }
           parameters { name } cells(first: 3, state: BROKEN) { totalCount nodes { id state overrides
             project { name } scenario { slug } updatedBy { name } } } } } }`,
        { first },
      );
    const [{ errors }, few] = await withStatements(() => list(2));
    expect(errors).toBeUndefined();
    const [, many] = await withStatements(() => list(60));
    expect(many).toHaveLength(few.length);
    const [, scenarios] = await withStatements(() => ask(5));
    const [{ data }, more] = await withStatements(() => ask(100));
    expect(data.scenarios.nodes[99].template.slug).toMatch(/^big-/);
    expect(more).toHaveLength(scenarios.length);
  });
  const ask = (first: number) =>
    ground.ask(
      'admin',
      `{ scenarios(first: ${first}) { nodes { slug template { slug displayName } overrides } } }`,
    );

  test('the plans go by indexes, and a rare state is looked up rather than searched for', async () => {
    const { pool, org } = ground;
    const plan = async ({ text }: { text: string }, values: unknown[]) => {
      const { rows } = await pool.query(`explain (analyze, buffers, format json) ${text}`, values);
      return JSON.stringify(rows[0]['QUERY PLAN']);
    };
    const ids = async (table: string, count: number) =>
      (
        await pool.query(
          `select id from ${table} where slug like 'big-%' order by id limit ${count}`,
        )
      ).rows.map(({ id }) => id);
    const cells = await plan(CELLS, [org.id, await ids('template', 50), await ids('project', 100)]);
    expect(cells).not.toMatch(/"Seq Scan"[^{}]*"template_enablement"/);
    for (const side of [TEMPLATES, PROJECTS]) {
      const found = await plan(side, [org.id, null, null, 'broken', null, 0, 50]);
      expect(found).toContain('template_enablement_org_id_state_idx');
    }
  });

  test('a look at what changed costs no more than the template that changed', async () => {
    const { pool, org } = ground;
    const { rows } = await pool.query(`select min(id) as id from template where slug like 'big-%'`);
    const { rows: scenarios } = await pool.query('select id from scenario limit 600');
    const { rows: now } = await pool.query(
      'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
    );
    const values = [[rows[0].id], scenarios.map(({ id }) => id), now[0].xid, [org.id]];
    await pool.query(LOOK.text, values);
    const startedAt = performance.now();
    const { rows: found } = await pool.query(LOOK.text, values);
    const ms = performance.now() - startedAt;
    process.stderr.write(`a look at 1,000 cells and 600 scenarios: ${Math.round(ms)} ms\n`);
    expect(found[0]).toMatchObject({ cells: [], templates: [{ id: rows[0].id }] });
    expect(ms).toBeLessThan(250);
  });

  test('what is overridden is told alike by the grid and by the list of overrides', async () => {
    const { data } = await page(50, 100, 20);
    const [template] = data.matrix.templates.nodes;
    const inGrid = data.matrix.cells
      .filter(
        (each: { templateId: string; overridden: boolean }) =>
          each.templateId === template.id && each.overridden,
      )
      .map(({ projectId }: { projectId: string }) => projectId);
    const { data: one } = await ground.ask(
      'admin',
      `query ($id: ID!) { template(id: $id) { cells(first: 100) { nodes { project { id } overrides } } } }`,
      { id: template.id },
    );
    const shown = new Set(data.matrix.projects.nodes.map(({ id }: { id: string }) => id));
    const listed = one.template.cells.nodes
      .filter(
        ({ overrides, project }: { overrides: string[]; project: { id: string } }) =>
          overrides.length > 0 && shown.has(project.id),
      )
      .map(({ project }: { project: { id: string } }) => project.id);
    expect(inGrid.length).toBeGreaterThan(5);
    expect(inGrid).toEqual(expect.arrayContaining(listed));
    expect(listed.length).toBeGreaterThan(0);
  });
});
