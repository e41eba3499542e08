/** Every screen in every state of which a picture is kept. Parts are found loosely, by their roles and words. */
import type { Page } from 'puppeteer';
import { DASHBOARDS } from './dashboards.ts';
import { DATA } from './data.ts';
import type { Ground } from './ground.ts';
import { OUTPUTS } from './outputs.ts';
import type { Stage } from './stage.ts';

export type Shot = {
  readonly name: string;
  /** The address, or what comes before it is known. */
  readonly path: string | ((ground: Ground) => string | Promise<string>);
  /** Brings the state about, once the screen is drawn. */
  readonly act?: (page: Page, ground: Ground, variant: string) => Promise<void>;
  /** Nobody is signed in. */
  readonly anonymous?: true;
  /** Done once before the first picture of it. */
  readonly before?: (stage: Stage) => Promise<void>;
};

const scenarioPath = (part?: string) => (ground: Ground) =>
  `/p/sales/scenarios/${ground.scenario}${part ? `/${part}` : ''}`;
const runPath = (which: 'failed' | 'succeeded' | 'many' | 'mailed') => (ground: Ground) =>
  `/p/sales/runs/${ground[which]}`;

const members = '/p/sales/settings/members';
const tokens = '/p/sales/settings/tokens';

const PEOPLE: readonly Shot[] = [
  { name: 'settings-members', path: members },
  { name: 'settings-members-none', path: `${members}?q=nobody-is-called-so` },
  {
    name: 'settings-member-menu',
    path: `${members}?q=maximiliana`,
    act: (page) => press(page, /^Commands for Max/),
  },
  { name: 'settings-member-add', path: members, act: (page) => ask(page, /^Add a member$/) },
  {
    name: 'settings-member-roles',
    path: `${members}?q=maximiliana`,
    act: (page) => ask(page, /^Commands for Max/, /^Change roles/),
  },
  {
    name: 'settings-member-owns',
    path: `${members}?q=admin`,
    async act(page) {
      await ask(page, /^Commands for Demo admin/, /^Remove/);
      await press(page, /^Remove$/);
      await page.waitForSelector('[role="dialog"] input[type="radio"]');
    },
  },
  { name: 'settings-group', path: members, act: (page) => ask(page, /^Edit Finance$/) },
  { name: 'settings-tokens', path: tokens },
  {
    name: 'settings-token-issued',
    path: `${tokens}?state=good`,
    async act(page) {
      await ask(page, /^Issue a token$/);
      await page.type('[role="dialog"] [name="name"]', 'For a picture');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[role="dialog"] input[readonly]');
    },
  },
  { name: 'settings-you', path: '/p/sales/settings/you' },
  {
    name: 'own-password',
    path: '/sign-in',
    anonymous: true,
    async act(page, { people: { newcomer } }) {
      await page.waitForSelector('input[type="password"]');
      // From the second picture on one is signed in.
      if (await page.$('input[name="username"][type="email"]')) {
        await page.type('input[type="email"]', newcomer.email);
        await page.type('input[type="password"]', newcomer.password);
        await page.keyboard.press('Enter');
      }
      await page.waitForSelector('input[name="again"]');
    },
  },
];

const deliveries = '/p/sales/deliveries';
const deliveryPath = (which: 'sent' | 'failed') => (ground: Ground) =>
  `${deliveries}/${ground.mails[which]}`;

const MAILS: readonly Shot[] = [
  { name: 'deliveries', path: deliveries },
  { name: 'deliveries-everywhere', path: `${deliveries}?in=all` },
  { name: 'deliveries-none', path: `${deliveries}?to=nobody-is-called-so` },
  { name: 'delivery', path: deliveryPath('sent') },
  { name: 'delivery-failed', path: deliveryPath('failed') },
  {
    name: 'delivery-again',
    path: deliveryPath('failed'),
    act: (page) => ask(page, /^Send again$/),
  },
  { name: 'delivery-unknown', path: `${deliveries}/999999999` },
  {
    name: 'run-report',
    path: runPath('mailed'),
    async act(page) {
      await page.waitForSelector('[aria-label="Recipients"]');
    },
  },
];

const settings = '/p/sales/settings';

