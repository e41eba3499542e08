/** The Test button of a language model's connector, against servers on real sockets. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { llm } from '#domain/connector/llm.ts';
import { startModelServer } from '#local/model-server.ts';

const signal = AbortSignal.timeout(20_000);

const tryOne = (config: object, secrets: object = {}) =>
  llm.test({ config: llm.config.parse(config), secrets: llm.secrets.parse(secrets) }, signal);

async function startServer(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const openai = (url: string) => ({ provider: 'openai_compatible', base_url: url });

test('it says which models are there, and asks none of them', async () => {
  await using server = await startModelServer();
  expect(await tryOne(openai(server.url))).toMatch(
    /^127\.0\.0\.1:\d+ answers and lists 1 models: rules-1$/,
  );
  expect(server.requests).toEqual([]);
});

test('the key travels as each protocol wants it, and a refusal names the remedy', async () => {
  const seen: (string | string[] | undefined)[] = [];
  await using server = await startServer(({ headers }, response) => {
    seen.push(headers.authorization ?? headers['x-api-key']);
    response.writeHead(401).end('{}');
  });
  await expect(tryOne(openai(server.url), { api_key: 'sk-1' })).rejects.toThrow(/check api_key/);
  await expect(tryOne(openai(server.url))).rejects.toThrow(/set api_key/);
  const anthropic = { provider: 'anthropic', base_url: server.url };
  await expect(tryOne(anthropic, { api_key: 'sk-2' })).rejects.toThrow(/check api_key/);
  expect(seen).toEqual(['Bearer sk-1', undefined, 'sk-2']);
});

test('what answers and is no model server is told as such', async () => {
  await using page = await startServer((_request, response) => response.end('<h1>Hello</h1>'));
  await expect(tryOne(openai(page.url))).rejects.toThrow(/no model server/);
  await using redirect = await startServer((_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  await expect(tryOne(openai(redirect.url))).rejects.toThrow(/answered 302/);
  await expect(tryOne(openai('http://127.0.0.1:1/v1'))).rejects.toThrow(/nothing listens there/);
});

test('addresses at which clouds hand out credentials are refused when they are entered', () => {
  for (const url of ['http://169.254.169.254/v1', 'http://[::ffff:169.254.169.254]/v1']) {
    expect(llm.config.safeParse(openai(url)).error?.issues).toMatchObject([
      { path: ['base_url'], message: expect.stringMatching(/metadata/) },
    ]);
  }
  expect(llm.config.safeParse({ provider: 'openai_compatible' }).success).toBe(false);
  expect(llm.secrets.safeParse({ api_key: 'two words' }).success).toBe(false);
});
