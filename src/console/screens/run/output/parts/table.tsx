/** A small table of an output: the first column names, the others are numbers unless told otherwise. */
import type { ReactNode } from 'react';
import styles from './output.module.css';

type Row = { readonly key: string; readonly cells: readonly ReactNode[] };

export function Table({
  label,
  columns,
  rows,
  texts = [0],
}: {
  label: string;
  columns: readonly string[];
  rows: readonly Row[];
  /** Which columns hold words. */
  texts?: readonly number[];
}) {
  const look = (at: number) => (texts.includes(at) ? undefined : styles['number']);
  return (
    // Wider than its place it scrolls, so it can be reached by keyboard.
    <div className={styles['wide']} tabIndex={0} role="region" aria-label={label}>
      <table className={styles['table']}>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={column} scope="col" className={look(at)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, at) => (
                <td key={columns[at]} className={look(at)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
