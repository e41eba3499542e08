import { expect, test } from 'vitest';
import { deleteCalendar, listCalendars, saveCalendar } from '#domain/project/calendars.ts';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import { principalOf } from '#test/support/factories.ts';
import { probeKinds } from '#test/support/kinds.ts';
import { createWorld } from '#test/support/world.ts';

test('a calendar is saved in order, once each, and saved again under its name', async () => {
  await using world = await createWorld();
  const who = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  const dates = ['2026-12-25', '2026-01-01', '2026-12-25'];
  await saveCalendar(world.pool, who, world.project.id, { name: 'holidays', dates });
  await saveCalendar(world.pool, who, world.project.id, {
    name: 'holidays',
    dates,
    weekdays: [7, 6],
  });
  expect(await listCalendars(world.pool, who, world.project.id)).toMatchObject([
    { name: 'holidays', dates: ['2026-01-01', '2026-12-25'], weekdays: [6, 7] },
  ]);
});

test('days that do not exist are refused, all at once, with their places', async () => {
  await using world = await createWorld();
  const who = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  const saving = saveCalendar(world.pool, who, world.project.id, {
    name: 'bad',
    dates: ['2026-02-30', '25.12.2026'],
    weekdays: [8],
  });
  await expect(saving).rejects.toMatchObject({
    problems: [{ path: ['dates', 0] }, { path: ['dates', 1] }, { path: ['weekdays', 0] }],
  });
});

test('a scenario can only name a calendar that exists, which then cannot be deleted', async () => {
  await using world = await createWorld();
  const who = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  const deps = { pool: world.pool, kinds: probeKinds };
  const scenario = { name: 'x', steps: [{ kind: 'probe' }], policies: { calendar: 'holiday' } };
  await saveCalendar(world.pool, who, world.project.id, { name: 'holidays' });
  await expect(createScenario(deps, who, world.project.id, scenario)).rejects.toThrow(
    /no calendar "holiday"; did you mean "holidays"/,
  );
  await createScenario(deps, who, world.project.id, {
    ...scenario,
    policies: { calendar: 'holidays' },
  });
  await expect(deleteCalendar(world.pool, who, world.project.id, 'holidays')).rejects.toThrow(
    /in use by x/,
  );
});
