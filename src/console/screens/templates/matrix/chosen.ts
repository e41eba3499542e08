/** Which cells are chosen, by template and project. */

/** By the template's id, the ids of projects. */
export type Chosen = ReadonlyMap<string, ReadonlySet<string>>;

export const NONE: Chosen = new Map();

/** Every pair of these, taken in or out. What is not touched stays the same object. */
export function withPairs(
  chosen: Chosen,
  templateIds: readonly string[],
  projectIds: readonly string[],
  isIn: boolean,
): Chosen {
  const next = new Map(chosen);
  for (const templateId of templateIds) {
    const row = new Set(next.get(templateId));
    for (const projectId of projectIds) {
      if (isIn) row.add(projectId);
      else row.delete(projectId);
    }
    if (row.size === 0) next.delete(templateId);
    else next.set(templateId, row);
  }
  return next;
}

export function countOf(chosen: Chosen): number {
  let count = 0;
  for (const row of chosen.values()) count += row.size;
  return count;
}

/** `3 templates in 12 projects`. */
export function extentOf(chosen: Chosen): { templates: number; projects: number } {
  const projects = new Set<string>();
  for (const row of chosen.values()) for (const id of row) projects.add(id);
  return { templates: chosen.size, projects: projects.size };
}
