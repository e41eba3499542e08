/** snapshot_dashboards in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  projectId: 'int',
  skipHours: 'float',
  maxDashboards: 'int',
  changeNote: 'text',
  authorUserId: 'int',
};
