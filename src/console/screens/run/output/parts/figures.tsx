/** A few numbers beside each other, each with its word; those that ask for a look are marked. */
import type { ReactNode } from 'react';
import type { Tone } from '../../../../words/states.ts';
import styles from './output.module.css';

export type Figure = {
  readonly label: string;
  readonly value: ReactNode;
  readonly tone?: Tone | undefined;
};

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className={styles['figures']}>
      {figures.map(({ label, value, tone }) => (
        <div key={label} data-tone={tone}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
