/** A trigger as it is sent, and as it is answered. The domain reads it by itself; these describe. */
import { z } from '@hono/zod-openapi';

const Cron = z
  .strictObject({
    cron: z.string().describe('five fields or an alias').meta({ example: '0 2 * * *' }),
    timezone: z
      .string()
      .optional()
      .describe('IANA name; the project’s when left out')
      .meta({ example: 'Asia/Jakarta' }),
  })
  .describe('by the clock');

const Interval = z
  .strictObject({
    interval: z.string().describe('90s, 15m, 6h, 1d or ISO 8601').meta({ example: '15m' }),
    anchor: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('due times lie whole intervals away from it; the creation when left out'),
  })
  .describe('again and again');

const Upstream = z
  .strictObject({
    upstream: z
      .array(z.string())
      .min(1)
      .describe('scenarios of the project, by slug')
      .meta({ example: ['orders', 'stock'] }),
    require: z
      .enum(['any', 'all'])
      .optional()
      .describe('all: once every one has succeeded since the last time; any: at each success'),
  })
  .describe('when others have succeeded');

export const TriggerForm = z
  .union([Cron, Interval, Upstream])
  .nullable()
  .describe('null: manual only');

/** A stored trigger that can be read no more is shown as it is. */
export const TriggerBody = z
  .union([
    Cron,
    Interval,
    Upstream,
    z.record(z.string(), z.unknown()).describe('one that can be read no more: see `broken`'),
  ])
  .nullable()
  .describe('null: manual only');
