/** Deliveries over REST: a message as it was sent, for a frame of the console. */
import { z } from '@hono/zod-openapi';
import { readMessageHtml } from '#domain/mail/message-as-sent.ts';
import { DomainError } from '#platform/errors.ts';
import { addOperation, parseId, signedIn, type RestApp, type RestHouse } from './context.ts';

const DeliveryParams = z.object({
  id: z
    .int()
    .min(1)
    .openapi({ param: { name: 'id', in: 'path' }, example: 99 }),
});

// What was sent is shown and does nothing: no script, nothing asked of anybody, an origin of its own.
const POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  'img-src data:',
  'sandbox',
  `frame-ancestors 'self'`,
].join('; ');

export function addDeliveries(app: RestApp, house: RestHouse): void {
  addOperation(
    app,
    {
      method: 'get',
      path: '/api/scheduler/deliveries/{id}/message',
      summary: 'The HTML of a report as it was sent, with its pictures in it',
      description:
        'Not on the product page: for a frame of the console. It has no script and asks nobody for anything.',
      tags: ['runs'],
      request: { params: DeliveryParams },
      responses: {
        200: {
          description: 'The page.',
          content: { 'text/html': { schema: { type: 'string' as const } } },
        },
      },
      errors: [],
    },
    async (c) => {
      const who = await signedIn(house, c);
      const text = c.req.param('id') ?? '';
      const id = parseId(text, Number.MAX_SAFE_INTEGER);
      if (id === null) throw new DomainError('NOT_FOUND', `No delivery ${text}.`);
      const html = await readMessageHtml(house, who, id);
      c.header('Content-Security-Policy', POLICY);
      c.header('X-Frame-Options', 'SAMEORIGIN');
      return c.html(html);
    },
  );
}