const THINGS: readonly Shot[] = [
  { name: 'settings-project', path: `${settings}/project` },
  {
    name: 'settings-zone',
    path: `${settings}/project`,
    async act(page) {
      await page.locator('main input[list]').fill('America/Argentina/Buenos_Aires');
      await page.waitForSelector('main table time');
    },
  },
  {
    name: 'settings-calendar',
    path: `${settings}/project`,
    act: (page) => ask(page, /^Edit Holidays$/),
  },
  {
    name: 'settings-project-delete',
    path: `${settings}/project`,
    async act(page) {
      await ask(page, /^Delete …$/);
      await page.waitForSelector('[role="dialog"] li');
    },
  },
  {
    name: 'settings-connectors',
    path: `${settings}/connectors`,
    async act(page) {
      await press(page, /^Test Everything/);
      await page.waitForSelector('main [role="status"] p');
    },
  },
  { name: 'settings-connector-new', path: `${settings}/connectors?new` },
  {
    name: 'settings-connector',
    path: `${settings}/connectors`,
    async act(page) {
      await page.locator('main tbody:first-of-type a').click();
      await page.waitForSelector('main form');
    },
  },
  { name: 'settings-organisation', path: `${settings}/organisation` },
  {
    name: 'settings-pause',
    path: `${settings}/organisation`,
    act: (page) => ask(page, /^Pause everything$/),
  },
  {
    name: 'settings-audit',
    path: `${settings}/audit`,
    async act(page) {
      await press(page, /^What changed: Changed/);
      await page.waitForSelector('main table');
    },
  },
  { name: 'settings-audit-none', path: `${settings}/audit?what=token.revoke&from=2001-01-01` },
];

export const SHOTS: readonly Shot[] = [
  { name: 'sign-in', path: '/sign-in', anonymous: true },
  {
    name: 'sign-in-refused',
    path: '/sign-in',
    anonymous: true,
    async act(page, _ground, variant) {
      // Another address each time: too many failures of one are refused for another reason.
      await page.type('input[type="email"]', `nobody-${variant}@demo.example`);
      await page.type('input[type="password"]', 'not the password');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[role="alert"]');
    },
  },
  { name: 'operations', path: '/p/sales/operations' },
  { name: 'operations-support', path: '/p/support/operations' },
  { name: 'operations-menu', path: '/p/sales/operations', act: (page) => press(page, /^You: /) },
  { name: 'operations-lost', path: '/p/sales/operations', act: goOffline },
  { name: 'scenarios', path: '/p/sales/scenarios' },
  { name: 'scenarios-none', path: '/p/sales/scenarios?text=no-such-scenario' },
  { name: 'scenario', path: scenarioPath() },
  { name: 'scenario-runs', path: scenarioPath('runs') },
  { name: 'scenario-ticks', path: scenarioPath('ticks') },
  { name: 'scenario-configuration', path: scenarioPath('configuration') },
  { name: 'scenario-versions', path: scenarioPath('versions') },
  { name: 'scenario-broken', path: (ground) => `/p/sales/scenarios/${ground.broken}` },
  {
    name: 'scenario-dialog',
    path: scenarioPath(),
    async act(page) {
      await press(page, /^Pause$/);
      await page.waitForSelector('[role="dialog"]');
    },
  },
  {
    name: 'editor-problems',
    path: scenarioPath('configuration'),
    async act(page) {
      await fill(page, 'Slug', 'Not a slug');
      await page.waitForSelector('[aria-invalid="true"]');
    },
  },
  {
    name: 'editor-difference',
    path: scenarioPath('configuration'),
    async act(page) {
      await fill(page, 'Name', 'Refresh orders, customers and products');
      await press(page, /^Review and/);
      await page.waitForSelector('[role="dialog"] table');
    },
  },
  { name: 'new-scenario', path: '/p/sales/new-scenario' },
  { name: 'templates', path: '/p/sales/templates' },
  { name: 'templates-none', path: '/p/sales/templates?text=no-such-template' },
  { name: 'templates-matrix', path: '/p/sales/templates?view=matrix' },
  { name: 'templates-matrix-none', path: '/p/sales/templates?view=matrix&state=broken' },
  {
    name: 'templates-values',
    path: '/p/sales/templates?view=matrix&text=everything&state=needs-values',
    async act(page) {
      await page.locator('main button[data-state="NEEDS_VALUES"]').click();
      await page.waitForSelector('[role="dialog"] form');
    },
  },
  {
    name: 'templates-choose',
    path: '/p/sales/templates?view=matrix',
    async act(page, _ground, variant) {
      // On a phone there is one template at a time.
      if (variant.startsWith('390')) return;
      await press(page, /^Choose many$/);
      await page.locator('main input[data-row="1"]').click();
      await page.waitForFunction(() => /cells chosen/.test(document.body.innerText));
    },
  },
  { name: 'template', path: '/p/sales/templates/nightly-snapshot' },
  { name: 'template-long', path: '/p/sales/templates/everything' },
  { name: 'template-edit', path: '/p/sales/templates/nightly-snapshot/edit' },
  { name: 'template-unknown', path: '/p/sales/templates/no-such-template' },
  {
    name: 'template-delete',
    path: '/p/sales/templates/nightly-snapshot',
    async act(page) {
      await press(page, /^More$/);
      await page.locator('[role="menuitem"]::-p-text(Delete)').click();
      await page.locator('[role="dialog"] button::-p-text(Delete)').click();
      await page.waitForSelector('[role="dialog"] [role="alert"]');
    },
  },
  {
    name: 'template-error',
    path: '/p/sales/templates',
    async act(page) {
      await page.setOfflineMode(true);
      await page.evaluate(() => history.pushState(null, '', '/p/sales/templates/everything'));
      await page.waitForSelector('main [role="alert"]');
    },
  },
  { name: 'new-template', path: '/p/sales/new-template' },
  { name: 'run-running', path: async (ground) => `/p/support/runs/${await ground.running()}` },
  { name: 'run-failed', path: runPath('failed') },
  { name: 'run-succeeded', path: runPath('succeeded') },
  {
    name: 'run-many',
    path: runPath('many'),
    async act(page) {
      await page.type('input[type="search"]', 'rows read');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[role="log"] [aria-current]');
    },
  },
  {
    name: 'run-dialog',
    path: async (ground) => `/p/support/runs/${await ground.running()}`,
    async act(page) {
      await press(page, /^Cancel$/);
      await page.waitForSelector('[role="dialog"]');
    },
  },
  { name: 'run-menu', path: runPath('failed'), act: (page) => press(page, /^Retry$/) },
  { name: 'run-unknown', path: '/p/sales/runs/999999999' },
  {
    name: 'run-error',
    path: runPath('succeeded'),
    async act(page, ground) {
      await page.setOfflineMode(true);
      // A page of which nothing was read yet.
      await page.evaluate((path) => history.pushState(null, '', path), runPath('many')(ground));
      await page.waitForSelector('main [role="alert"]');
    },
  },
  ...OUTPUTS,
  ...DASHBOARDS,
  ...DATA,
  ...MAILS,
  ...PEOPLE,
  ...THINGS,
  { name: 'nothing', path: '/p/sales/no-such-screen' },
  { name: 'no-project', path: '/p/no-such-project/operations' },
  { name: 'tile', path: (ground) => ground.tile, anonymous: true },
  {
    name: 'operations-gone',
    path: '/p/sales/operations',
    before: killWorkers,
    act: untilDown,
  },
  {
    name: 'tile-gone',
    path: (ground) => ground.tile,
    anonymous: true,
    before: killWorkers,
    act: untilDown,
  },
];

