/**
 * The page in a real browser: every view, in light and dark, on a wide screen and on a phone. Nothing
 * breaks a rule of accessibility, no request leaves the service, no error is in the console, and the
 * keyboard reaches every control.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createServer, loadKeys } from '../../src/index.ts';
import { clientOf, QUIET } from '../http/client.ts';
import { findChromium, openBrowser } from './browser.ts';
import { complete, type ServedShop, serveShop } from './served-shop.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };
const CONTROLS = 'a[href], button, input, textarea, select, canvas[tabindex="0"], [role="group"][tabindex="0"]';

const program = findChromium();
const isRequired = process.env.LOREKEEP_TEST_EXTRAS === 'required';
const skip = program === undefined && !isRequired && 'no Chromium on this machine: pnpm extras';

describe('the page in Chromium', { skip }, () => {
  let shop: ServedShop;
  let browser: Browser;
  let views: Record<string, string>;

  before(async () => {
    assert.ok(program !== undefined, 'Chromium is required: pnpm extras');
    shop = await serveShop();
    browser = await openBrowser(program);
    const { get, post } = clientOf(shop.address);
    const { body } = await complete(
      () => get('/v1/admin/data'),
      ({ body: answer }) => answer.items.state === 'counted' && answer.events.state === 'counted',
    );
    const [user] = body.examples.users;
    const item = body.examples.items[0].id;
    for (let n = 0; n < 20; n++) {
      const { request, items } = (await post('/v1/recommend', { user })).body;
      const shown = items.map(({ id }: { id: string }, position: number) => ({ user, item: id, request, position }));
      const impressions = shown.map((event: object) => ({ ...event, type: 'impression', surface: 'home' }));
      await post('/v1/events', [...impressions, { ...shown[n % 3], type: 'click' }]);
    }
    views = {
      System: '#/',
      Outcomes: '#/outcomes',
      Lists: '#/lists',
      Model: '#/model',
      Data: '#/data',
      Jobs: '#/jobs',
      Explore: '#/explore',
      user: `#/explore/user/${user}`,
      item: `#/explore/item/${item}`,
      'new item': '#/explore/new',
      Map: '#/map',
      Manage: '#/manage',
    };
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  interface Watched {
    page: Page;
    /** Requests to other places, errors of the page and of the console. */
    problems: string[];
    close(): Promise<void>;
  }

  async function openPage(size: { width: number; height: number }, colorScheme: 'light' | 'dark'): Promise<Watched> {
    const context = await browser.newContext({ viewport: size, colorScheme });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${shop.address}/`)) problems.push(`request to ${request.url()}`);
    });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    return { page, problems, close: () => context.close() };
  }

  async function show(page: Page, address: string): Promise<void> {
    await page.goto(`${shop.address}/${address}`);
    await page.locator('main .panel').first().waitFor();
    await page.waitForFunction(() => (globalThis as any).document.querySelector('.loading, .counting') === null);
    await page.waitForFunction(() =>
      (globalThis as any).document.querySelector('.served')?.textContent?.includes('items'),
    );
  }

  /** @returns each broken rule with the elements that break it */
  async function violationsOf(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      const { axe, document } = globalThis as any;
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, nodes }: any) => `${id}: ${nodes.map(({ html }: any) => html).join(' | ')}`);
    });
  }

  test('the check itself finds what it should', async () => {
    const { page, close } = await openPage(SIZES.wide, 'light');
    await show(page, '#/');
    await page.evaluate(() => {
      const { document } = globalThis as any;
      document.querySelector('main').append(document.createElement('img'));
      document.querySelector('.about').style.color = '#bbb';
    });
    const rules = (await violationsOf(page)).map((violation) => violation.split(':')[0]);
    assert.deepEqual(rules.sort(), ['color-contrast', 'image-alt']);
    await close();
  });

  for (const [name, size] of Object.entries(SIZES))
    for (const scheme of ['light', 'dark'] as const)
      test(`every view is accessible and quiet: ${name}, ${scheme}`, async () => {
        const { page, problems, close } = await openPage(size, scheme);
        for (const [view, address] of Object.entries(views)) {
          // Another view of the same page is no new page for the browser.
          await page.goto('about:blank');
          await show(page, address);
          const violations = await violationsOf(page);
          assert.deepEqual(violations, [], view);
          const [content, screen] = await page.evaluate(() => [
            (globalThis as any).document.documentElement.scrollWidth,
            (globalThis as any).innerWidth,
          ]);
          assert.ok(content <= screen, `${view} is ${content - screen} px wider than the screen`);
          assert.deepEqual(problems, [], view);
        }
        await close();
      });

  test('the keyboard reaches every control of every view', async () => {
    const { page, close } = await openPage(SIZES.wide, 'light');
    for (const [view, address] of Object.entries(views)) {
      await page.goto('about:blank');
      await show(page, address);
      const controls = await page.evaluate((selector) => {
        const all = [...(globalThis as any).document.querySelectorAll(selector)];
        all.forEach((element: any, at: number) => {
          element.setAttribute('data-control', String(at));
        });
        return all.length;
      }, CONTROLS);
      const reached = new Set<string>();
      for (let press = 0; press < controls + 5; press++) {
        await page.keyboard.press('Tab');
        const control = await page.evaluate(
          () => (globalThis as any).document.activeElement?.getAttribute('data-control') ?? '',
        );
        reached.add(control);
      }
      reached.delete('');
      assert.equal(reached.size, controls, view);
    }
    await close();
  });

  test('a click on the map shows the item and its neighbours, and so does Enter', async () => {
    const { page, problems, close } = await openPage(SIZES.wide, 'light');
    await show(page, '#/map');
    await page.getByText('No item is chosen.').waitFor();
    await page.locator('canvas').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nearest by text' }).waitFor();
    const first = await page.locator('.aside h2').first().textContent();
    const { left, top, width, height } = await page.locator('canvas').evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return { left, top, width, height };
    });
    // Somewhere on the map another dot is near enough for a click.
    for (let step = 1; step < 60; step++) {
      await page.mouse.click(left + (width * (step % 10)) / 10, top + (height * Math.ceil(step / 10)) / 8);
      await page.waitForTimeout(50);
      if ((await page.locator('.aside h2').first().textContent()) !== first) break;
    }
    assert.notEqual(await page.locator('.aside h2').first().textContent(), first);
    await page.getByRole('list', { name: 'Nearest by text' }).waitFor();
    assert.deepEqual(problems, []);
    await close();
  });

  test('a pasted item is shown where it lands, and is not stored', async () => {
    const { page, problems, close } = await openPage(SIZES.phone, 'dark');
    const counts = await shop.workspace.store.counts();
    const [[item]] = [(await shop.workspace.store.items({ batchSize: 1 })[Symbol.asyncIterator]().next()).value];
    await show(page, '#/explore/new');
    await page.getByLabel('Title').fill(item.title);
    await page.getByLabel('Categories').fill(item.categories.join(' > '));
    await page.getByLabel('Brand').fill(item.brand);
    await page.getByRole('button', { name: 'Show where it lands' }).press('Enter');
    const nearest = page.getByRole('list', { name: 'Nearest items' }).getByRole('link');
    assert.equal(await nearest.first().textContent(), item.title);
    await page.getByRole('heading', { name: 'Users near to it' }).waitFor();
    assert.deepEqual(await shop.workspace.store.counts(), counts);
    assert.deepEqual(problems, []);
    await close();
  });

  test('an unknown user is an answer with a hint, not a blank page', async () => {
    const { page, close } = await openPage(SIZES.wide, 'light');
    await page.goto(`${shop.address}/#/explore`);
    await page.getByLabel('User').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('USER_NOT_FOUND').waitFor();
    await close();
  });

  test('where a key is needed the page asks for it, and sends it from then on', async () => {
    const { page, close } = await openPage(SIZES.phone, 'light');
    await page.route('**/v1/admin/**', (route) => {
      if (route.request().headers().authorization === 'Bearer lk_good') return route.continue();
      const error = { code: 'KEY_MISSING', message: 'This request needs a key.' };
      return route.fulfill({ status: 401, json: { error } });
    });
    await page.goto(`${shop.address}/`);
    await page.getByLabel('Key with the scope admin').fill('lk_good');
    assert.deepEqual(await violationsOf(page), []);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Process' }).waitFor();
    await close();
  });

  test('a scenario is written, tried, stored, taken back to an earlier version, and deleted', async () => {
    const { page, problems, close } = await openPage(SIZES.phone, 'dark');
    await show(page, '#/manage');
    const settings = page.getByLabel('Settings, as JSON');
    await page.getByLabel('Name').first().fill('home');
    await settings.fill('{"k": 3');
    assert.equal(await settings.getAttribute('aria-invalid'), 'true');
    await settings.fill('{"k": 3, "candidates": "popularity"}');
    await page.getByRole('button', { name: 'Show the list' }).click();
    await page.getByText('3 items, ordered by popularity.').waitFor();
    await page.getByRole('button', { name: 'Store as a new version' }).click();
    await page.getByText('Stored as version 1.').waitFor();
    await settings.fill('{"k": 4}');
    await page.getByRole('button', { name: 'Store as a new version' }).click();
    await page.getByText('Stored as version 2.').waitFor();
    assert.deepEqual((await shop.engine.getScenario('home')).settings, { k: 4 });
    await page.getByRole('button', { name: 'home@1' }).click();
    assert.deepEqual(JSON.parse(await settings.inputValue()), { k: 3, candidates: 'popularity' });
    assert.deepEqual(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Delete home' }).click();
    await page.getByRole('button', { name: 'Really delete home' }).click();
    await page.getByText('home is deleted.').waitFor();
    assert.deepEqual(await shop.engine.listScenarios(), []);
    assert.deepEqual(problems, []);
    await close();
  });

  test('keys are created, shown once, used, rotated and revoked', async () => {
    const keys = await loadKeys(join(shop.workspace.dir, 'keys-of-page.jsonl'));
    const server = createServer(shop.engine, { ...QUIET, workspace: shop.workspace, keys });
    const address = await server.listen();
    const context = await browser.newContext({ viewport: SIZES.wide });
    const page = await context.newPage();
    await page.goto(`${address}/#/manage`);
    await page.getByText('There is no key yet').waitFor();
    const [, name] = await page.getByLabel('Name').all();
    await name.fill('page');
    await page.getByRole('button', { name: 'Create a key' }).click();
    const secret = await page.locator('.secret .whole').textContent();
    assert.match(secret ?? '', /^lk_/);
    assert.deepEqual(await violationsOf(page), []);
    const [{ id }] = await keys.list();
    await page.getByRole('button', { name: `Rotate ${id}` }).click();
    await page.getByRole('button', { name: `Really rotate ${id}` }).click();
    await page.waitForFunction(
      (before) => (globalThis as any).document.querySelector('.secret .whole')?.textContent !== before,
      secret,
    );
    await page.getByRole('button', { name: `Revoke ${id}` }).click();
    await page.getByRole('button', { name: `Really revoke ${id}` }).click();
    await page.getByText('revoked').first().waitFor();
    assert.equal((await keys.list())[0].state, 'revoked');
    await context.close();
    await server.close();
  });

  test('when the service is gone the page says so and keeps its figures', async () => {
    const { page, close } = await openPage(SIZES.wide, 'light');
    await show(page, '#/');
    await page.route('**/v1/admin/**', (route) => route.abort());
    await page.getByText('The service does not answer.').waitFor({ timeout: 20_000 });
    await page.getByRole('heading', { name: 'Process' }).waitFor();
    await close();
  });
});
