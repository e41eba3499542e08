/** Calls a webhook: one POST of JSON. The address is the user's, so it is checked when it has been resolved, for the
 *  very connection that is made; redirects are not followed; and nothing of the answer is kept but its status. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { forbiddenAddress, ForbiddenAddress, outsideLookup } from '#platform/outside-address.ts';

export type WebhookOutcome =
  | { readonly outcome: 'sent'; readonly reply: string }
  /** Retryable: it may go through later; where no answer came, it may have arrived too. */
  | { readonly outcome: 'refused'; readonly reply: string; readonly retryable: boolean };

const TIMEOUT_MS = 10_000;

/** @param id the same for every try, in `Webhook-Id`: a receiver that keeps it takes each notification once. */
export async function sendWebhook(
  url: string,
  id: string,
  body: unknown,
  signal: AbortSignal,
): Promise<WebhookOutcome> {
  const forbidden = forbiddenAddress(new URL(url).hostname);
  if (forbidden !== null) return { outcome: 'refused', reply: forbidden, retryable: false };
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return judge(await post(url, id, body, AbortSignal.any([signal, timeout])));
  } catch (error) {
    if (error instanceof ForbiddenAddress) {
      return { outcome: 'refused', reply: error.message, retryable: false };
    }
    const reply = timeout.aborted ? 'no answer within 10 s' : words(error);
    // It may have arrived all the same; the id tells a receiver so.
    return { outcome: 'refused', reply, retryable: true };
  }
}

type Answer = { readonly status: number; readonly location: string | undefined };

function judge({ status, location }: Answer): WebhookOutcome {
  if (status >= 200 && status < 300) return { outcome: 'sent', reply: `HTTP ${status}` };
  if (status >= 300 && status < 400 && location !== undefined) {
    const reply = `HTTP ${status}, a redirect, which is not followed; give the webhook its final address`;
    return { outcome: 'refused', reply, retryable: false };
  }
  // Too early, too many, a server in trouble.
  const retryable = status >= 500 || status === 408 || status === 425 || status === 429;
  return { outcome: 'refused', reply: `HTTP ${status}`, retryable };
}

function post(url: string, id: string, body: unknown, signal: AbortSignal): Promise<Answer> {
  const text = JSON.stringify(body);
  const request = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, fail) => {
    const call = request(url, {
      method: 'POST',
      signal,
      lookup: outsideLookup,
      // A connection of its own: the address was checked for this call.
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        'user-agent': 'honeyframe-scheduler',
        'webhook-id': id,
      },
    });
    call.on('error', fail);
    call.on('response', (answer) => {
      done({ status: answer.statusCode ?? 0, location: answer.headers.location });
      // Its body is nobody's business; an endless one must not keep the connection.
      answer.destroy();
    });
    call.end(text);
  });
}

// Node raises one AggregateError, without a message, when every address of a host refused.
function words(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner.message : String(inner);
}
