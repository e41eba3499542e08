/** Arrow keys in a grid of cells that carry `data-row` and `data-column`. Where there is no cell, the next one in that
 *  direction is gone to. */

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** @returns whether the key means something here. */
export function moveInGrid(from: HTMLElement, key: string, ctrl: boolean): boolean {
  const table = from.closest('table');
  const to = table && targetOf(table, spotOf(from), key, ctrl);
  if (!to) return key in MOVES || key === 'Home' || key === 'End';
  to.focus();
  return true;
}

type Spot = readonly [number, number];

const spotOf = ({ dataset }: HTMLElement): Spot => [
  Number(dataset['row']),
  Number(dataset['column']),
];

function targetOf(
  table: HTMLElement,
  [row, column]: Spot,
  key: string,
  ctrl: boolean,
): HTMLElement | undefined {
  const all = [...table.querySelectorAll<HTMLElement>('[data-row]')];
  if (key === 'Home' || key === 'End') {
    const cells = ctrl ? all : all.filter((cell) => spotOf(cell)[0] === row);
    return key === 'Home' ? cells[0] : cells.at(-1);
  }
  const [down, right] = MOVES[key] ?? [0, 0];
  if (down === 0 && right === 0) return undefined;
  const line = all.filter(
    (cell) => spotOf(cell)[down === 0 ? 0 : 1] === (down === 0 ? row : column),
  );
  const here = line.findIndex(
    (cell) => spotOf(cell)[down === 0 ? 1 : 0] === (down === 0 ? column : row),
  );
  return line[here + down + right];
}
