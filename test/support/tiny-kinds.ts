/** Two kinds of steps for tests of scenarios: small, strict, and without any work. */
import { z } from 'zod';
import type { Registry, StepKind } from '#domain/step/kind.ts';

const copyTable: StepKind<{ dataset: string; rows: number }> = {
  kind: 'copy_table',
  description: 'Copies a dataset of the project.',
  config: z.strictObject({
    dataset: z.string().describe('the slug of a dataset of this project'),
    rows: z.int().min(1).default(10).describe('how many'),
  }),
  async check({ dataset }, { db, projectId }) {
    if (dataset === undefined) return [];
    const found = await db.query('select from dataset where project_id = $1 and slug = $2', [
      projectId,
      dataset,
    ]);
    if (found.rowCount === 1) return [];
    return [{ path: ['dataset'], message: 'there is no such dataset here', value: dataset }];
  },
  load: async () => async () => ({ outcome: 'succeeded', output: {} }),
};

const sendNote: StepKind<{ recipients: string[]; text?: string | undefined }> = {
  kind: 'send_note',
  description: 'Sends a note.',
  config: z.strictObject({
    recipients: z.array(z.email()).min(1).describe('who gets it'),
    text: z.string().optional(),
  }),
  load: async () => async () => ({ outcome: 'succeeded', output: {} }),
};

export const tinyKinds: Registry = new Map<string, StepKind>([
  [copyTable.kind, copyTable as StepKind],
  [sendNote.kind, sendNote as StepKind],
]);

/** A step that every project accepts. */
export const NOTE = { kind: 'send_note', recipients: ['ops@example.com'] };
