/** What is known of a run that another claim began. */
import { row, rows, statement, type Queryable } from '#platform/db.ts';
import type { Json } from '../step/kind.ts';
import type { StepState } from './run-state.ts';

export type StepProgress = {
  readonly pos: number;
  readonly state: StepState;
  /** The number of the latest attempt; 0 before the first. */
  readonly attempt: number;
  readonly output: Json;
  readonly reason: string | null;
  /** Attempts that failed; lost ones do not count. */
  readonly failures: number;
  /** The worker whose attempt was never finished; null when there is none. */
  readonly lostWorkerId: string | null;
};

const steps = statement<StepProgress>(
  'resume-steps',
  `select s.pos, s.state, s.attempt, s.output, s.reason, a.worker_id as "lostWorkerId",
          (select count(*)::int from step_attempt f where f.run_id = s.run_id and f.pos = s.pos and f.state = 'failed')
            as failures
   from step_run s
   left join step_attempt a on a.run_id = s.run_id and a.pos = s.pos and a.attempt = s.attempt and a.state = 'running'
   where s.run_id = $1 order by s.pos`,
);

const started = statement<{ told: boolean }>(
  'was-start-told',
  `select exists (select from run_event where run_id = $1 and type = 'run.started') as told`,
);

/** Whether the run's start was told: a worker may be lost between its claim and its first word. */
export async function wasStartTold(db: Queryable, runId: number): Promise<boolean> {
  return (await row(db, started, [runId]))?.told ?? false;
}

/** The steps of a run as they stand, in order. */
export function readProgress(db: Queryable, runId: number): Promise<StepProgress[]> {
  return rows(db, steps, [runId]);
}
