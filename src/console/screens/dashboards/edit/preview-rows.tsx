/** The rows that a card's SELECT answers, the first hundred. */
import { count } from '../../../parts/progress.tsx';
import type { Preview } from './use-preview.ts';
import styles from './editor.module.css';

export function PreviewRows({ preview: { drawn, reading, why } }: { preview: Preview }) {
  if (!drawn || why !== null) return null;
  const rows = drawn.rows as readonly (readonly unknown[])[];
  const total = `${drawn.truncated ? 'more than ' : ''}${count(drawn.rowCount)}`;
  return (
    <section aria-label="Rows" aria-busy={reading || undefined} className={styles['rows']}>
      <p>
        {total} {drawn.rowCount === 1 ? 'row' : 'rows'}
        {rows.length < drawn.rowCount && `, the first ${count(rows.length)} below`}
        {`, ${drawn.period ?? 'all time'}`}
      </p>
      {rows.length > 0 && (
        // Wider than its place it scrolls, so it can be reached by keyboard.
        <div
          className={styles['scroll']}
          tabIndex={0}
          role="region"
          aria-label="The rows themselves"
        >
          <table>
            <thead>
              <tr>
                {drawn.columns.map(({ name, type }, at) => (
                  <th key={at} scope="col" data-number={type === 'NUMBER' || undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {drawn.columns.map(({ type }, at) => (
                    <td key={at} data-number={type === 'NUMBER' || undefined}>
                      {row[at] === null ? (
                        <i>null</i>
                      ) : (
                        String(row[at] as string | number | boolean)
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
