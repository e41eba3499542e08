/** sync_dataset in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  dataset: 'ref',
  datasets: 'list',
  mode: 'text',
  maxRejected: 'float',
};
