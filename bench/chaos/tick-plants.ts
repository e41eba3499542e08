/** Bugs in deciding what runs and what is told of it. */
import { startGlobalCursor, numberEventsGlobally } from './global-cursor.ts';
import type { Ground } from './ground.ts';
import { planAlike } from './plan/plan.ts';
import { mark, SHORT, sleep, type Plant } from './plant.ts';
import * as scripts from './plant-scripts.ts';

const dropTickKey = ({ pool }: Ground) =>
  pool.query('drop index honeyframe.tick_scenario_id_source_due_at_source_key_key');

export const TICK_PLANTS = {
  'double-ticks': {
    edits: [
      {
        file: 'src/domain/tick/slot.sql.ts',
        from: 'order by next_due_at limit $1 for update skip locked',
        to: 'order by next_due_at limit $1',
      },
      { file: 'src/domain/run/fire.sql.ts', from: 'on conflict do nothing', to: '' },
    ],
    drive: {
      ...SHORT,
      plan: planAlike(20, 1, [mark(0)], { overlap: 'allow' }),
      script: scripts.wait,
    },
    planted: { prepare: dropTickKey },
  },
  'calendar-ignored': {
    edits: [
      {
        file: 'src/domain/tick/calendar.ts',
        from: 'excluded: excludedDates.has(day.toString()) || weekdays.includes(day.dayOfWeek),',
        to: 'excluded: excludedDates.has(day.toString()) && weekdays.includes(day.dayOfWeek),',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 4,
      plan: planAlike(5, 1, [mark(0)], { calendar: 'today' }),
      script: scripts.wait,
    },
  },
  'double-backfill': {
    edits: [],
    driverEdits: [
      {
        file: 'src/domain/tick/fire-backfill.ts',
        from: 'return included.map(',
        to: 'return [...included, ...included].map(',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 4,
      plan: planAlike(3, 1, [mark(0)], { overlap: 'buffer_all' }),
      script: scripts.backfillAll,
    },
    planted: { prepare: dropTickKey },
  },
  'global-cursor': {
    edits: [],
    drive: {
      ...SHORT,
      plan: planAlike(20, 1, [sleep(700), mark(0)], { overlap: 'allow' }),
      script: scripts.cancelSlowly,
    },
    planted: { prepare: numberEventsGlobally, read: startGlobalCursor },
  },
} as const satisfies Record<string, Plant>;
