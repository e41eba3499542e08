/** Calls the REST application as somebody, without a socket. */
import { createRestApp } from '#rest/app.ts';
import type { RestDeps } from '#rest/context.ts';
import { createLog } from '#platform/log.ts';
import type { Setting } from '#test/support/setting.ts';

export const JWT_SECRET = 'a secret of more than thirty-two characters';

export type Call = {
  /** The text of a token. */
  token?: string;
  /** Sent as JSON; a text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
};

export type Answer = {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are judged by the tests, field by field
  body: any;
  headers: Headers;
};

export const restDeps = ({ deps }: Setting): RestDeps => ({
  ...deps,
  log: createLog('test', 'silent'),
  jwtSecret: JWT_SECRET,
  publicUrl: null,
  heartbeatStaleSeconds: 90,
});

export function createClient(setting: Setting, more: Partial<RestDeps> = {}) {
  const app = createRestApp({ ...restDeps(setting), ...more });
  return async (method: string, path: string, call: Call = {}): Promise<Answer> => {
    const { token, body, headers = {} } = call;
    const response = await app.request(path, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  };
}
