/** A language model behind HTTP: whatever speaks OpenAI's chat protocol (Ollama, vLLM, gateways), or Anthropic. */
import { z } from 'zod';
import { forbiddenAddress, ForbiddenAddress } from '#platform/outside-address.ts';
import { createOutsideFetch } from '#platform/outside-fetch.ts';
import type { ConnectorType, Opened } from './connector-type.ts';
import { asFailure, Failure } from './failure.ts';

const ANTHROPIC_URL = 'https://api.anthropic.com/v1';
export const ANTHROPIC_VERSION = '2023-06-01';

const price = z.number().min(0).max(100_000);

const config = z
  .strictObject({
    provider: z
      .enum(['openai_compatible', 'anthropic'])
      .describe(
        'Which protocol it speaks. openai_compatible: OpenAI, Ollama, vLLM, most gateways.',
      ),
    base_url: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !URL.canParse(text) || refusal(text) === null, {
        error: 'is a link-local, metadata or multicast address, to which nothing is sent',
      })
      .optional()
      .describe(
        `Where it answers, up to what comes before /chat/completions; anthropic without one: ${ANTHROPIC_URL}. E.g. http://127.0.0.1:11434/v1`,
      ),
    structured_output: z
      .boolean()
      .default(true)
      .describe(
        'Whether it takes a JSON Schema for its answer; else the schema stands in the instructions.',
      ),
    prices: z
      .record(z.string().min(1).max(200), z.strictObject({ input: price, output: price }))
      .default({})
      .describe(
        'What a million tokens cost, by model: a run tells its cost by it. E.g. {"small-1": {"input": 0.2, "output": 0.8}}',
      ),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three capital letters, as in USD')
      .default('USD')
      .describe('Of the prices. E.g. EUR'),
  })
  .refine((given) => given.provider === 'anthropic' || given.base_url !== undefined, {
    error: 'is missing; say where the server answers, e.g. http://127.0.0.1:11434/v1',
    path: ['base_url'],
  });

const secrets = z.strictObject({
  api_key: z
    .string()
    .min(1)
    // It travels in a header; what else it held would end up in an error of the HTTP library.
    .regex(/^[\x21-\x7e]+$/, 'visible characters of ASCII, without spaces')
    .optional()
    .describe('The key, where the server wants one.'),
});

type Config = z.output<typeof config>;
type Secrets = z.output<typeof secrets>;

/** A model's server, ready for use. */
export type Llm = Omit<Config, 'base_url'> & {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
};

export const llm: ConnectorType<Config, Secrets, never> = {
  type: 'llm',
  label: 'Language model',
  description: 'A model that agents ask: an OpenAI-compatible server (also Ollama), or Anthropic.',
  config,
  secrets,
  async test(connector, signal) {
    const server = llmOf(connector);
    const { host } = new URL(server.baseUrl);
    const answer = await models(server, signal);
    if (answer.status === 401 || answer.status === 403) {
      const remedy = server.apiKey === undefined ? 'set api_key' : 'check api_key';
      throw new Failure(`${host} answered ${answer.status}: it refuses the key; ${remedy}.`);
    }
    // Not every server lists its models; that it answers is what can be told then.
    if (answer.status === 404 || answer.status === 405) {
      return `${host} answers (${answer.status} for the list of models); nothing was asked of a model`;
    }
    if (!answer.ok) {
      throw new Failure(
        `${host} answered ${answer.status} for the list of models; check base_url.`,
      );
    }
    const names = modelNames(await answer.text());
    return `${host} answers and lists ${names.length} models${names.length > 0 ? `: ${shown(names)}` : ''}`;
  },
};

/** What a conversation needs. */
export function llmOf({
  config: given,
  secrets: { api_key: apiKey },
}: Opened<Config, Secrets>): Llm {
  const { base_url: base = ANTHROPIC_URL, ...rest } = given;
  return { ...rest, baseUrl: base.replace(/\/+$/, ''), apiKey };
}

async function models(server: Llm, signal: AbortSignal): Promise<Response> {
  const { baseUrl, apiKey, provider } = server;
  const { host } = new URL(baseUrl);
  using outside = createOutsideFetch();
  const headers: Record<string, string> =
    provider === 'anthropic'
      ? { 'anthropic-version': ANTHROPIC_VERSION, ...(apiKey && { 'x-api-key': apiKey }) }
      : { ...(apiKey && { authorization: `Bearer ${apiKey}` }) };
  try {
    return await outside.fetch(`${baseUrl}/models`, { headers, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForbiddenAddress) throw new Failure(`${host}: ${error.message}.`);
    const failure = asFailure(error, `Connecting to ${host}`);
    if (failure instanceof Failure) throw failure;
    throw new Failure(`Connecting to ${host}: ${(error as Error).message}.`, true, error);
  }
}

function modelNames(text: string): string[] {
  try {
    const { data } = JSON.parse(text) as { data?: { id?: unknown }[] };
    return Array.isArray(data) ? data.map(({ id }) => String(id)) : [];
  } catch {
    throw new Failure('What answers there is no model server: no JSON came; check base_url.');
  }
}

const shown = (names: readonly string[]) =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');

const refusal = (url: string) => forbiddenAddress(new URL(url).hostname);
