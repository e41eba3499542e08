/** Reading what was sent. */
import { parseForm } from '#domain/step/form-problems.ts';
import { invalid } from '#platform/errors.ts';
import type { z } from 'zod';
import type { RestContext } from './context.ts';
import { MalformedBody } from './errors.ts';

/** Larger bodies are refused: the largest scenario that a person writes has some 100 KB. */
export const MAX_BODY_BYTES = 1_048_576;

/** The body as JSON. @throws MalformedBody that says where reading stopped. */
export async function readJson(c: RestContext): Promise<unknown> {
  const text = await c.req.text();
  if (text.trim() === '') throw new MalformedBody('The body is empty; send a JSON object.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedBody(`The body is no JSON: ${(error as Error).message}.`);
  }
}

/** The body, or an empty object when there is none.
 *  @throws MalformedBody. */
export async function readOptionalJson(c: RestContext): Promise<unknown> {
  const text = await c.req.text();
  return text.trim() === '' ? {} : readJson(c);
}

/** The query's parameters by a strict form: a mistyped filter must not answer everything.
 *  @throws DomainError VALIDATION with every problem. */
export function readQuery<T>(c: RestContext, form: z.ZodType<T>): T {
  const { data, problems } = parseForm(form, c.req.query());
  if (problems.length > 0) throw invalid(problems);
  return data as T;
}
