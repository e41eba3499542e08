/** Pausing and draining the whole organisation, and changing its projects' calendars and limits: all of it can be asked
 *  for again until there is an answer. */
import { pauseOrg, resumeOrg } from '#domain/org/operate-org.ts';
import { saveCalendar } from '#domain/project/calendars.ts';
import { setProjectLimit } from '#domain/project/project-limit.ts';
import { persist } from '../ground.ts';
import type { Between, Days } from '../history.ts';
import type { Desk } from './operator.ts';

export function organisationActs({ ground, deps: { pool }, who, records, surprise }: Desk) {
  const { projectId, limitedProjectId } = ground;

  async function insist(what: string, ask: () => Promise<unknown>): Promise<Between> {
    const fromMs = Date.now();
    try {
      await persist(ask);
    } catch (error) {
      surprise(what, error);
    }
    return { fromMs, untilMs: Date.now() };
  }

  return {
    async pauseOrg(drains: boolean) {
      const done = await insist('pause of the organisation', () =>
        pauseOrg(pool, who, { note: 'chaos', drain: drains }),
      );
      records.org.push({ ...done, paused: true, drains });
    },

    async resumeOrg() {
      const done = await insist('resume of the organisation', () => resumeOrg(pool, who));
      records.org.push({ ...done, paused: false, drains: false });
    },

    async setDays(name: string, days: Days) {
      const done = await insist(`days of calendar ${name}`, () =>
        saveCalendar(pool, who, projectId, { name, ...days }),
      );
      records.calendars.push({ ...done, name, days });
    },

    async setLimit(maxRunning: number | null) {
      const done = await insist('limit of a project', () =>
        setProjectLimit(pool, who, limitedProjectId, maxRunning),
      );
      records.limits.push({ ...done, projectId: limitedProjectId, maxRunning });
    },
  };
}
