/** Projects, asked for one by one and looked for among many. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
  const place = { orgId: ground.org.id, ownerUserId: ground.people.admin.id };
  await createProject(ground.pool, { ...place, slug: 'north_shops', name: 'Shops of the North' });
  await createProject(ground.pool, { ...place, slug: 'southern', name: '100% of the SOUTH' });
});
afterAll(() => ground[Symbol.asyncDispose]());

const one = '($id: ID, $slug: String) { project(id: $id, slug: $slug) { id slug } }';

test('a project is found by its slug as by its id', async () => {
  const { data } = await ground.ask('viewer', `query ${one}`, { slug: 'north_shops' });
  expect(data.project.slug).toBe('north_shops');
  const again = await ground.ask('viewer', `query ${one}`, { id: data.project.id });
  expect(again.data.project).toEqual(data.project);
  const none = await ground.ask('viewer', `query ${one}`, { slug: 'north_shop' });
  expect(none.data.project).toBeNull();
});

test('a slug finds nothing that the caller may not see', async () => {
  const { data } = await ground.ask('nobody', `query ${one}`, { slug: 'north_shops' });
  expect(data.project).toBeNull();
});

test('either id or slug is given', async () => {
  for (const variables of [{}, { id: '1', slug: 'north_shops' }]) {
    const { errors } = await ground.ask('viewer', `query ${one}`, variables);
    expect(errors?.[0]?.extensions['code']).toBe('VALIDATION');
  }
});

test('a part of a name or slug finds projects in any case, and means what it says', async () => {
  const find = async (q: string) => {
    const { data } = await ground.ask(
      'viewer',
      'query ($q: String) { projects(q: $q) { totalCount nodes { slug } } }',
      { q },
    );
    const { totalCount, nodes } = data.projects as {
      totalCount: number;
      nodes: { slug: string }[];
    };
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ slug }) => slug);
  };
  expect(await find('of the')).toEqual(['southern', 'north_shops']);
  expect(await find('south')).toEqual(['southern']);
  expect(await find('H_S')).toEqual(['north_shops']);
  expect(await find('0%')).toEqual(['southern']);
  expect(await find('nothing of the kind')).toEqual([]);
});
