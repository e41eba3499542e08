/** A named part of a screen: its heading, what one may do with it, its content. */
import { useId, type ReactNode } from 'react';
import styles from './panel.module.css';

export function Panel({
  title,
  note,
  actions,
  flush = false,
  children,
}: {
  title: string;
  /** Beside the title, quieter: a count, a period. */
  note?: ReactNode;
  actions?: ReactNode;
  /** The content reaches the edges: tables, pictures. */
  flush?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles['panel']} aria-labelledby={id}>
      <header className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className={styles['note']}>{note}</span>}
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      <div className={styles['content']} data-flush={flush || undefined}>
        {children}
      </div>
    </section>
  );
}
