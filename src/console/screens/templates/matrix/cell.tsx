/** A cell as a switch: its state by shape and colour, drawn by its style sheet, since a screen has hundreds of them. */
import { memo } from 'react';
import type { Shown } from '../looks.ts';
import { CELL_LOOKS } from '../looks.ts';
import type { Cell } from './sheet.ts';
import styles from './cell.module.css';

const STATES = ['ON', 'NEEDS_VALUES', 'BROKEN'];

export type CellProps = {
  /** undefined: not read yet; null: there is none. */
  readonly cell: Cell | null | undefined;
  /** `Nightly in Sales`. */
  readonly name: string;
  readonly isBusy: boolean;
  /** It is being chosen from; chosen or not. */
  readonly isChosen: boolean | null;
  readonly readOnly: boolean;
  readonly tabIndex?: number;
  /** By which the one that was pressed is found. */
  readonly at: string;
};

export const CellSwitch = memo(function CellSwitch({
  cell,
  name,
  isBusy,
  isChosen,
  readOnly,
  tabIndex,
  at,
}: CellProps) {
  const state: Shown = cell?.state ?? 'NEVER';
  const words = cell === undefined ? 'not read yet' : CELL_LOOKS[state].label.toLowerCase();
  const label = `${name}: ${words}${cell?.overridden ? ', changed by the project' : ''}`;
  return (
    <button
      type="button"
      className={styles['cell']}
      role={isChosen === null ? 'switch' : 'checkbox'}
      aria-checked={isChosen ?? STATES.includes(state)}
      aria-label={label}
      aria-busy={isBusy || undefined}
      aria-disabled={readOnly || undefined}
      data-state={cell === undefined ? 'UNREAD' : state}
      data-overridden={cell?.overridden || undefined}
      data-at={at}
      data-tip={label}
      tabIndex={tabIndex}
    >
      <i aria-hidden="true" />
    </button>
  );
});
