// A visitor: the first look, what a reload and a link keep, without a network, on a phone, by ear.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { apart, browser, drop, energy, paint, pixels, ready, serve, stroke, visit } from './darkroom.mjs';

let server;
let chrome;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  server?.stop();
});

const sees = (page) => page.getByLabel('What the model sees', { exact: true });
const count = (page) => page.getByTestId('sees').locator('.figure').textContent();
const strip = (page) => page.getByTestId('strip').getByRole('listitem');

test('the first look stands before any program runs, and is hidden and predicted', async () => {
  const { context, page } = await visit(chrome, server, { javaScriptEnabled: false });
  for (const name of ['A scene with three quarters of its patches hidden', 'What the model expects in the hidden patches, set into what it saw']) {
    const print = page.getByRole('img', { name });
    await print.waitFor();
    assert.ok(await print.evaluate((image) => image.complete && image.naturalWidth > 0), name);
  }
  assert.equal(await page.locator('body').getAttribute('data-state'), 'loading');
  await context.close();
});

test('while the engine is on its way the first look stands, with the figures that will be', async () => {
  const prepare = (page) => page.route('**/engine_bg.wasm', (route) => route.abort());
  const waiting = await visit(chrome, server, { prepare, serviceWorkers: 'block' });
  const live = await visit(chrome, server);
  await ready(live.page);
  const figures = (page) => page.getByTestId('fills').textContent();
  const prints = [];
  for (const { page } of [waiting, live]) {
    await page.getByRole('slider', { name: 'Before and after' }).press('End');
    assert.equal(await energy(page), await energy(live.page));
    assert.equal(await figures(page), await figures(live.page));
    prints.push(await pixels(page.getByLabel('Prediction', { exact: true })));
  }
  const difference = apart(prints[0], prints[1]);
  assert.ok(difference < 3, `the first look and the live print differ by ${difference}`);
  await waiting.context.close();
  await live.context.close();
});

test('a first visit ends with a live prediction, and nothing leaves the page', async () => {
  const { context, page, seen } = await visit(chrome, server);
  await ready(page);
  assert.ok((await energy(page)) > 0);
  const badge = page.getByLabel('Device', { exact: true });
  assert.match(await badge.textContent(), /CPU · \d+(\.\d+)? ms/);
  const photo = await paint(page, { width: 300, height: 200, type: 'image/jpeg' });
  const before = await strip(page).count();
  await drop(page, [{ name: 'of mine.jpg', type: 'image/jpeg', bytes: photo }]);
  await page.getByRole('button', { name: 'of mine.jpg', exact: true }).waitFor();
  await page.waitForFunction(() => document.body.dataset.state !== 'ready').catch(() => {});
  await ready(page);
  assert.equal(await strip(page).count(), before + 1);
  const own = new URL(server.url).origin;
  const strangers = seen.requests.filter((url) => !url.startsWith('blob:') && !url.startsWith('data:') && new URL(url).origin !== own);
  assert.deepEqual(strangers, []);
  assert.ok(seen.requests.length > 5);
  assert.deepEqual(seen.errors, []);
  // And if something tried, the policy would stop it.
  const refused = await page.evaluate(() => fetch('https://example.org/').then(() => 'sent', () => 'refused'));
  assert.equal(refused, 'refused');
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /'unsafe-|\*|https?:/);
  await context.close();
});

