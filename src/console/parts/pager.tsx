/** Pages of a list, of which the newest entry comes first unless other words are given. Where one is stands in the address, so that a page can be linked to
 *  and the back button works. */
import { Link, useLocation, useSearchParams } from 'wouter';
import { Icon } from './icon.tsx';
import { count } from './progress.tsx';
import styles from './pager.module.css';

export type PageVariables = {
  readonly first: number | null;
  readonly after: string | null;
  readonly last: number | null;
  readonly before: string | null;
};

/** What to ask for, by the address. @param size entries of a page. */
export function usePageVariables(size: number): PageVariables {
  const [search] = useSearchParams();
  const [after, before] = [search.get('after'), search.get('before')];
  if (before !== null) return { first: null, after: null, last: size, before };
  return { first: size, after, last: null, before: null };
}

type PageInfo = {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor?: string | null;
  readonly endCursor?: string | null;
};

const BY_TIME = ['Newest', 'Newer', 'Older'] as const;

export function Pager({
  label,
  page,
  total,
  words = BY_TIME,
}: {
  label: string;
  page: PageInfo;
  total: number;
  /** To the first page, back, on. */
  words?: readonly [string, string, string];
}) {
  const [path] = useLocation();
  const [search] = useSearchParams();
  const isFirst = !search.has('after') && !search.has('before');
  const hrefOf = (key?: 'after' | 'before', cursor?: string | null) => {
    const next = new URLSearchParams(search);
    next.delete('after');
    next.delete('before');
    if (key && cursor != null) next.set(key, cursor);
    const query = next.toString();
    return query === '' ? path : `${path}?${query}`;
  };
  const isAlone = isFirst && !page.hasNextPage;
  return (
    <nav aria-label={label} className={styles['pager']}>
      <span className={styles['total']}>
        {count(total)} {total === 1 ? 'entry' : 'entries'}
      </span>
      {!isAlone && (
        <>
          <Step href={isFirst ? null : hrefOf()} words={words[0]} />
          <Step
            href={!isFirst && page.hasPreviousPage ? hrefOf('before', page.startCursor) : null}
            words={words[1]}
            icon="left"
          />
          <Step
            href={page.hasNextPage ? hrefOf('after', page.endCursor) : null}
            words={words[2]}
            icon="right"
          />
        </>
      )}
    </nav>
  );
}

function Step({
  href,
  words,
  icon,
}: {
  href: string | null;
  words: string;
  icon?: 'left' | 'right';
}) {
  const shown = (
    <>
      {icon === 'left' && <Icon name="left" size={12} />}
      {words}
      {icon === 'right' && <Icon name="right" size={12} />}
    </>
  );
  return href === null ? (
    <span className={styles['step']} aria-disabled="true">
      {shown}
    </span>
  ) : (
    <Link className={styles['step']} href={href}>
      {shown}
    </Link>
  );
}
