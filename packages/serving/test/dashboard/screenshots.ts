/**
 * Makes the pictures of the page in docs/images: `pnpm screenshots`. A simulated shop is trained, and
 * buys for three minutes while it is looked at.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@lorekeep/core';
import { openWorkspace } from '@lorekeep/workspace';
import type { Page } from 'playwright-core';
import { createServer } from '../../src/index.ts';
import { clientOf } from '../http/client.ts';
import { findChromium, openBrowser } from './browser.ts';

const IMAGES = fileURLToPath(new URL('../../../../docs/images', import.meta.url));
const SIZE = { width: 1180, height: 800 };
const QUALITY = 72;
const SECONDS = 180;

const program = findChromium();
if (program === undefined) throw new Error('There is no Chromium on this machine: pnpm extras');
const dir = await mkdtemp(join(tmpdir(), 'lorekeep-screenshots-'));
const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
await workspace.importSimulatedShop({ events: 40_000, users: 1_200, items: 1_500 });
await workspace.encode({ model: 'lexical' });
await workspace.train();
await workspace.publish();
const engine = await workspace.engine();
const server = createServer(engine, { port: 0, logLevel: 'warn', workspace });
const address = await server.listen();
await buy(address, SECONDS);
await takePictures(address);
await server.close();
await engine.close();
await workspace.close();
await rm(dir, { recursive: true });

/** A shop whose visitors come and go. */
async function buy(service: string, seconds: number): Promise<void> {
  const { get, post } = clientOf(service);
  const random = createRandom(4);
  const users: string[] = [];
  for await (const batch of workspace.store.users()) users.push(...batch.map(({ id }) => id));
  const end = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < end; n++) {
    const user = random.next() < 0.08 ? `guest-${n}` : users[random.int(users.length)];
    const { body } = await post('/v1/recommend', { user, k: 10 });
    const item = body.items[random.int(10)].id;
    if (n % 3 === 0) await get(`/v1/items/${item}/similar?k=8`);
    if (n % 2 === 0) await post('/v1/events', { user, item, type: n % 10 === 0 ? 'purchase' : 'click' });
    await sleep(20 + 60 * (1 + Math.sin(performance.now() / 14_000)) * random.next());
  }
}

async function takePictures(service: string): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const browser = await openBrowser(program!);

  async function take(name: string, colorScheme: 'light' | 'dark', show: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: SIZE, colorScheme });
    const page = await context.newPage();
    await show(page);
    await sleep(800);
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
    await writeFile(join(IMAGES, `dashboard-${name}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
    await context.close();
  }

  await take('system', 'light', async (page) => {
    await page.goto(`${service}/#/`);
    await page.getByRole('heading', { name: 'Requests by route' }).waitFor();
  });
  await take('user', 'light', async (page) => {
    await page.goto(`${service}/#/explore`);
    await page.locator('.examples a').first().click({ timeout: 60_000 });
    await page.getByText(/^near/).first().waitFor({ timeout: 60_000 });
  });
  await take('map', 'dark', async (page) => {
    await page.goto(`${service}/#/map`);
    const map = page.getByRole('application');
    await map.focus({ timeout: 60_000 });
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Nearest by text' }).waitFor();
    await map.blur();
  });
  await browser.close();
}