test('strip, mask and choice survive a reload', async () => {
  const { context, page } = await visit(chrome, server);
  await ready(page);
  const photo = await paint(page, { width: 120, height: 90, hue: 200 });
  await drop(page, [{ name: 'kept.png', type: 'image/png', bytes: photo }]);
  await page.getByRole('button', { name: 'kept.png', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Lower half' }).click();
  await ready(page);
  await page.waitForTimeout(600);
  const [pictures, hidden] = [await strip(page).count(), await count(page)];
  await page.reload();
  await ready(page);
  assert.equal(await strip(page).count(), pictures);
  assert.equal(await page.getByRole('button', { name: 'kept.png', exact: true }).getAttribute('aria-pressed'), 'true');
  assert.equal(await count(page), hidden);
  assert.equal(await page.getByRole('button', { name: 'Lower half' }).getAttribute('aria-pressed'), 'true');
  assert.ok((await energy(page)) > 0);
  await context.close();
});

test('a link restores every control for somebody else', async () => {
  const first = await visit(chrome, server);
  await ready(first.page);
  await first.page.getByTestId('strip').getByRole('listitem').nth(2).getByRole('button').first().click();
  await first.page.getByRole('button', { name: 'Checkerboard' }).click();
  await first.page.getByRole('button', { name: 'Eraser' }).click();
  await first.page.keyboard.press(']');
  await first.page.getByTestId('proofs').getByRole('button', { name: 'where wrong' }).click();
  await first.page.getByRole('slider', { name: 'Before and after' }).press('Home');
  await first.page.getByRole('button', { name: /^Light or dark/ }).click();
  await ready(first.page);
  // The address follows a while after the last control.
  await first.page.waitForFunction(() => location.hash.includes('theme=light'));
  const said = await energy(first.page);
  const link = new URL(first.page.url()).hash;
  assert.ok(link.length > 10, link);

  const second = await visit(chrome, server, { hash: link });
  const { page } = second;
  await ready(page);
  assert.equal(await page.getByRole('button', { name: 'Checkerboard' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByRole('button', { name: 'Eraser' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByTestId('proofs').getByRole('button', { name: 'where wrong' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByRole('slider', { name: 'Before and after' }).getAttribute('aria-valuenow'), '0');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  assert.equal(await page.getByTestId('tools').locator('.slide').first().locator('.figure').textContent(), '2');
  assert.equal(await energy(page), said);
  await first.context.close();
  await second.context.close();
});

test('a broken link is no worse than none', async () => {
  for (const hash of ['#%%%', '#mask=zzzz&split=9999&brush=-1', `#mask=${'f'.repeat(20000)}`, '#scene=18446744073709551616&model=..%2F..%2Fetc']) {
    const { context, page } = await visit(chrome, server, { hash });
    await page.waitForFunction(() => ['ready', 'error'].includes(document.body.dataset.state), null, { timeout: 60_000 });
    await page.getByRole('heading', { name: 'What is under the dark?' }).waitFor();
    await context.close();
  }
});

test('a link to a model that is not there says so and opens another; the next choice settles it', async () => {
  const { context, page } = await visit(chrome, server, { hash: '#model=mine.safetensors' });
  await ready(page);
  assert.ok((await energy(page)) > 0);
  const said = page.getByRole('alert').filter({ hasText: 'There is no model named mine.safetensors' });
  await said.waitFor();
  assert.equal(await said.getByRole('button', { name: 'Try again' }).count(), 0, 'it would not help');
  await page.getByTestId('model').locator('summary').first().click();
  await page.getByTestId('model').getByRole('button', { name: /^photos/ }).click();
  await said.waitFor({ state: 'detached' });
  await context.close();
});

test('what is kept for later is there for the asking, and nothing of it is a hidden file', async () => {
  const { context, page } = await visit(chrome, server, { serviceWorkers: 'block' });
  const text = await page.evaluate(async () => (await fetch('precache.js')).text());
  const { files, later } = new Function('self', `${text}; return self.PRECACHE;`)({});
  const list = [...files, ...later].map(([path]) => path);
  assert.ok(list.length > 20);
  assert.deepEqual(list.filter((path) => path.split('/').some((part) => part.startsWith('.'))), []);
  const lost = await page.evaluate(async (list) => {
    const answers = await Promise.all(list.map((path) => fetch(path)));
    return list.filter((_, i) => !answers[i].ok);
  }, list);
  assert.deepEqual(lost, []);
  await context.close();
});

test('after one visit the page works without a network', async () => {
  const { context, page } = await visit(chrome, server);
  await ready(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  await page.getByRole('button', { name: 'Right half' }).click();
  await page.waitForTimeout(100);
  await ready(page);
  assert.ok((await energy(page)) > 0);
  await context.close();
});

test('on a phone: one column, nothing sticks out, a finger paints and does not scroll', async () => {
  const { context, page } = await visit(chrome, server, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await ready(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${wide} pixels stick out`);
  const top = async (id) => (await page.getByTestId(id).boundingBox()).y;
  const order = ['sees', 'prediction', 'tools', 'energy', 'model', 'strip'];
  const tops = [];
  for (const id of order) tops.push(await top(id));
  assert.deepEqual([...tops].sort((a, b) => a - b), tops, order.join(' before '));
  const [painted, developed] = await Promise.all(['sees', 'prediction'].map((id) => page.getByTestId(id).boundingBox()));
  const both = developed.y + developed.height - painted.y;
  assert.ok(both <= 740, `the prediction stays in sight while one paints: both prints take ${both} pixels`);
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.match(await count(page), /^0 of/);
  await page.evaluate(() => window.scrollTo(0, 0));
  const box = await sees(page).boundingBox();
  const [from, to] = [box.y + box.height * 0.2, box.y + box.height * 0.8].map((y) => ({ x: box.x + box.width / 2, y }));
  const scrolled = await page.evaluate(() => window.scrollY);
  const client = await context.newCDPSession(page);
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [from] });
  for (let i = 1; i <= 8; i++) {
    await client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: from.x, y: from.y + ((to.y - from.y) * i) / 8 }] });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  assert.equal(await page.evaluate(() => window.scrollY), scrolled);
  assert.ok(parseInt(await count(page), 10) >= 4, await count(page));
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, label.chip, input[type="range"]')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height > 0 && !element.matches('.link, .away, .proof, .frame, .choice *'))
      .filter((element) => element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(small, []);
  await context.close();
});

test('axe finds nothing serious: dark, light, dialogs, card', async () => {
  const axe = createRequire(import.meta.url).resolve('axe-core');
  const { context, page } = await visit(chrome, server, { bypassCSP: true });
  await ready(page);
  await page.addScriptTag({ path: axe });
  const check = async (where) => {
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const serious = found.violations.filter((rule) => ['serious', 'critical'].includes(rule.impact));
    assert.deepEqual(serious.map((rule) => `${where}: ${rule.id}: ${rule.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`), []);
  };
  await check('dark');
  for (const summary of await page.getByTestId('model').locator('summary').all()) await summary.click();
  await check('card');
  await page.getByLabel('Device', { exact: true }).click();
  await check('device');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Light or dark/ }).click();
  await check('light');
  for (const key of ['?', 'f']) {
    await ready(page);
    await page.locator('body').press(key);
    await page.getByRole('dialog').waitFor();
    await check(`dialog ${key}`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  }
  await context.close();
});

test('the mouse paints, and the prediction follows', async () => {
  const { context, page } = await visit(chrome, server);
  await ready(page);
  await page.getByRole('button', { name: 'Clear' }).click();
  await stroke(page, sees(page), [[0.1, 0.5], [0.9, 0.5]]);
  await ready(page);
  assert.match(await count(page), /^8 of 64/);
  const row = await energy(page);
  await stroke(page, sees(page), [[0.1, 0.7], [0.9, 0.7]]);
  await page.waitForFunction((row) => parseFloat(document.querySelector('output').textContent) !== row, row);
  await context.close();
});
