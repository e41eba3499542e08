/** Refuses requests to GraphQL beyond the limits, before anything is read; REST and pages do so by themselves, with the
 *  same limits and each in its own shape. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { authorizationOf } from '#domain/access/own-page.ts';
import { tooMany, type RequestLimits } from '#domain/access/request-limits.ts';
import { asked } from '#graphql/yoga.ts';

type Place = { readonly publicUrl: string | null };

/** 0, or the seconds until the next request may come. */
export function secondsToWait(limits: RequestLimits, place: Place, req: IncomingMessage): number {
  const authorization = authorizationOf(asked(place, req));
  return limits.take({ authorization, address: req.socket.remoteAddress ?? null });
}

/** @returns whether the request may go on. */
export function limitRequest(
  limits: RequestLimits,
  place: Place,
  req: IncomingMessage,
  res: ServerResponse,
): boolean {
  const seconds = secondsToWait(limits, place, req);
  if (seconds === 0) return true;
  const { code, message, facts } = tooMany(seconds);
  const extensions = { code, requestId: randomUUID(), ...facts };
  const spoken = 'application/graphql-response+json';
  const type = req.headers.accept?.includes(spoken) ? spoken : 'application/json';
  res.writeHead(429, { 'content-type': `${type}; charset=utf-8`, 'retry-after': String(seconds) });
  res.end(JSON.stringify({ errors: [{ message, extensions }] }));
  return false;
}

/** The same for the handshake of a socket. */
export function limitUpgrade(
  limits: RequestLimits,
  place: Place,
  req: IncomingMessage,
  socket: Duplex,
): boolean {
  const seconds = secondsToWait(limits, place, req);
  if (seconds === 0) return true;
  socket.end(
    `HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${seconds}\r\nConnection: close\r\n\r\n`,
  );
  return false;
}
