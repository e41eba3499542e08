/** Why the server did not answer a question about a trigger, in its words. */
import type { CombinedError } from 'urql';
import { Failure } from '../../parts/notice.tsx';
import styles from './due-times.module.css';

type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

export function Told({ error }: { error: CombinedError }) {
  const [first] = error.graphQLErrors;
  const problems = first?.extensions['problems'] as readonly Problem[] | undefined;
  if (!problems?.length) return <Failure error={error} />;
  return (
    <div role="status">
      <ul className={styles['problems']}>
        {problems.map(({ path, message }) => (
          <li key={`${path.join('.')} ${message}`}>
            {path.length > 0 && <code>{path.join('.')}</code>} {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
