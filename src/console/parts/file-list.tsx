/** Files that one may download, each with its size; what a browser shows by itself opens in a tab. */
import { bytes } from '../words/bytes.ts';
import { Icon } from './icon.tsx';
import styles from './file-list.module.css';

export type ListedFile = {
  readonly name: string;
  readonly size: number;
  /** Its address, as a download; null: it is not kept. */
  readonly path: string | null;
  /** Where the browser shows it; null: it does not. */
  readonly inlinePath?: string | null;
  readonly note?: string;
};

export function FileList({ label, files }: { label: string; files: readonly ListedFile[] }) {
  return (
    <ul className={styles['files']} aria-label={label}>
      {files.map(({ name, size, path, inlinePath, note }) => (
        <li key={name}>
          <span className={styles['name']} title={name}>
            {name}
          </span>
          <span className={styles['size']}>
            {bytes(size)}
            {note !== undefined && ` · ${note}`}
          </span>
          <span className={styles['links']}>
            {inlinePath != null && (
              <a href={inlinePath} target="_blank" rel="noreferrer" aria-label={`Open ${name}`}>
                Open
              </a>
            )}
            {path !== null && (
              <a href={path} download={name} aria-label={`Download ${name}`}>
                <Icon name="download" size={14} />
                Download
              </a>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
