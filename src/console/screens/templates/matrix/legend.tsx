/** What the switches of the matrix look like, in words. */
import { CELL_LOOKS, type Shown } from '../looks.ts';
import cells from './cell.module.css';
import styles from './legend.module.css';

const SHOWN: readonly Shown[] = ['ON', 'OFF', 'NEVER', 'NEEDS_VALUES', 'BROKEN'];

export function Legend() {
  return (
    <ul className={styles['legend']} aria-label="Key">
      {SHOWN.map((state) => (
        <li key={state}>
          <span className={`${cells['cell']} ${styles['mark']}`} data-state={state}>
            <i aria-hidden="true" />
          </span>
          {CELL_LOOKS[state].label}
        </li>
      ))}
      <li>
        <span className={styles['corner']} aria-hidden="true" />
        Changed by the project
      </li>
    </ul>
  );
}
