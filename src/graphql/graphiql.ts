/** GraphiQL as one page that needs no internet, with the policy that lets exactly its own script run. */
import { createHash } from 'node:crypto';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

export type GraphiQL = {
  readonly html: string;
  /** Sources of the Content-Security-Policy. */
  readonly policy: readonly string[];
};

/** Rendered once a process: 3 MB of script and styles. It sends the cookie of whoever is signed in. */
export function createGraphiQL(): GraphiQL {
  const html = renderGraphiQL({ title: 'Honeyframe', subscriptionsProtocol: 'WS' });
  const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => text!);
  return {
    html,
    policy: [
      `default-src 'self'`,
      `script-src ${scripts.map(hashOf).join(' ')}`,
      // Its editor writes style elements as it goes.
      `style-src 'self' 'unsafe-inline'`,
      `img-src 'self' data:`,
      `font-src 'self' data:`,
      `worker-src blob:`,
    ],
  };
}

// As a browser counts it: after line ends became one.
function hashOf(script: string): string {
  const text = script.replaceAll(/\r\n?/g, '\n');
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
