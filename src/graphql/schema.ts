/** The whole schema. Importing it needs no database. */
import { builder } from './builder.ts';
import './scalars.ts';
import './failure.ts';
import './viewer.ts';
import './user.ts';
import './project.ts';
import './scenario.ts';
import './run.ts';
import './step-run.ts';
import './upstream.ts';
import './tick.ts';
import './notification.ts';
import './worker.ts';
import './due-times.ts';
import './health.ts';
import './event.ts';
import './scenario-commands.ts';
import './scenario-plan.ts';
import './run-commands.ts';
import './calendar.ts';
import './org.ts';
import './queue.ts';
import './backfill.ts';

export const schema = builder.toSchema();
