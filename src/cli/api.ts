/** The API over HTTP: GraphQL and REST, with every way in which it may not answer told for a person. */
import { CliError, EXIT, type Problem } from './exit.ts';
import type { Settings } from './settings.ts';

// Beyond the slowest answer; without it a black hole on the way would hold the program for minutes.
const TIMEOUT_MS = 30_000;

export type Api = {
  readonly url: URL;
  readonly token: string | null;
  /** The answer's `data`. @throws CliError for errors, and when there is no answer. */
  query<Data>(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /** The body of an answer below 400. @throws CliError for others, and when there is none. */
  rest<Body>(method: string, path: string, options?: RestOptions): Promise<Body>;
};

type RestOptions = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export function createApi({ url, token }: Pick<Settings, 'url' | 'token'>): Api {
  async function send(path: string, method: string, { body, headers }: RestOptions) {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw unreachable(url, error);
    }
    try {
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    } catch {
      const kind = response.headers.get('content-type') ?? 'nothing readable';
      throw new CliError(
        EXIT.noAnswer,
        'NO_API',
        `${response.url} answers ${response.status} with ${kind}, not with JSON.`,
        { remedy: 'Is this the address of the scheduler’s API?' },
      );
    }
  }

  return {
    url,
    token,
    async query<Data>(query: string, variables = {}) {
      const { body, status } = await send('graphql', 'POST', { body: { query, variables } });
      const { data, errors } = (body ?? {}) as GraphQLBody;
      if (errors?.[0]) throw graphqlError(errors, token !== null);
      if (status >= 400 || data == null) throw oddAnswer(url, status);
      return data as Data;
    },
    async rest<Body>(method: string, path: string, options: RestOptions = {}) {
      const { status, body } = await send(path, method, options);
      if (status < 400) return body as Body;
      throw restError(url, status, body as RestBody | null, token !== null);
    },
  };
}

type GraphQLBody = { data?: unknown; errors?: readonly GraphQLAnswerError[] };

/** As an answer or a subscription carries it. */
export type GraphQLAnswerError = {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
};

type RestBody = {
  readonly error?: string;
  readonly message?: string;
  readonly details?: readonly Problem[];
  readonly permission?: string;
};

/** The network's fault rather than the API's. */
export function unreachable(url: URL, error: unknown): CliError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  const why =
    error instanceof DOMException && error.name === 'TimeoutError'
      ? `no answer within ${TIMEOUT_MS / 1000} s`
      : code || message || String(cause);
  return new CliError(EXIT.noAnswer, 'UNREACHABLE', `${url.origin} cannot be reached: ${why}.`, {
    remedy: 'Is it running (npm start)? Is the address right (--url, HF_URL)?',
    cause: error,
  });
}

const EXITS: Readonly<Record<string, number>> = {
  VALIDATION: EXIT.usage,
  NOT_FOUND: EXIT.usage,
  CONFLICT: EXIT.not,
  TRIGGER_CONFIG: EXIT.not,
  TOO_LARGE: EXIT.usage,
};

/** @param hadToken what to do about a refusal depends on it. */
export function graphqlError(errors: readonly GraphQLAnswerError[], hadToken: boolean): CliError {
  const { message, extensions = {} } = errors[0]!;
  const code = String(extensions['code'] ?? 'INTERNAL');
  const problems = extensions['problems'] as readonly Problem[] | undefined;
  return apiError(code, message, { problems, hadToken, requestId: extensions['requestId'] });
}

function restError(url: URL, status: number, body: RestBody | null, hadToken: boolean): CliError {
  if (!body?.error) return oddAnswer(url, status);
  const code = body.error === 'permission_denied' ? 'FORBIDDEN' : body.error.toUpperCase();
  return apiError(code, body.message ?? body.error, { problems: body.details, hadToken });
}

/** A refusal, or a surprise, that the API told by its code. */
export function apiError(
  code: string,
  message: string,
  {
    problems,
    hadToken = true,
    requestId,
  }: {
    readonly problems?: readonly Problem[] | undefined;
    readonly hadToken?: boolean;
    readonly requestId?: unknown;
  } = {},
): CliError {
  if (code === 'UNAUTHENTICATED') {
    const remedy = hadToken
      ? 'The token may have ended or been revoked: take another one (--token, HF_TOKEN).'
      : 'Name a token: HF_TOKEN or --token.';
    return new CliError(EXIT.noAnswer, code, message, { remedy });
  }
  const surprise = code === 'INTERNAL' && typeof requestId === 'string';
  return new CliError(EXITS[code] ?? EXIT.noAnswer, code, message, {
    problems,
    remedy: surprise ? `Its log has it under ${requestId}.` : null,
  });
}

function oddAnswer(url: URL, status: number): CliError {
  return new CliError(
    EXIT.noAnswer,
    'NO_API',
    `${url.origin} answers ${status} without a reason.`,
    {
      remedy: 'Is this the address of the scheduler’s API?',
    },
  );
}
