/** How revisions came to be, in a word, a shape and a colour. */
import type { StateLook } from '../../../words/states.ts';

export const REVISION_LOOKS: Readonly<Record<string, StateLook>> = {
  SNAPSHOT: { label: 'Snapshot', tone: 'busy', shape: 'clock' },
  AUTOSAVE: { label: 'Autosave', tone: 'calm', shape: 'dots' },
  CREATED: { label: 'Made', tone: 'good', shape: 'check' },
  RESTORED: { label: 'Restored', tone: 'warn', shape: 'undo' },
  SHARED: { label: 'Shared', tone: 'calm', shape: 'ring' },
};
