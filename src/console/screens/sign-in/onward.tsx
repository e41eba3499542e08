/** Once signed in: on to where one wanted to go, if that is a page of this address. */
import { useEffect } from 'react';
import { Redirect, useSearchParams } from 'wouter';

// Pages of the API, not screens.
const SERVED = /^\/(graphql|api)(\/|\?|$)/;

export function Onward() {
  const [search] = useSearchParams();
  const next = ownPath(search.get('next'));
  const isServed = SERVED.test(next);
  useEffect(() => {
    if (isServed) location.replace(next);
  }, [isServed, next]);
  return isServed ? null : <Redirect to={next} replace />;
}

/** As the browser would understand it: `//host`, `/\host` and their disguises lead to other hosts. */
function ownPath(next: string | null): string {
  const url = URL.parse(next ?? '/', location.origin);
  if (url?.origin !== location.origin) return '/';
  const path = url.pathname + url.search + url.hash;
  return path.startsWith('//') ? '/' : path;
}
