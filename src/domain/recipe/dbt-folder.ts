/** The folder of a dbt project that a project names. It lies below DBT_ROOT, wherever links lead. */
import { realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { Failure } from '../connector/failure.ts';

/** @param root as DBT_ROOT has it.
 *  @throws Failure for a folder that is not there, lies elsewhere or holds no dbt project. */
export async function findDbtFolder(root: string | undefined, folder: string): Promise<string> {
  if (root === undefined) {
    throw new Failure(
      `The project's recipes are the dbt project ${folder}, and this worker has no DBT_ROOT under which such folders lie; set it.`,
    );
  }
  const top = await real(root, `DBT_ROOT, ${root},`);
  const found = resolve(top, folder);
  const outside = new Failure(`The dbt project ${folder} lies outside of DBT_ROOT.`);
  if (!within(top, found)) throw outside;
  const place = await real(found, `The dbt project ${folder}`);
  if (!within(top, place)) throw outside;
  await stat(join(place, 'dbt_project.yml')).catch(() => {
    throw new Failure(`The dbt project ${folder} has no file dbt_project.yml.`);
  });
  return place;
}

const within = (top: string, place: string) => place === top || place.startsWith(top + sep);

async function real(path: string, what: string): Promise<string> {
  return realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${what} cannot be entered: ${error.code ?? error.message}.`);
  });
}
