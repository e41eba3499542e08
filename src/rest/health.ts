/** Probes: the scheduler's heart, and this process's own. None needs a token. */
import { z } from '@hono/zod-openapi';
import { readSchedulerHealth } from '#domain/heartbeat/health.ts';
import { REASON_CODES, USUAL_SCHEMAS, whyNotReady } from '#domain/upgrade/readiness.ts';
import { addOperation, type RestApp, type RestHouse } from './context.ts';

const Instant = z.iso.datetime().nullable();

export const HealthBody = z
  .object({
    alive: z.boolean().describe('whether any worker beat lately'),
    last_seen: Instant.describe('the latest beat of any worker'),
    last_tick_at: Instant.describe('when a ticker last finished a pass'),
  })
  .openapi('SchedulerHealth');

const ReadyBody = z
  .object({
    ready: z.boolean(),
    reasons: z
      .array(z.object({ code: z.enum(REASON_CODES), message: z.string() }))
      .describe('why not; empty when it is ready'),
  })
  .openapi('Readiness');

export function addHealth(app: RestApp, house: RestHouse): void {
  const { pool, log, heartbeatStaleSeconds, searchedSchemas = USUAL_SCHEMAS } = house;
  const health = (description: string) => ({
    description,
    content: { 'application/json': { schema: HealthBody } },
  });
  addOperation(
    app,
    {
      method: 'get',
      path: '/api/pipeline/scheduler/health',
      summary: 'Worker heartbeat',
      tags: ['health'],
      security: [],
      responses: {
        200: health(`A worker beat within ${heartbeatStaleSeconds} s.`),
        503: health('None did.'),
      },
      errors: [],
    },
    async (c) => {
      const found = await readSchedulerHealth(pool, heartbeatStaleSeconds);
      const body = {
        alive: found.alive,
        last_seen: found.lastSeenAt?.toISOString() ?? null,
        last_tick_at: found.lastTickAt?.toISOString() ?? null,
      };
      return c.json(body, found.alive ? 200 : 503);
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: '/healthz',
      summary: 'Whether this process answers',
      tags: ['health'],
      security: [],
      responses: {
        200: {
          description: 'It does.',
          content: { 'application/json': { schema: z.object({ ok: z.literal(true) }) } },
        },
      },
      errors: [],
    },
    async (c) => c.json({ ok: true }),
  );

  const ready = { 'application/json': { schema: ReadyBody } };
  addOperation(
    app,
    {
      method: 'get',
      path: '/readyz',
      summary:
        'Whether this process can serve: its database answers, is migrated, and holds no old tables',
      tags: ['health'],
      security: [],
      responses: {
        200: { description: 'It can.', content: ready },
        503: { description: 'Not now.', content: ready },
      },
      errors: [],
    },
    async (c) => {
      const reasons = await whyNotReady(pool, searchedSchemas);
      if (reasons.length === 0) return c.json({ ready: true, reasons });
      log.warn({ reasons }, 'not ready');
      return c.json({ ready: false, reasons }, 503);
    },
  );
}
