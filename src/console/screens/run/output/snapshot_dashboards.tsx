/** How many dashboards got a recovery point, and which had no place under the cap. */
import { count } from '../../../parts/progress.tsx';
import { entriesOf, numberIn, type OutputProps } from './output.ts';
import { Figures } from './parts/figures.tsx';
import styles from './parts/output.module.css';

// More would be a list nobody reads; they stand in the JSON.
const NAMED = 40;

export default function SnapshotOutput({ step }: OutputProps) {
  const output = entriesOf(step.output);
  if (output === null) return null;
  const [made, skipped, cut] = ['snapshotted', 'skipped', 'cut'].map((name) =>
    numberIn(output, name),
  ) as [number, number, number];
  const ids = Array.isArray(output['dashboards']) ? (output['dashboards'] as unknown[]) : [];
  return (
    <div className={styles['output']}>
      <Figures
        figures={[
          { label: 'Snapshots made', value: count(made) },
          { label: 'Recent enough', value: count(skipped) },
          { label: 'Left for next time', value: count(cut), ...(cut > 0 && { tone: 'warn' }) },
          { label: 'Dashboards', value: count(numberIn(output, 'total')) },
        ]}
      />
      {cut > 0 && (
        <p className={styles['note']} data-tone="warn">
          max_dashboards cut off {count(cut)}; they come first next time.
        </p>
      )}
      {ids.length > 0 && (
        <p className={styles['note']}>
          {ids.length === 1 ? 'Dashboard' : 'Dashboards'} {ids.slice(0, NAMED).join(', ')}
          {ids.length > NAMED && ` and ${count(ids.length - NAMED)} more`}.
        </p>
      )}
    </div>
  );
}
