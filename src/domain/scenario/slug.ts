/** Slugs that are made rather than given. */

const MAX = 100;

/** "Nächtlicher Abzug (EU)" → `nachtlicher-abzug-eu`; `scenario` where no letter is left. */
export function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words === null ? 'scenario' : words.join('-').slice(0, MAX).replace(/-$/, '');
}

/** The slug itself, or with the first number that makes it free: `nightly`, `nightly-2`, … */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  let free = slug;
  for (let n = 2; taken.has(free); n += 1) free = `${slug.slice(0, MAX - 7)}-${n}`;
  return free;
}
