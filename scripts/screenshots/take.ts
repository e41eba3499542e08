/** One picture: the screen at its address, settled, in its state; and whether anything makes the page wider. */
import type { Page } from 'puppeteer';

export type Variant = { readonly width: number; readonly height: number; readonly dark: boolean };

export const VARIANTS: readonly Variant[] = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
  { width: 2560, height: 1440 },
].flatMap((size) => [false, true].map((dark) => ({ ...size, dark })));

export const nameOf = ({ width, dark }: Variant): string => `${width}-${dark ? 'dark' : 'light'}`;

// A chart that is drawn to measure and a transition need some frames.
const CALM_MS = 250;

/** Until nothing on the page is a stand-in for what is still read. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('#root')?.childElementCount &&
      !document.querySelector('#root [aria-busy="true"]') &&
      document.fonts.status === 'loaded',
  );
  await calm(page);
}

/** Until the page has stood still for a moment, or for two seconds of moving. */
export async function calm(page: Page): Promise<void> {
  await page.evaluate(
    (calmMs) =>
      new Promise<void>((done) => {
        let timer = setTimeout(done, calmMs);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(done, calmMs);
        });
        observer.observe(document, { subtree: true, childList: true });
        setTimeout(done, 2_000);
      }),
    CALM_MS,
  );
}

/** The whole page, with bars that stick put where they belong.
 *  @returns what makes the page wider than its window, a line each. */
export async function take(page: Page, path: `${string}.png`): Promise<string[]> {
  const overflowing = await page.evaluate(findOverflowing);
  await page.evaluate(letGo);
  const isOver = await page.$('[role="dialog"], [role="menu"]');
  await page.screenshot({ path, fullPage: isOver === null });
  return overflowing;
}

/** What sticks to the window would lie across the middle of the whole page. What sticks within a part that scrolls by
 *  itself stays. */
function letGo(): void {
  const scrolls = (element: Element) =>
    ['auto', 'scroll'].includes(getComputedStyle(element).overflowY);
  for (const bar of document.querySelectorAll<HTMLElement>('body *')) {
    if (getComputedStyle(bar).position !== 'sticky') continue;
    let up = bar.parentElement;
    while (up && up !== document.body && !scrolls(up)) up = up.parentElement;
    if (up === null || up === document.body)
      Object.assign(bar.style, { position: 'relative', inset: 'auto' });
  }
}

function findOverflowing(): string[] {
  const { scrollWidth } = document.scrollingElement!;
  if (scrollWidth <= innerWidth) return [];
  const reach = document.documentElement.clientWidth;
  const isKept = (element: Element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    }
    return false;
  };
  const named = [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > reach + 0.5 && !isKept(each))
    .slice(0, 8)
    .map((each) => {
      const { right } = each.getBoundingClientRect();
      const words = (each.textContent ?? '').trim().slice(0, 50);
      return `<${each.localName} class="${each.getAttribute('class') ?? ''}"> to ${Math.round(right)} px: ${words}`;
    });
  return [`${scrollWidth} px wide in a window of ${innerWidth} px`, ...named];
}
