/** How a template stands in all projects, in a line: `12 on · 3 need values · by default`. */
import { count } from '../../../parts/progress.tsx';
import type { Template } from './sheet.ts';
import styles from './counts.module.css';

export function Counts({ template: { counts, defaultEnabled } }: { template: Template }) {
  const { on, needsValues, broken } = counts;
  return (
    <p className={styles['counts']} data-tip-cut="">
      <span>{count(on)} on</span>
      {needsValues > 0 && (
        <span data-tone="warn">
          {count(needsValues)} {needsValues === 1 ? 'needs' : 'need'} values
        </span>
      )}
      {broken > 0 && <span data-tone="bad">{count(broken)} broken</span>}
      {defaultEnabled && <span>on by default</span>}
    </p>
  );
}
