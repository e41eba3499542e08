/** The parts of a screen, each with an address of its own. */
import { Link } from 'wouter';
import { count as whole } from './progress.tsx';
import styles from './tab-links.module.css';

export type TabLink = { readonly href: string; readonly label: string; readonly count?: number };

export function TabLinks({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly TabLink[];
  current: string;
}) {
  return (
    <nav aria-label={label} className={styles['tabs']}>
      <ul>
        {tabs.map(({ href, label: words, count }) => (
          <li key={href}>
            <Link href={href} aria-current={href === current ? 'page' : undefined}>
              {words}
              {count !== undefined && <span className={styles['count']}>{whole(count)}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
