/** What was refused for the same reason, told once. */
import type { RefusedCell } from '../set-enabled.ts';

export type RefusedGroup = Pick<RefusedCell, 'message' | 'problems'> & {
  readonly key: string;
  readonly templateId: string;
  readonly cells: readonly RefusedCell[];
};

export function groupRefused(
  refused: readonly { readonly templateId: string; readonly cell: RefusedCell }[],
): RefusedGroup[] {
  const groups = Map.groupBy(refused, ({ templateId, cell: { message, problems } }) =>
    JSON.stringify([
      templateId,
      problems.length === 0 ? message : problems.map((each) => [each.at, each.message]),
    ]),
  );
  return [...groups].map(([key, its]) => {
    const [{ templateId, cell }] = its as [(typeof its)[number]];
    const { message, problems } = cell;
    return { key, templateId, message, problems, cells: its.map((each) => each.cell) };
  });
}
