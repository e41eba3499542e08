/** How far something is: a bar with numbers; without a total only the numbers. */
import styles from './progress.module.css';

export type ProgressValue = {
  readonly done: number;
  readonly total: number | null | undefined;
  readonly note?: string | null | undefined;
};

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
export const count = (value: number): string => whole.format(value);

export function Progress({
  value: { done, total, note },
  label,
}: {
  value: ProgressValue;
  label: string;
}) {
  const share = total ? Math.min(1, done / total) : null;
  return (
    <div className={styles['progress']}>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total ?? undefined}
        aria-valuenow={total ? done : undefined}
        className={styles['bar']}
      >
        <span style={{ width: `${(share ?? 0) * 100}%` }} data-open={share === null || undefined} />
      </div>
      <span className={styles['words']}>
        {count(done)}
        {total ? ` of ${count(total)}` : ''}
        {note ? ` · ${note}` : ''}
      </span>
    </div>
  );
}
