/** What the cells of the grid mean. */
import { lookOf, STEP_LOOKS } from '../../words/states.ts';
import styles from './heat-grid.module.css';
import key from './heat-key.module.css';

const SHOWN = [
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'ROLLED_BACK',
  'RUNNING',
  'REUSED',
  'SKIPPED',
  'PENDING',
] as const;

export function HeatKey() {
  return (
    <ul className={key['key']} aria-label="What the cells mean">
      {SHOWN.map((state) => {
        const { label, tone } = lookOf(STEP_LOOKS, state);
        return (
          <li key={state}>
            <i aria-hidden="true" className={styles['cell']} data-tone={tone} data-state={state}>
              <span style={{ height: '75%' }} />
            </i>
            {label}
          </li>
        );
      })}
      <li>The higher, the longer</li>
    </ul>
  );
}
