/** A stand-in for a model's server, on loopback: it speaks OpenAI's chat protocol and Anthropic's, answers by rule
 *  (model-answer.ts), and misbehaves as a test asks. It costs nothing and needs no network. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerTo } from './model-answer.ts';

/** One question as it came. */
export type ModelRequest = {
  /** 1, 2, 3 … since the start. */
  readonly n: number;
  readonly model: string;
  readonly system: string;
  /** The user's message: the row as JSON. */
  readonly row: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** What is answered instead of a good answer. */
export type Turn = {
  /** With a short body in the protocol's form of an error. Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The text of the answer, whatever was asked for; with a status, the error's message. */
  readonly text?: string;
  readonly delayMs?: number;
  /** Never answers. */
  readonly hang?: true;
  /** Closes the connection instead. */
  readonly cut?: true;
};

export type ModelServer = AsyncDisposable & {
  readonly port: number;
  /** Up to what comes before /chat/completions and /messages. */
  readonly url: string;
  /** The last 10,000. */
  readonly requests: readonly ModelRequest[];
  /** From now on. Null for a request: it is answered well. */
  behave(how: (request: ModelRequest) => Turn | null): void;
};

const HOST = '127.0.0.1';
export const MODEL = 'rules-1';
const MAX_KEPT = 10_000;
const MAX_BYTES = 8_000_000;

/** Listens on any free port. @throws Error when it cannot. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let count = 0;
  let turnOf: (request: ModelRequest) => Turn | null = () => null;
  const closing = new AbortController();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (closing.signal.aborted || response.destroyed) return;
      response.writeHead(500).end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Only under its own name: another site's page must not reach it through a name that it points here.
    if (!/^(127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? '')) {
      return void response.writeHead(421).end();
    }
    const path = new URL(request.url ?? '/', `http://${HOST}`).pathname;
    if (path === '/v1/models') return json(response, 200, { data: [{ id: MODEL }] });
    const protocol = PROTOCOLS[path];
    if (protocol === undefined || request.method !== 'POST') {
      return json(response, 404, { error: { message: `There is no ${path} here.` } });
    }
    const body: Body = JSON.parse(await read(request));
    const asked = { n: ++count, headers: request.headers, ...protocol.read(body) };
    requests.push(asked);
    if (requests.length > MAX_KEPT) requests.shift();
    const turn = turnOf(asked) ?? {};
    if (turn.cut) return void request.socket.destroy();
    if (turn.hang) return;
    if (turn.delayMs) await delay(turn.delayMs, undefined, { signal: closing.signal });
    for (const [name, value] of Object.entries(turn.headers ?? {})) response.setHeader(name, value);
    if (turn.status !== undefined && turn.status !== 200) {
      const message = turn.text ?? 'as the test asks';
      return json(response, turn.status, { type: 'error', error: { type: 'stand_in', message } });
    }
    const text = turn.text ?? JSON.stringify(answerTo(asked.row, protocol.schema(body)));
    json(response, 200, protocol.write(asked, text, tokensOf(asked, text)));
  }

  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${HOST}:${port}/v1`,
    requests,
    behave: (how) => void (turnOf = how),
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever a client sends; what is read of it is below
type Body = any;
type Tokens = { readonly in: number; readonly out: number };

type Protocol = {
  read(body: Body): Pick<ModelRequest, 'model' | 'system' | 'row'>;
  schema(body: Body): object;
  write(asked: ModelRequest, text: string, tokens: Tokens): object;
};

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  '/v1/chat/completions': {
    read: ({ model, messages }) => ({
      model,
      system: textOf(messages.find((each: Body) => each.role === 'system')?.content ?? ''),
      row: textOf(messages.findLast((each: Body) => each.role === 'user')?.content ?? ''),
    }),
    schema: ({ response_format: form }) => form?.json_schema?.schema ?? {},
    write: ({ n, model }, text, tokens) => ({
      id: `answer-${n}`,
      object: 'chat.completion',
      created: 0,
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: tokens.in,
        completion_tokens: tokens.out,
        total_tokens: tokens.in + tokens.out,
      },
    }),
  },
  '/v1/messages': {
    read: ({ model, system = '', messages }) => ({
      model,
      system: textOf(system),
      row: textOf(messages.findLast((each: Body) => each.role === 'user')?.content ?? ''),
    }),
    schema: ({ output_config: output, tools }) =>
      output?.format?.schema ?? tools?.[0]?.input_schema ?? {},
    write: ({ n, model }, text, tokens) => ({
      id: `answer-${n}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: tokens.in, output_tokens: tokens.out },
    }),
  },
};

/** A message's content is a text, or a list of parts. */
function textOf(content: Body): string {
  if (typeof content === 'string') return content;
  return content.map((part: Body) => part.text ?? '').join('');
}

const tokensOf = ({ system, row }: ModelRequest, text: string): Tokens => ({
  in: Math.ceil((system.length + row.length) / 4),
  out: Math.ceil(text.length / 4),
});

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw new Error('the question is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
