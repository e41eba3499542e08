import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openUrl } from '#domain/connector/open-url.ts';

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const signal = AbortSignal.timeout(20_000);

async function read(url: string, authorization?: string): Promise<string> {
  const { stream } = await openUrl(url, { signal, authorization });
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}

test('redirects are followed, and the Authorization header stays with its origin', async () => {
  const seen: (string | undefined)[] = [];
  await using other = await serve((req, res) => {
    seen.push(req.headers.authorization);
    res.end('elsewhere');
  });
  await using first = await serve((req, res) => {
    seen.push(req.headers.authorization);
    if (req.url === '/a') res.writeHead(302, { location: '/b' }).end();
    else if (req.url === '/b') res.writeHead(307, { location: `${other.url}/c` }).end();
    else res.writeHead(301, { location: req.url ?? '/' }).end();
  });
  expect(await read(`${first.url}/a`, 'Bearer abc')).toBe('elsewhere');
  expect(seen).toEqual(['Bearer abc', 'Bearer abc', undefined]);
  await expect(read(`${first.url}/round`)).rejects.toThrow(/redirected more than 5 times/);
});

test('a redirect leads to no metadata service and to no file', async () => {
  const targets = [
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:a9fe:a9fe]/',
    'file:///etc/passwd',
  ];
  for (const location of targets) {
    await using server = await serve((_req, res) => res.writeHead(302, { location }).end());
    await expect(read(`${server.url}/export.csv`)).rejects.toThrow(
      /link-local, metadata or multicast|no address of http/,
    );
  }
  await expect(read('http://2852039166/')).rejects.toThrow(/169\.254\.169\.254 is a link-local/);
});

test('an answer that is packed, refused or cut off is a failure that says so', async () => {
  await using server = await serve((req, res) => {
    if (req.url === '/packed') res.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    else if (req.url === '/gone') res.writeHead(404).end();
    else {
      res.writeHead(200, { 'content-length': '100' });
      res.write('half', () => res.destroy());
    }
  });
  await expect(read(`${server.url}/packed`)).rejects.toThrow(/in gzip, though plain bytes/);
  await expect(read(`${server.url}/gone`)).rejects.toThrow(/answered 404 Not Found/);
  await expect(read(`${server.url}/cut`)).rejects.toThrow(/closed the connection|aborted/);
});
