/** run_recipe in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  recipe: 'ref',
  recipes: 'list',
  scope: 'text',
  fullRefresh: 'boolean',
  vars: 'json',
};
