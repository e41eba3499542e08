/** The secrets of an installation on one machine: made once, kept beside its data, for their owner only. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const form = z.object({ JWT_SECRET: z.string(), SECRET_KEY: z.string() });
export type Secrets = z.infer<typeof form>;

/** The ones kept in the folder; null where none are kept.
 *  @throws Error naming the file when it cannot be used. Never made anew then: what is encrypted under
 *  the old SECRET_KEY would be lost. */
export function readSecrets(dataDir: string): Secrets | null {
  const file = join(dataDir, 'secrets.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return form.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `${file} does not hold JWT_SECRET and SECRET_KEY. Restore it, or set both variables.`,
      { cause: error },
    );
  }
}

/** Those, or new ones that are kept from now on. */
export function keepSecrets(dataDir: string): Secrets {
  const kept = readSecrets(dataDir);
  if (kept !== null) return kept;
  const made = {
    JWT_SECRET: randomBytes(48).toString('base64'),
    SECRET_KEY: randomBytes(32).toString('base64'),
  };
  // 'wx': never over an existing file.
  const options = { mode: 0o600, flag: 'wx' } as const;
  writeFileSync(join(dataDir, 'secrets.json'), `${JSON.stringify(made, null, 2)}\n`, options);
  return made;
}
