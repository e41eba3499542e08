/** Dashboards of the demo in the states of which a picture is kept. */
import type { Page } from 'puppeteer';
import type { Shot } from './shots.ts';

const path = '/p/sales/dashboards?text=Sales%20overview';

async function pick(page: Page, tab?: string): Promise<void> {
  await page.locator('tbody a').click();
  await page.waitForSelector('iframe[data-shown]');
  if (tab !== undefined) await page.locator(`main ::-p-aria([name="${tab}"][role="link"])`).click();
}

const button = (page: Page, name: string) =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`);

const shot = (name: string, act: (page: Page) => Promise<unknown>): Shot => ({
  name: `dashboard${name}`,
  path,
  async act(page) {
    await act(page);
  },
});

export const DASHBOARDS: readonly Shot[] = [
  { name: 'dashboards', path: '/p/sales/dashboards' },
  { name: 'dashboards-none', path: '/p/sales/dashboards?text=nobody-called-one-so' },
  { name: 'dashboard-unknown', path: '/p/sales/dashboards/999999999' },
  {
    name: 'dashboard-new',
    path: '/p/sales/dashboards',
    act: async (page) => {
      await button(page, 'New dashboard').click();
      await page.waitForSelector('[role="dialog"]');
    },
  },
  shot('', (page) => pick(page)),
  shot('-edit', async (page) => {
    await pick(page, 'Edit');
    await page.waitForFunction(() => !document.querySelector('[data-card][data-busy]'));
  }),
  shot('-card', async (page) => {
    await pick(page, 'Edit');
    await page.locator('[data-card]:nth-child(2) button').click();
    await page.waitForSelector('[aria-label="The rows themselves"]');
  }),
  shot('-history', async (page) => {
    await pick(page, 'History');
    await page.locator('[aria-label="Revisions"] button').click();
  }),
  shot('-share', async (page) => {
    await pick(page);
    await button(page, 'Share').click();
    await page.waitForSelector('[role="dialog"]');
  }),
  shot('-send', async (page) => {
    await pick(page);
    await button(page, 'Send now').click();
    await page.waitForSelector('[role="dialog"]');
  }),
  shot('-delete', async (page) => {
    await pick(page);
    await button(page, 'More').click();
    await page.locator('::-p-aria([name="Delete"][role="menuitem"])').click();
    await page.waitForSelector('[role="dialog"]');
  }),
];
