/** All commands, in the order of the help. A new one is a file beside the others and a line here. */
import type { Command } from './command.ts';
import { apply } from './commands/apply.ts';
import { backfill } from './commands/backfill.ts';
import { cancel } from './commands/cancel.ts';
import { exportScenarios } from './commands/export.ts';
import { health } from './commands/health.ts';
import { logs } from './commands/logs.ts';
import { next } from './commands/next.ts';
import { pause, resume } from './commands/pause.ts';
import { retry } from './commands/retry.ts';
import { run } from './commands/run.ts';
import { runs } from './commands/runs.ts';
import { scenarios } from './commands/scenarios.ts';
import { templateApply } from './commands/template-apply.ts';
import { templateList } from './commands/template-list.ts';
import { templateDisable, templateEnable } from './commands/template-switch.ts';
import { validate } from './commands/validate.ts';
import { workers } from './commands/workers.ts';

export const commands: readonly Command[] = [
  validate,
  apply,
  exportScenarios,
  scenarios,
  next,
  run,
  runs,
  logs,
  cancel,
  retry,
  backfill,
  pause,
  resume,
  templateList,
  templateApply,
  templateEnable,
  templateDisable,
  workers,
  health,
];
