/** The demo's sign-in, kept beside the data so that later starts can show it again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const signInForm = z.object({
  email: z.string(),
  password: z.string(),
  token: z.string(),
  projectId: z.number(),
});
const form = signInForm.extend({ database: z.string() });
export type DemoSignIn = z.infer<typeof signInForm>;

/** @param database which one the sign-in belongs to: a folder may serve several in turn. */
export function keepDemoSignIn(dataDir: string, database: string, made: DemoSignIn): void {
  const text = `${JSON.stringify({ ...made, database }, null, 2)}\n`;
  writeFileSync(join(dataDir, 'demo.json'), text, { mode: 0o600 });
}

/** Null where none is kept for that database. */
export function readDemoSignIn(dataDir: string, database: string): DemoSignIn | null {
  try {
    const kept = form.parse(JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')));
    return kept.database === database ? kept : null;
  } catch {
    // Absent or edited away: the start merely cannot show it.
    return null;
  }
}
