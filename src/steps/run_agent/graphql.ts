/** run_agent in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  agent: 'ref',
  dataset: 'ref',
  query: 'text',
  key: 'list',
  limit: 'float',
  concurrency: 'float',
  outputDataset: 'text',
  outputMode: 'text',
  onRowError: 'text',
  maxRowFailures: 'float',
  tokenBudget: 'float',
};
