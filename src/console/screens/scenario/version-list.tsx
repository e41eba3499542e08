/** The versions of a scenario, of which two are chosen. */
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Moment } from '../../parts/time.tsx';
import type { Version } from './versions.tsx';
import styles from './versions.module.css';

export function VersionList({
  versions,
  current,
  from,
  to,
  onCompare,
  onBringBack,
}: {
  /** The newest first. */
  versions: readonly Version[];
  /** The one in force. */
  current: number;
  from: number | null;
  to: number | null;
  onCompare: (side: 'from' | 'to', version: number) => void;
  /** null: the reader may not. */
  onBringBack: ((version: Version) => void) | null;
}) {
  const pick = (side: 'from' | 'to', version: number) => (
    <input
      type="radio"
      name={side}
      aria-label={`Compare ${side} version ${version}`}
      checked={(side === 'from' ? from : to) === version}
      onChange={() => onCompare(side, version)}
    />
  );
  return (
    <table className={styles['list']}>
      <thead>
        <tr>
          <th>From</th>
          <th>To</th>
          <th>Version</th>
          <th>Saved</th>
          {onBringBack && (
            <th>
              <span className="visually-hidden">Bring back</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {versions.map((each) => {
          const { version, createdAt, author } = each;
          return (
            <tr key={version} data-version={version}>
              <td>{pick('from', version)}</td>
              <td>{pick('to', version)}</td>
              <td>
                <b>{version}</b> {version === current && <span>in force</span>}
              </td>
              <td>
                <Moment at={createdAt} />
                <span className={styles['author']}>{author?.name ?? 'somebody who has left'}</span>
              </td>
              {onBringBack && (
                <td>
                  {version !== current && (
                    <Button
                      kind="quiet"
                      icon={<Icon name="history" size={14} />}
                      aria-label={`Bring back version ${version}`}
                      title={`Bring back version ${version}`}
                      onClick={() => onBringBack(each)}
                    />
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
