/** A field of a form that takes any JSON. zod's own, `z.json()`, refers to itself, and what documents the form (OpenAPI)
 *  would have to carry that reference along; this one is documented as anything. */
import { z } from 'zod';
import type { Json } from './kind.ts';

const json = z.json();

export const anyJson = z.custom<Json>((value) => json.safeParse(value).success, {
  error: 'is no JSON',
});
