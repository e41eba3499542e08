/** Upstreams of several configurations at once, judged as they would be when all of them are stored: they may name
 *  each other, and a link that one of them takes away closes no circle. */
import { rows, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { closesCircle, unknownName } from './upstream-links.ts';
import * as sql from './upstream-links.sql.ts';

type Planned = {
  /** null where the configuration does not say. */
  readonly slug: string | null;
  /** The slug that it has so far, where that is known to be another; others that name it will follow. */
  readonly was: string | null;
  readonly upstream: readonly string[];
};

/** @returns the problems of the configuration at an index. */
export async function planUpstreams(
  db: Queryable,
  projectId: number,
  planned: readonly Planned[],
): Promise<(index: number) => Problem[]> {
  const names = new Set(planned.flatMap(({ upstream }) => upstream));
  if (names.size === 0) return () => [];
  const newSlugs = new Map(planned.map(({ slug, was }) => [was, slug]));
  const renamed = (slug: string) => newSlugs.get(slug) ?? slug;
  const mine = new Map(planned.map(({ slug, upstream }) => [slug, upstream.map(renamed)]));
  const named = await rows(db, sql.findNamed, [projectId, [...names]]);
  const links = await rows(db, sql.findLinksAbove, [named.map(({ id }) => id)]);
  const stored = upstreamsBySlug(named, links, renamed);
  const known = new Set([...named.map(({ slug }) => slug), ...mine.keys()]);
  const slugs = [...names].every((name) => known.has(name))
    ? []
    : await rows(db, sql.listSlugs, [projectId]);
  const upstreamOf = (slug: string) => mine.get(slug) ?? stored.get(slug) ?? [];

  return (index) => {
    const { slug, upstream } = planned[index]!;
    return upstream.flatMap((name, at) => {
      const path = ['trigger', 'upstream', at];
      if (!known.has(name)) return [{ path, message: unknownName(name, slugs), value: name }];
      const circle = slug === null ? null : wayUp(renamed(name), slug, upstreamOf);
      return circle === null ? [] : [{ path, message: closesCircle(circle), value: name }];
    });
  };
}

function upstreamsBySlug(
  named: readonly { readonly id: number; readonly slug: string }[],
  links: readonly sql.Link[],
  renamed: (slug: string) => string,
): Map<string, string[]> {
  const slugOf = new Map([
    ...named.map(({ id, slug }) => [id, renamed(slug)] as const),
    ...links.map(({ upstreamId, upstreamSlug }) => [upstreamId, renamed(upstreamSlug)] as const),
  ]);
  const groups = Map.groupBy(links, ({ downstreamId }) => slugOf.get(downstreamId) ?? '');
  return new Map(
    [...groups].map(([slug, group]) => [
      slug,
      group.map(({ upstreamSlug }) => renamed(upstreamSlug)),
    ]),
  );
}

/** The slugs on the shortest way from `to` down to `from`, going up from upstream to upstream; null when there is
 *  none. */
function wayUp(
  from: string,
  to: string,
  upstreamOf: (slug: string) => readonly string[],
): string[] | null {
  const wayTo = new Map([[from, [from]]]);
  // A map is walked with what is added meanwhile.
  for (const [reached, way] of wayTo) {
    if (reached === to) return way;
    for (const next of upstreamOf(reached)) if (!wayTo.has(next)) wayTo.set(next, [next, ...way]);
  }
  return null;
}
