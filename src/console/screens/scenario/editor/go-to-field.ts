/** From a problem to the field that it is about: the nearest that is there. */
import type { Path } from './configuration.ts';

/** @param within the form. */
export function goToField(within: HTMLElement, path: Path): void {
  const wanted = path.join('.');
  const isAbout = (at: string) => at === wanted || wanted.startsWith(`${at}.`);
  const nearest = (): HTMLElement | undefined =>
    [...within.querySelectorAll<HTMLElement>('[data-at]')]
      .filter((field) => isAbout(atOf(field)))
      .toSorted((a, b) => atOf(a).length - atOf(b).length)
      .at(-1);
  const found = nearest();
  if (!found) return;
  if (found.getAttribute('aria-expanded') === 'false') {
    found.click();
    requestAnimationFrame(() => focus(nearest() ?? found));
  } else focus(found);
}

/** What has no fields of its own is shown whole, marked by a star. */
const atOf = (field: HTMLElement) => (field.dataset['at'] ?? '').replace(/\.\*$/, '');

function focus(field: HTMLElement): void {
  field.scrollIntoView({ block: 'center' });
  field.focus({ preventScroll: true });
}
