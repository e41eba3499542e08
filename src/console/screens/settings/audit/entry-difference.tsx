/** What a change changed: before and after, line by line. */
import { Difference } from '../../../parts/difference.tsx';
import { writeYaml } from '../../../parts/yaml-text.ts';
import type { Entry } from './resource.ts';
import styles from './audit.module.css';

const textOf = (value: unknown) => (value === undefined ? '' : writeYaml(value));

export default function EntryDifference({ entry: { before, after } }: { entry: Entry }) {
  if (before === null && after === null) {
    return <p className={styles['quiet']}>The entry tells no more than that it was done.</p>;
  }
  if (before === null) return <Whole title="As it was made" value={after} />;
  if (after === null) return <Whole title="As it was" value={before} />;
  return <Difference before={textOf(before)} after={textOf(after)} labels={['before', 'after']} />;
}

/** Where there is nothing to compare it with. */
function Whole({ title, value }: { title: string; value: unknown }) {
  return (
    <figure className={styles['whole']}>
      <figcaption>{title}</figcaption>
      {/* Longer than its place it scrolls, so it can be reached by keyboard. */}
      <pre tabIndex={0} role="region" aria-label={title}>
        {textOf(value)}
      </pre>
    </figure>
  );
}
