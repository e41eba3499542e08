/** What a change changed: before and after, line by line. */
import { Difference } from '../../../parts/difference.tsx';
import { writeYaml } from '../../../parts/yaml-text.ts';
import type { Entry } from './resource.ts';
import styles from './audit.module.css';

const textOf = (value: unknown) => (value === null || value === undefined ? '' : writeYaml(value));

export default function EntryDifference({ entry: { before, after } }: { entry: Entry }) {
  if (before === null && after === null) {
    return <p className={styles['quiet']}>The entry tells no more than that it was done.</p>;
  }
  return <Difference before={textOf(before)} after={textOf(after)} labels={['before', 'after']} />;
}
