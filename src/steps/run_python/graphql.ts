/** run_python in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  recipe: 'ref',
  code: 'text',
  params: 'json',
  memoryMb: 'int',
  cpuSeconds: 'int',
};
