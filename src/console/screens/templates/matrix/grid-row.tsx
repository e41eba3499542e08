/** A template's row: what it is, and a switch for each project in view. Drawn anew only when something in it changed. */
import { memo } from 'react';
import { Link } from 'wouter';
import { paths } from '../../../shell/place.ts';
import { CellSwitch } from './cell.tsx';
import { Counts } from './counts.tsx';
import { NO_CELLS, type Cells, type Project, type Template } from './sheet.ts';
import styles from './grid.module.css';

export type Column = {
  readonly index: number;
  readonly left: number;
  /** undefined: not read yet. */
  readonly project: Project | undefined;
};

const NOBODY: ReadonlySet<string> = new Set();

export type RowProps = {
  readonly template: Template | undefined;
  readonly index: number;
  readonly top: number;
  readonly columns: readonly Column[];
  readonly cells: Cells | undefined;
  readonly busy: ReadonlySet<string> | undefined;
  readonly chosen: ReadonlySet<string> | undefined;
  /** Cells are being chosen. */
  readonly isChoosing: boolean;
  readonly isWhole: boolean;
  /** The column that the keyboard is at; -1: at the row's head; null: in another row. */
  readonly active: number | null;
  readonly readOnly: boolean;
  /** In whose address one is. */
  readonly place: string;
};

export const GridRow = memo(function GridRow({
  template,
  index,
  top,
  columns,
  cells = NO_CELLS,
  busy = NOBODY,
  chosen = NOBODY,
  isChoosing,
  isWhole,
  active,
  readOnly,
  place,
}: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles['row']}
      data-index={index}
      style={{ top }}
    >
      <div role="rowheader" aria-colindex={1} className={styles['lead']}>
        {template ? (
          <>
            {isChoosing && (
              <input
                type="checkbox"
                tabIndex={-1}
                checked={isWhole}
                aria-label={`All projects of ${template.displayName}`}
                data-row={index}
                readOnly
              />
            )}
            <div>
              <Link
                href={paths.template(place, template.slug)}
                tabIndex={active === -1 ? 0 : -1}
                data-at={`${index}:-1`}
                data-tip-cut=""
              >
                {template.displayName}
              </Link>
              <Counts template={template} />
            </div>
          </>
        ) : (
          <span className={styles['grey']} />
        )}
      </div>
      {columns.map((column) => {
        const { project } = column;
        const isKnown = template !== undefined && project !== undefined;
        return (
          <div
            key={column.index}
            role="gridcell"
            aria-colindex={column.index + 2}
            className={styles['place']}
            style={{ left: column.left }}
          >
            <CellSwitch
              cell={isKnown ? (cells.get(project.id) ?? null) : undefined}
              name={isKnown ? `${template.displayName} in ${project.name}` : 'A cell'}
              isBusy={isKnown && busy.has(project.id)}
              isChosen={isChoosing ? isKnown && chosen.has(project.id) : null}
              readOnly={readOnly}
              tabIndex={active === column.index ? 0 : -1}
              at={`${index}:${column.index}`}
            />
          </div>
        );
      })}
    </div>
  );
});