/** Presses the first button or menu's trigger of that name. */
async function press(page: Page, name: RegExp): Promise<void> {
  await page.waitForFunction(
    (source) => {
      const words = new RegExp(source);
      const found = [
        ...document.querySelectorAll<HTMLElement>(
          'main button, header button, [role="dialog"] footer button, [role="menuitem"]',
        ),
      ].find(
        (button) =>
          !(button as HTMLButtonElement).disabled &&
          words.test(button.getAttribute('aria-label') ?? button.innerText.trim()),
      );
      if (!found) return false;
      found.click();
      return true;
    },
    {},
    name.source,
  );
}

/** Presses what opens a dialog, through a menu where there are two, and waits for it. */
async function ask(page: Page, ...names: readonly RegExp[]): Promise<void> {
  for (const name of names) await press(page, name);
  await page.waitForSelector('[role="dialog"]');
}

async function fill(page: Page, label: string, text: string): Promise<void> {
  const field = `main ::-p-aria([name="${label}"][role="textbox"])`;
  await page.waitForSelector(field);
  await page.locator(field).fill(text);
}

/** Until the page knows: an open socket is only missed when it does not answer, which takes 15 s. */
async function goOffline(page: Page): Promise<void> {
  await page.setOfflineMode(true);
  await page.waitForFunction(() => /connection is lost/i.test(document.body.innerText));
}

/** As a machine that loses its power. */
async function killWorkers({ ask }: Stage): Promise<void> {
  const { workers } = await ask<{ workers: { pid: number }[] }>('{ workers { pid } }');
  for (const { pid } of workers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // Killed for the picture before.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function untilDown(page: Page): Promise<void> {
  const timeout = 40_000;
  await page.waitForFunction(() => /\bDown\b/.test(document.body.innerText), { timeout });
}
