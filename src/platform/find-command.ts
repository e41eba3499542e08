/** Finds the file that a command would execute, before it is tried: a program that starts others for us reports a
 *  missing one only by its own exit code. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** @param command a name to look for in the folders of `path` (as in PATH), or a path relative to `cwd`.
 *  @returns its absolute path; null when there is none that this user may execute. */
export async function findCommand(
  command: string,
  { path, cwd }: { path: string; cwd: string },
): Promise<string | null> {
  const places = command.includes('/')
    ? [resolve(cwd, command)]
    : path.split(':').map((folder) => join(resolve(cwd, folder), command));
  for (const place of places) if (await isExecutable(place)) return place;
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Not there, or not ours to execute: the next place may have it.
    return false;
  }
}
