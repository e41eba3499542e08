/** Reading what was sent. */
import { HTTPException } from 'hono/http-exception';
import { parseForm } from '#domain/step/form-problems.ts';
import { invalid } from '#platform/errors.ts';
import type { z } from 'zod';
import type { RestContext } from './context.ts';
import { MalformedBody } from './errors.ts';

/** Larger bodies are refused: the largest scenario that a person writes has some 100 KB. */
export const MAX_BODY_BYTES = 1_048_576;

/** Nobody writes deeper ones, and what is deeper overflows the stack of whatever walks it. */
const MAX_DEPTH = 100;

/** The body as JSON.
 *  @throws MalformedBody that says where reading stopped; HTTPException 415 for what is not sent as JSON. */
export async function readJson(c: RestContext): Promise<unknown> {
  const text = await readText(c);
  if (text.trim() === '') throw new MalformedBody('The body is empty; send a JSON object.');
  return parse(text);
}

/** The body, or an empty object when there is none.
 *  @throws as `readJson`. */
export async function readOptionalJson(c: RestContext): Promise<unknown> {
  const text = await readText(c);
  return text.trim() === '' ? {} : parse(text);
}

async function readText(c: RestContext): Promise<string> {
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength === 0) return '';
  refuseOtherTypes(c);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MalformedBody('The body is no UTF-8.', { cause: error });
  }
}

function refuseOtherTypes(c: RestContext): void {
  const given = c.req.header('Content-Type') ?? '';
  const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((each) => each.startsWith('charset='));
  const encoding = c.req.header('Content-Encoding') ?? 'identity';
  const isJson = type === 'application/json' && /^(?:charset="?utf-8"?)?$/.test(charset ?? '');
  if (isJson && encoding === 'identity') return;
  const found = encoding === 'identity' ? given || 'no type' : `the encoding ${encoding}`;
  throw new HTTPException(415, {
    message: `Send the body as JSON, with Content-Type: application/json; it came with ${found}.`,
  });
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MalformedBody(`The body is no JSON: ${(error as Error).message}.`, { cause: error });
  }
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new MalformedBody(`The body is nested deeper than ${MAX_DEPTH}.`);
    if (level.some((each) => typeof each === 'number' && !Number.isFinite(each))) {
      throw new MalformedBody('The body holds a number beyond 1.8e308.');
    }
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
  }
  return value;
}

/** The query's parameters by a strict form: a mistyped filter must not answer everything.
 *  @throws DomainError VALIDATION with every problem. */
export function readQuery<T>(c: RestContext, form: z.ZodType<T>): T {
  const { data, problems } = parseForm(form, c.req.query());
  if (problems.length > 0) throw invalid(problems);
  return data as T;
}
