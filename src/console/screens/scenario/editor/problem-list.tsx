/** Everything that is wrong with the configuration, in the server's words; each leads to its place. */
import { Icon } from '../../../parts/icon.tsx';
import type { TextPlace } from '../../../parts/yaml-text.ts';
import type { Path } from './configuration.ts';
import styles from './editor.module.css';

export type PlacedProblem = TextPlace & {
  readonly at: string;
  readonly path: Path;
  readonly message: string;
};

export function ProblemList({
  problems,
  unreadable,
  onGoTo,
}: {
  problems: readonly PlacedProblem[];
  /** The YAML cannot be read. */
  unreadable: boolean;
  onGoTo: (path: Path, from: number) => void;
}) {
  if (problems.length === 0) return null;
  return (
    <section className={styles['problems']} aria-label="Problems">
      {unreadable && (
        <p>The YAML cannot be read. The form shows what could be read last, and waits for you.</p>
      )}
      <ul>
        {problems.map(({ at, path, message, line, from }) => (
          <li key={`${at} ${message}`}>
            <button type="button" onClick={() => onGoTo(path, from)}>
              <Icon name="warn" size={14} />
              <span>
                {at && (
                  <>
                    <code>{at}</code>{' '}
                  </>
                )}
                {message}
              </span>
              <span className={styles['line']}>line {line}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
