/** Whether an answer is one that the document promises. */
import type { z } from 'zod';
import { judgeOf, type OpenApi, type Operation } from './document.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** What is wrong with an answer, in words; empty when it keeps its promises. */
export type Judge = (operation: Operation, answer: Answer) => string[];

const REQUEST_ID = /^[\w.-]{1,64}$/;

export function createJudge(document: OpenApi): Judge {
  const forms = new Map<unknown, z.ZodType>();
  const formOf = (schema: object): z.ZodType => {
    const known = forms.get(schema) ?? judgeOf(schema, document);
    forms.set(schema, known);
    return known;
  };

  return ({ responses }, { status, headers, text }) => {
    const faults: string[] = [];
    const requestId = headers.get('X-Request-Id');
    if (requestId === null || !REQUEST_ID.test(requestId)) faults.push('no id of the request');

    const promised = responses[status];
    if (!promised) return [...faults, `${status} is not documented`];
    for (const name of Object.keys(promised.headers ?? {})) {
      if (headers.get(name) === null) faults.push(`no header ${name}, which is documented`);
    }

    const type = headers.get('Content-Type')?.split(';')[0] ?? null;
    if (!promised.content) {
      return text === '' ? faults : [...faults, `${status} has a body, which is not documented`];
    }
    const content = promised.content[type ?? ''];
    if (!content) return [...faults, `${status} comes as ${type}, which is not documented`];
    if (type !== 'application/json') return faults;

    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return [...faults, 'the body is no JSON'];
    }
    const parsed = formOf(content.schema).safeParse(body);
    if (!parsed.success) {
      faults.push(
        ...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      );
    }
    return [...faults, ...aboutFailure(status, body as Failure, requestId)];
  };
}

type Failure = { error?: unknown; request_id?: unknown; config?: unknown };

function aboutFailure(status: number, body: Failure, requestId: string | null): string[] {
  const faults: string[] = [];
  if (status >= 400 && 'error' in body && body.request_id !== requestId) {
    faults.push('the body has another id than the header');
  }
  if (status === 500 && (body.error !== 'trigger_config' || !('config' in body))) {
    faults.push(`500 ${String(body.error)}`);
  }
  return faults;
}
