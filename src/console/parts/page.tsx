/** A screen's frame: where one is, its title and state, what one may do, its content. Sets the tab's title. */
import { useEffect, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Icon } from './icon.tsx';
import styles from './page.module.css';

export type Crumb = { readonly href: string; readonly label: string };

export function Page({
  title,
  heading = title,
  crumbs = [],
  state,
  meta,
  actions,
  children,
}: {
  /** Of the tab. */
  title: string;
  /** On the page, where it is shorter. */
  heading?: string;
  crumbs?: readonly Crumb[];
  /** Beside the title: a StateMark. */
  state?: ReactNode;
  /** Below the title, quieter: a few facts. */
  meta?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Honeyframe`;
  }, [title]);
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        {crumbs.length > 0 && (
          <nav aria-label="Where you are" className={styles['crumbs']}>
            <ol>
              {crumbs.map(({ href, label }) => (
                <li key={href}>
                  <Link href={href}>{label}</Link>
                  <Icon name="right" size={12} />
                </li>
              ))}
            </ol>
          </nav>
        )}
        <div className={styles['line']}>
          <h1>{heading}</h1>
          {state}
          {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
        </div>
        {meta !== undefined && <div className={styles['meta']}>{meta}</div>}
      </header>
      {children}
    </div>
  );
}
