/** A run's events over graphql-ws, each once and in order, however often the connection is lost: every new one
 *  begins after the last event that came. */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { graphqlError, unreachable, type Api, type GraphQLAnswerError } from '../api.ts';
import { CliError, EXIT } from '../exit.ts';

export type RunEvent = {
  readonly runId: number;
  /** 1, 2, 3 … within the run. */
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

export type Message =
  | ({ readonly __typename: 'RunEvent' } & RunEvent)
  | { readonly __typename: 'Resync'; readonly after: number; readonly reason: string };

export const RUN_EVENTS = `subscription RunEvents($runId: ID!, $after: Int!) {
  runEvents(runId: $runId, after: $after) {
    __typename ... on RunEvent { runId seq type at payload } ... on Resync { after reason } } }`;

export type FollowOptions = {
  /** The number of the last event that is known. */
  readonly after?: number;
  readonly signal: AbortSignal;
  /** Told once each time the connection is lost. */
  onLost?(why: string): void;
  onBack?(): void;
  /** How long the API may be away before following gives up. */
  readonly patienceMs?: number;
};

// A deployment takes a minute or two; a CI job that waits for ever helps nobody.
const PATIENCE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** What another try cannot mend: the request is refused, or made badly. */
const FATAL_CLOSES = [4400, 4401, 4403, 4406];
const FATAL_CODES = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'VALIDATION', 'TOO_LARGE'];

/** Ends when the run has ended, or quietly when the signal fires.
 *  @throws CliError when the API refuses, or is away for longer than the patience. */
export async function* runEvents(
  api: Api,
  runId: number,
  options: FollowOptions,
): AsyncGenerator<Message> {
  const { signal, onLost, onBack, patienceMs = PATIENCE_MS } = options;
  let last = options.after ?? 0;
  let lostAt: number | null = null;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
    try {
      for await (const message of connection(api, runId, last, signal)) {
        if (lostAt !== null) onBack?.();
        lostAt = null;
        pauseMs = FIRST_PAUSE_MS;
        if (message.__typename === 'Resync') last = message.after;
        else if (message.seq <= last) continue;
        else last = message.seq;
        yield message;
      }
      // Whole only at the end of the run; a server that stops may end it early.
      if (signal.aborted || (await hasEnded(api, runId, last))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CliError) || error.code !== 'UNREACHABLE') throw error;
      if (lostAt === null) onLost?.(error.message);
      lostAt ??= performance.now();
      if (performance.now() - lostAt > patienceMs) throw error;
    }
    await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

export const RUN_END = `query RunEnd($id: ID!) { run(id: $id) { finishedAt eventCount } }`;

async function hasEnded(api: Api, runId: number, last: number): Promise<boolean> {
  type Answer = { run: { finishedAt: string | null; eventCount: number } | null };
  const { run } = await api.query<Answer>(RUN_END, { id: String(runId) });
  return run === null || (run.finishedAt !== null && last >= run.eventCount);
}

type Data = { readonly runEvents: Message };

/** One connection's messages. @throws CliError, UNREACHABLE for a connection that is lost or never made. */
async function* connection(
  api: Api,
  runId: number,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const url = new URL('graphql', api.url);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = createClient({
    url: url.href,
    retryAttempts: 0,
    // A half-open connection is noticed, not waited on for ever.
    keepAlive: 10_000,
    connectionParams: api.token === null ? {} : { authorization: `Bearer ${api.token}` },
    // Told by the iterator.
    onNonLazyError: () => {},
  });
  const messages = client.iterate<Data>({
    query: RUN_EVENTS,
    variables: { runId: String(runId), after },
  });
  const stop = () => void messages.return?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const result of messages) yield messageOf(api, result as Result);
  } catch (error) {
    throw connectionError(api, error);
  } finally {
    signal.removeEventListener('abort', stop);
    await client.dispose();
  }
}

type Result = {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLAnswerError[];
};

function messageOf(api: Api, { data, errors }: Result): Message {
  if (!errors?.[0]) return data!.runEvents;
  const error = graphqlError(errors, api.token !== null);
  if (FATAL_CODES.includes(error.code)) throw error;
  throw unreachable(api.url, error);
}

function connectionError({ url }: Api, error: unknown): CliError {
  if (error instanceof CliError) return error;
  // Refused before the run begins: a list of GraphQL errors.
  if (Array.isArray(error)) return graphqlError(error, true);
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  if (typeof code !== 'number') return unreachable(url, error);
  if (FATAL_CLOSES.includes(code)) {
    const message = `The API refuses the connection: ${String(reason) || code}.`;
    return new CliError(EXIT.noAnswer, 'UNAUTHENTICATED', message, {
      remedy: 'The token may have ended or been revoked: take another one (--token, HF_TOKEN).',
    });
  }
  return unreachable(url, new Error(String(reason) || `the connection closed with ${code}`));
}
