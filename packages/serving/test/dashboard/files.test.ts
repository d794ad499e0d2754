/** How the page's files are sent. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createServer, type Server } from '../../src/index.ts';
import { type Client, clientOf, QUIET, refused } from '../http/client.ts';

describe('files of the page', () => {
  let server: Server;
  let get: Client['get'];
  before(async () => {
    server = createServer(undefined, QUIET);
    ({ get } = clientOf(await server.listen()));
  });
  after(() => server?.close());

  test('a checkout builds the page when it is first asked for; every file that it names is there', async () => {
    const { status, headers, body } = await get('/');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.doesNotMatch(body, /https?:|<style|<script>/);
    const named = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    assert.deepEqual(named.sort(), ['./dashboard/icon.svg', './dashboard/page.css', './dashboard/page.js']);
    for (const path of named) assert.equal((await get(path.slice(1))).status, 200, path);
  });

  test('the policy allows the own files and nothing else', async () => {
    for (const path of ['/', '/dashboard/page.js']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; /);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  });

  test('a file that the browser has is not sent again', async () => {
    const first = await get('/dashboard/page.js');
    const tag = first.headers.get('etag') as string;
    const again = await get('/dashboard/page.js', { headers: { 'if-none-match': tag } });
    assert.deepEqual([again.status, again.body], [304, '']);
    assert.equal((await get('/dashboard/page.js', { headers: { 'if-none-match': '"other"' } })).status, 200);
  });

  test('there is no other file', async () => {
    for (const name of ['none.js', '..%2Fpackage.json', 'index.html%00', 'constructor'])
      refused(await get(`/dashboard/${name}`), 404, 'ROUTE_UNKNOWN');
  });
});
