/** Templates by projects: a box that scrolls both ways, in which only what is in view is on the page. Its head and its
 *  first column stay. By keyboard it is one stop; the arrows go from cell to cell. */
import { useEffect, useMemo, useRef, type MouseEvent } from 'react';
import { Link } from 'wouter';
import { Tips } from '../../../parts/tips.tsx';
import { count } from '../../../parts/progress.tsx';
import { paths } from '../../../shell/place.ts';
import { countOf, type Chosen } from './chosen.ts';
import { GridRow, type Column } from './grid-row.tsx';
import type { Range } from './read-matrix.ts';
import type { Sheet } from './sheet.ts';
import { useActive, type Spot } from './use-active.ts';
import type { LiveMatrix } from './use-matrix.ts';
import { remPx, useRange } from './use-range.ts';
import styles from './grid.module.css';

// In rem, as grid.module.css has them.
const SIZES = { height: 2.75, width: 7, head: 3.25, lead: 16 };

const NO_COLUMNS: readonly Column[] = [];

export type Press = {
  readonly spot: Spot;
  /** The whole row or column was pressed where one of its places is -1. */
  readonly isRange: boolean;
  readonly button: HTMLElement;
};

export function Grid({
  matrix,
  busy,
  chosen,
  readOnly,
  place,
  onPress,
  onMenu,
}: {
  matrix: LiveMatrix;
  busy: Chosen;
  /** null: nothing is being chosen. */
  chosen: Chosen | null;
  readOnly: boolean;
  /** In whose address one is. */
  place: string;
  onPress: (press: Press) => void;
  onMenu: (press: Press) => void;
}) {
  const { sheet, look, isOld } = matrix;
  const { templates, projects, cells } = sheet;
  const box = useRef<HTMLDivElement>(null);
  const rem = useMemo(() => remPx(), []);
  const grid = useMemo(
    () => ({
      rows: templates.length,
      columns: projects.length,
      height: SIZES.height * rem,
      width: SIZES.width * rem,
      head: SIZES.head * rem,
      lead: SIZES.lead * rem,
    }),
    [rem, templates.length, projects.length],
  );
  const { rows, columns, drawn, isMoving } = useRange(box, grid);
  const { active, moveBy } = useActive(box, grid);
  useEffect(() => look(rows, columns, isMoving), [look, rows, columns, isMoving, isOld]);

  const shownRows = useMemo(() => placesOf(rows, active.row), [rows, active.row]);
  const heads = useMemo(
    () => columnsOf(placesOf(columns, active.column), projects, grid),
    [columns, active.column, projects, grid],
  );
  const cellColumns = useMemo(
    () => columnsOf(placesOf(drawn.columns, active.column), projects, grid),
    [drawn.columns, active.column, projects, grid],
  );

  function press(event: MouseEvent, act: (press: Press) => void) {
    const target = event.target as HTMLElement;
    const whole = target.closest<HTMLElement>('[data-row], [data-column]');
    if (whole) {
      const { row = '-1', column = '-1' } = whole.dataset;
      act({ spot: { row: Number(row), column: Number(column) }, isRange: false, button: whole });
      return;
    }
    const button = target.closest<HTMLElement>('button[data-at]');
    if (!button) return;
    event.preventDefault();
    act({ spot: spotOf(button), isRange: event.shiftKey, button });
  }

  return (
    <Tips className={styles['tips']!}>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its cells have the focus */}
      <div
        ref={box}
        role="grid"
        aria-label="Templates by projects"
        aria-rowcount={templates.length + 1}
        aria-colcount={projects.length + 1}
        aria-multiselectable={chosen !== null || undefined}
        aria-readonly={readOnly || undefined}
        aria-busy={isOld || undefined}
        className={styles['box']}
        style={{ blockSize: grid.head + grid.rows * grid.height + 2 }}
        onClick={(event) => press(event, onPress)}
        onContextMenu={(event) => press(event, onMenu)}
        onKeyDown={moveBy}
      >
        <div
          role="presentation"
          className={styles['sheet']}
          style={{
            blockSize: grid.head + grid.rows * grid.height,
            inlineSize: grid.lead + grid.columns * grid.width,
          }}
        >
          <div role="rowgroup" className={styles['head']}>
            <div role="row" aria-rowindex={1}>
              <div role="columnheader" aria-colindex={1} className={styles['corner']}>
                {count(grid.rows)} {grid.rows === 1 ? 'template' : 'templates'} ×{' '}
                {count(grid.columns)} {grid.columns === 1 ? 'project' : 'projects'}
              </div>
              {heads.map(({ index, left, project }) => (
                <div
                  key={index}
                  role="columnheader"
                  aria-colindex={index + 2}
                  className={styles['project']}
                  style={{ left }}
                >
                  {project ? (
                    <>
                      {chosen && (
                        <input
                          type="checkbox"
                          tabIndex={-1}
                          aria-label={`All templates of ${project.name}`}
                          checked={isWholeColumn(chosen, project.id, grid.rows)}
                          data-column={index}
                          readOnly
                        />
                      )}
                      <Link
                        href={paths.scenarios(project.slug)}
                        tabIndex={active.row === -1 && active.column === index ? 0 : -1}
                        data-at={`-1:${index}`}
                        data-tip-cut=""
                      >
                        {project.name}
                      </Link>
                    </>
                  ) : (
                    <span className={styles['grey']} />
                  )}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" className={styles['rows']}>
            {shownRows.map((index) => {
              const template = templates[index];
              const id = template?.id ?? '';
              const its = chosen?.get(id);
              return (
                <GridRow
                  key={index}
                  template={template}
                  index={index}
                  top={index * grid.height}
                  columns={
                    index === active.row || isIn(drawn.rows, index) ? cellColumns : NO_COLUMNS
                  }
                  cells={cells.get(id)}
                  busy={busy.get(id)}
                  chosen={its}
                  isChoosing={chosen !== null}
                  isWhole={its !== undefined && its.size >= grid.columns}
                  active={active.row === index ? active.column : null}
                  readOnly={readOnly}
                  place={place}
                />
              );
            })}
          </div>
        </div>
      </div>
    </Tips>
  );
}

export const spotOf = (element: HTMLElement): Spot => {
  const [row = 0, column = 0] = (element.dataset['at'] ?? '').split(':').map(Number);
  return { row, column };
};

const isIn = ({ from, to }: Range, place: number) => place >= from && place < to;

const columnsOf = (
  places: readonly number[],
  projects: Sheet['projects'],
  { lead, width }: { readonly lead: number; readonly width: number },
): Column[] =>
  places.map((index) => ({ index, left: lead + index * width, project: projects[index] }));

/** What is in view, and where the keyboard is: what has the focus stays on the page. */
function placesOf({ from, to }: Range, active: number): number[] {
  const places = Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
  if (active < 0 || (active >= from && active < to)) return places;
  return active < from ? [active, ...places] : [...places, active];
}

function isWholeColumn(chosen: Chosen, projectId: string, rows: number): boolean {
  if (chosen.size < rows || countOf(chosen) < rows) return false;
  for (const row of chosen.values()) if (!row.has(projectId)) return false;
  return true;
}
