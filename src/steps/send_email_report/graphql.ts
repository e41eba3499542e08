/** send_email_report in GraphQL. */
import type { StepFace } from '../face.ts';

export const face: StepFace = {
  dashboardIds: 'list',
  recipients: 'list',
  format: 'text',
  timeFilter: 'json',
  subject: 'text',
  message: 'text',
  attachCsv: 'boolean',
  skipIfEmpty: 'boolean',
};
