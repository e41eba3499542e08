/** Bugs in running what was decided. */
import { planAlike } from './plan/plan.ts';
import { planFailing } from './plan/steps.ts';
import { mark, SHORT, sleep, type Plant } from './plant.ts';
import * as scripts from './plant-scripts.ts';

export const RUN_PLANTS = {
  'no-fence-check': {
    edits: [
      {
        file: 'src/domain/run/publish.ts',
        from: "where id = $1 and fence = $2 and state = 'running'",
        to: 'where id = $1 and $2::int is not null',
      },
      {
        file: 'src/domain/run/flush.sql.ts',
        from: 'and run.fence = d.fence and',
        to: 'and d.fence is not null and',
      },
      // Whoever lost a run is told so at its next renewal, a second line of defence.
      {
        file: 'src/domain/run/renew.sql.ts',
        from: "(run.fence = mine.fence and run.state = 'running') as held",
        to: 'true as held',
      },
      { file: 'worker/claim.ts', from: "() => stopAll('lease_lost'),", to: '() => {},' },
    ],
    drive: {
      ...SHORT,
      seconds: 15,
      plan: planAlike(3, 4, [mark(3000)], {}),
      script: scripts.freezeAtWork,
      env: { CLAIM_BACKSTOP_SECONDS: '0.5' },
    },
  },
  'no-promotion': {
    edits: [
      {
        file: 'src/domain/run/promote.ts',
        from: "where scenario_id = $1 and state = 'waiting' order by",
        to: "where scenario_id = $1 and state = 'waiting' and false order by",
      },
    ],
    drive: {
      ...SHORT,
      drainSeconds: 12,
      plan: planAlike(3, 2, [sleep(2500)], { overlap: 'buffer_one' }),
      script: scripts.wait,
    },
  },
  'no-renewal': {
    edits: [
      {
        file: 'src/domain/run/renew.sql.ts',
        from: "where state = 'running' and lease_until <",
        to: 'where false and lease_until <',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 12,
      plan: planAlike(3, 2, [sleep(10_000)], {}),
      script: scripts.wait,
    },
  },
  'drain-ignored': {
    edits: [
      {
        file: 'src/domain/run/claim.sql.ts',
        from: 'where not o.draining',
        to: 'where o.draining is not null',
      },
    ],
    drive: {
      ...SHORT,
      seconds: 6,
      plan: planAlike(5, 1, [mark(0)], { overlap: 'allow' }),
      script: scripts.drainOften,
    },
  },
  'retry-repeats': {
    edits: [
      {
        file: 'worker/execute-run.ts',
        from: "known === undefined || known.state === 'pending' ||",
        to: "known === undefined || known.state === 'reused' || known.state === 'pending' ||",
      },
    ],
    drive: {
      ...SHORT,
      seconds: 6,
      plan: planAlike(5, 1, planFailing(), { overlap: 'allow' }),
      script: scripts.retryAll,
    },
  },
} as const satisfies Record<string, Plant>;
