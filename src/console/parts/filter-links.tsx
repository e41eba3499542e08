/** Filters of a list that stand in its address: each a link that sets or takes away one value of a parameter. */
import { Link, useLocation, useSearchParams } from 'wouter';
import type { ReactNode } from 'react';
import styles from './filter-links.module.css';

export type FilterOption = { readonly value: string; readonly label: ReactNode };

/** The values that are chosen, all of them known. @returns null: no filter. */
export function useFilter<Value extends string>(
  name: string,
  known: readonly Value[],
): Value[] | null {
  const [search] = useSearchParams();
  const asked = search.get(name)?.split(',') ?? [];
  const chosen = known.filter((value) => asked.includes(value));
  return chosen.length > 0 ? chosen : null;
}

/** A change of filter leads to the first page. */
export function FilterLinks({
  label,
  name,
  options,
  chosen,
  single = false,
}: {
  label: string;
  /** Of the parameter. */
  name: string;
  options: readonly FilterOption[];
  chosen: readonly string[] | null;
  /** One value takes the place of another. */
  single?: boolean;
}) {
  const [path] = useLocation();
  const [search] = useSearchParams();
  const hrefOf = (values: readonly string[]) => {
    const next = new URLSearchParams(search);
    for (const key of [name, 'after', 'before']) next.delete(key);
    if (values.length > 0) next.set(name, values.join(','));
    const query = next.toString();
    return query === '' ? path : `${path}?${query}`;
  };
  return (
    <nav aria-label={label} className={styles['filters']}>
      <Link href={hrefOf([])} replace aria-current={chosen === null ? 'true' : undefined}>
        All
      </Link>
      {options.map(({ value, label: words }) => {
        const isChosen = chosen?.includes(value) ?? false;
        const others = chosen?.filter((each) => each !== value) ?? [];
        return (
          <Link
            key={value}
            replace
            href={hrefOf(isChosen ? others : single ? [value] : [...others, value])}
            aria-current={isChosen ? 'true' : undefined}
          >
            {words}
          </Link>
        );
      })}
    </nav>
  );
}
