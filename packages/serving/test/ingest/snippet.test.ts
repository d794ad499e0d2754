/** The script in a real browser: what is seen and clicked arrives with its list, once, also when the page ends. */
import assert from 'node:assert/strict';
import { createServer as createShop, type Server as ShopServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Engine, openEngine } from '@lorekeep/recommender';
import type { Event } from '@lorekeep/store';
import { openShop, type Shop } from '@lorekeep/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createServer, loadKeys, type Server } from '../../src/index.ts';
import { findChromium, openBrowser } from '../dashboard/browser.ts';
import { clientOf, QUIET } from '../http/client.ts';

const program = findChromium();

describe('the script of a page', { skip: program === undefined && 'there is no Chromium' }, () => {
  let shop: Shop;
  let engine: Engine;
  let server: Server;
  let pages: ShopServer;
  let origin: string;
  let address: string;
  let key: string;
  let browser: Browser;
  /** What the shop's server puts into the page. */
  let body = '';
  before(async () => {
    shop = await openShop();
    engine = await openEngine(shop);
    // The shop is another origin than the service.
    pages = createShop((_, response) => response.setHeader('content-type', 'text/html').end(`<!doctype html>${body}`));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const keys = await loadKeys(join(shop.workspace, 'keys.jsonl'));
    ({ secret: key } = await keys.create({ scopes: ['events'] }));
    server = createServer(engine, { ...QUIET, keys, cors: [origin] });
    address = await server.listen();
    browser = await openBrowser(program!);
  });
  after(async () => {
    await browser?.close();
    pages?.close();
    await server?.close();
    await engine?.close();
    await shop?.close();
  });

  const SPACE = '<div style="height:3000px"></div>';
  const items = (ids: readonly string[]) =>
    ids
      .map((id) => `<a href="#${id}" data-lorekeep-item="${id}" style="display:block;height:100px">${id}</a>`)
      .join('');
  const list = (request: string, ids: readonly string[]) =>
    `<div data-lorekeep-request="${request}" data-lorekeep-surface="home">${items(ids)}</div>`;
  /** The list of an answer as the shop's server writes it. */
  async function answered(user: string, k: number) {
    const { request, items } = await engine.recommend({ user, k });
    return { request, ids: items.map(({ id }) => id) };
  }
  const script = (attributes = '') =>
    `<script async src="${address}/snippet.js" data-key="${key}" ${attributes}></script>`;

  async function open(html: string, options: BrowserContextOptions = {}): Promise<Page> {
    body = html;
    const context = await browser.newContext({ viewport: { width: 800, height: 600 }, ...options });
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  }
  async function stored(user: string): Promise<Event[]> {
    const found = [];
    for await (const batch of shop.store.events()) found.push(...batch.filter((event) => event.user === user));
    return found;
  }
  async function arrived(user: string, count: number): Promise<Event[]> {
    for (;;) {
      const found = await stored(user);
      if (found.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const brief = (events: readonly Event[]) =>
    events.map(({ type, item, request, position, surface }) => [type, item, request, position, surface]);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  /** In the browser's storage, of all pages. */
  const left = (page: Page) =>
    page.evaluate(() => Object.entries(localStorage).flatMap(([, text]) => JSON.parse(text) as unknown[]).length);

  test('is small, may be cached and run by any page, and needs no key', async () => {
    const { get } = clientOf(address);
    const { status, headers, body } = await get('/snippet.js');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.match(headers.get('cache-control')!, /public/);
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.ok(gzipSync(body as string).length <= 3_000, `${gzipSync(body as string).length} bytes`);
    const again = await get('/snippet.js', { headers: { 'if-none-match': headers.get('etag')! } });
    assert.equal(again.status, 304);
  });

  test('reports what is in view for a second, what is scrolled to, and what is clicked', async () => {
    const { request, ids } = await answered('user-0', 2);
    const page = await open(`${list(request, ids)}${SPACE}${list('r2', ['music-3'])}${script('data-user="ann"')}`);
    assert.deepEqual(
      brief(await arrived('ann', 2)),
      ids.map((id, position) => ['impression', id, request, position, 'home']),
    );
    await page.locator('[data-lorekeep-item=music-3]').scrollIntoViewIfNeeded();
    await arrived('ann', 3);
    await page.evaluate('scrollTo(0, 0)');
    await page.dblclick(`[data-lorekeep-item=${ids[1]}]`);
    const events = await arrived('ann', 4);
    await pause(2_500);
    assert.deepEqual(brief(await stored('ann')), brief(events), 'nothing twice');
    assert.deepEqual(brief(events).slice(2), [
      ['impression', 'music-3', 'r2', 0, 'home'],
      ['click', ids[1], request, 1, 'home'],
    ]);
    const { outcomes, unattributed } = await shop.store.impressionLog({ outcomes: ['click'] });
    const clicked = [...outcomes].filter((bits) => bits === 1).length;
    assert.deepEqual([clicked, unattributed], [1, [0]], 'the click belongs to its impression');
    await page.reload();
    await pause(2_500);
    assert.equal((await stored('ann')).length, 4, 'the same list again is the same impressions');
    assert.deepEqual(await page.context().cookies(), []);
    await page.context().close();
  });

  test('nothing is lost when the page ends before there is an answer', async () => {
    const page = await open(`${list('r3', ['music-4'])}${script('data-user="leaver"')}`);
    await page.waitForFunction('"lorekeep" in window');
    // Away at once, by the link itself.
    await page.evaluate(`document.querySelector('[data-lorekeep-item]').click(); location.href = 'about:blank'`);
    assert.deepEqual(brief(await arrived('leaver', 2)), [
      ['impression', 'music-4', 'r3', 0, 'home'],
      ['click', 'music-4', 'r3', 0, 'home'],
    ]);
    // The next page may send them once more; they still count once.
    await page.goto(origin);
    await page.waitForFunction(() => Object.keys(localStorage).length === 0);
    assert.equal((await stored('leaver')).length, 2);
    await page.context().close();
  });

  test('what the service did not take is sent by a later page', async () => {
    const page = await open(`${list('r4', ['music-5'])}${script('data-user="later"')}`);
    await page.context().route('**/v1/bulk/**', (route) => route.abort());
    await page.click('[data-lorekeep-item]');
    await page.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith('lorekeep.queue.')));
    await pause(1_500);
    assert.deepEqual([(await stored('later')).length, await left(page)], [0, 2]);
    await page.context().unroute('**/v1/bulk/**');
    await page.reload();
    assert.equal((await arrived('later', 2)).length, 2);
    await page.waitForFunction(() => Object.keys(localStorage).length === 0);
    await page.context().close();
  });

  test('lists that come later, and calls that came before the script', async () => {
    const early = `<script>window.lorekeep = function () { (lorekeep.q = lorekeep.q || []).push(arguments) };
      lorekeep('user', 'spa'); lorekeep('event', { type: 'cart', item: 'music-6', request: 'r5' })</script>`;
    const page = await open(`${early}<main></main>${script()}`);
    await arrived('spa', 1);
    const later = JSON.stringify(list('r5', ['music-7']));
    await page.evaluate(`document.querySelector('main').innerHTML = ${later}`);
    await arrived('spa', 2);
    await page.evaluate(`document.querySelector('[data-lorekeep-item]').setAttribute('data-lorekeep-item', 'music-8');
      lorekeep('user', undefined)`);
    await pause(2_500);
    assert.deepEqual(brief(await stored('spa')), [
      ['cart', 'music-6', 'r5', undefined, undefined],
      ['impression', 'music-7', 'r5', 0, 'home'],
    ]);
    const session = (await stored('spa'))[0].session;
    assert.deepEqual(brief(await arrived(`anonymous-${session}`, 1)), [['impression', 'music-8', 'r5', 0, 'home']]);
    await page.context().close();
  });

  test('under a path, as that of a shop, events go to the same path', async () => {
    const page = await browser.newPage();
    await page.route('https://shops.example/**', async (route) => {
      const isScript = route.request().url().endsWith('/shops/garden/snippet.js');
      const script = isScript ? ((await clientOf(address).get('/snippet.js')).body as string) : '{}';
      await route.fulfill({ body: script, headers: { 'access-control-allow-origin': '*' } });
    });
    body = `${list('r8', ['music-9'])}<script async src="https://shops.example/shops/garden/snippet.js"></script>`;
    await page.goto(origin);
    await page.waitForFunction('"lorekeep" in window');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.click('[data-lorekeep-item]');
    assert.equal((await sent).url(), 'https://shops.example/shops/garden/v1/bulk/events?onError=skip');
    await page.close();
  });

  test('without consent, or against the wish not to be tracked, nothing is sent or stored', async () => {
    const page = await open(`${list('r6', ['music-9'])}${script('data-user="asked" data-consent="required"')}`);
    await pause(2_500);
    const storage = () => page.evaluate(() => localStorage.length + sessionStorage.length);
    assert.deepEqual([(await stored('asked')).length, await storage()], [0, 0]);
    await page.evaluate(`lorekeep('consent', true)`);
    assert.equal((await arrived('asked', 1)).length, 1);
    await page.context().close();

    const optOut = `Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })`;
    const context = await browser.newContext();
    await context.addInitScript(optOut);
    const private_ = await context.newPage();
    body = `${list('r7', ['music-9'])}${script('data-user="private"')}`;
    await private_.goto(origin);
    await pause(2_500);
    assert.deepEqual([(await stored('private')).length, await private_.evaluate(() => localStorage.length)], [0, 0]);
    await context.close();
  });
});
