/** The parts of a screen, each with an address of its own. */
import { useEffect, useRef } from 'react';
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
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen the bar scrolls; where one is must not lie beyond its edge.
  useEffect(() => {
    const here = bar.current?.querySelector('[aria-current]')?.getBoundingClientRect();
    const seen = bar.current?.getBoundingClientRect();
    if (!here || !seen || (here.left >= seen.left && here.right <= seen.right)) return;
    bar.current?.scrollBy({ left: here.left + here.width / 2 - (seen.left + seen.width / 2) });
  }, [current]);
  return (
    <nav ref={bar} aria-label={label} className={styles['tabs']}>
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
