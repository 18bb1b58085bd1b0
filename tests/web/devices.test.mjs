// Devices: without WebGPU, with one that is wrong or lost; engines and weights that do not come; and the same answer
// everywhere: natively, in wasm on the CPU, on WebGPU.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, drop, energy, native, paint, ready, scratch, serve, visit, withoutGpuEngine } from './darkroom.mjs';

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

const badge = (page) => page.getByLabel('Device', { exact: true });
const details = (page) => page.locator('.popover');
const choose = (page, name) => page.getByRole('button', { name, exact: true }).click();

test('without WebGPU everything works, and the page says why it is the CPU', async () => {
  const prepare = (page) => page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  const { context, page } = await visit(chrome, server, { prepare });
  await ready(page);
  assert.match(await badge(page).textContent(), /^CPU/);
  await badge(page).click();
  await details(page).getByText(/no WebGPU, so the CPU computes/).waitFor();
  await details(page).getByText(/a prediction, right/).waitFor();
  await choose(page, 'WebGPU');
  await page.keyboard.press('Escape');
  await choose(page, 'Right half');
  await ready(page);
  assert.ok((await energy(page)) > 0);
  await context.close();
});

test('an engine that does not load is said, the picture stays, and another try works', async () => {
  let broken = true;
  const prepare = (page) => page.context().route('**/engine_bg.wasm', (route) => (broken ? route.abort() : route.continue()));
  const { context, page } = await visit(chrome, server, { prepare, serviceWorkers: 'block' });
  const alert = page.getByRole('alert').filter({ hasText: 'engine' });
  await alert.waitFor({ timeout: 30_000 });
  assert.equal(await page.locator('body').getAttribute('data-state'), 'error');
  assert.ok((await page.getByTestId('strip').getByRole('listitem').count()) > 0);
  broken = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await ready(page);
  assert.ok((await energy(page)) > 0);
  await context.close();
});

test('weights that do not come are said, and another try works', async () => {
  let broken = true;
  const prepare = (page) => page.context().route('**/*.safetensors', (route) => (broken ? route.abort() : route.continue()));
  const { context, page } = await visit(chrome, server, { prepare, serviceWorkers: 'block' });
  const alert = page.getByRole('alert').first();
  await alert.waitFor({ timeout: 30_000 });
  broken = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await ready(page);
  assert.ok((await energy(page)) > 0);
  await context.close();
});

test('weights that were changed on the way are refused', async () => {
  const prepare = (page) =>
    page.context().route('**/*.safetensors', async (route) => {
      const response = await route.fetch();
      const body = Buffer.from(await response.body());
      body[body.length - 1000] ^= 1;
      await route.fulfill({ response, body });
    });
  const { context, page } = await visit(chrome, server, { prepare, serviceWorkers: 'block' });
  const alert = page.getByRole('alert').first();
  await alert.waitFor({ timeout: 30_000 });
  assert.match(await alert.textContent(), /scenes/);
  await context.unrouteAll({ behavior: 'ignoreErrors' }); // the page asks again, and leaves without the answer
  await context.close();
});

test('a download goes on where it broke off', async (t) => {
  const cutting = await serve('--cut', 'models/scenes.safetensors:700000');
  t.after(() => cutting.stop());
  const { context, page, seen } = await visit(chrome, cutting, { serviceWorkers: 'block' });
  const ranges = [];
  page.on('request', () => {});
  context.on('request', (request) => request.url().endsWith('.safetensors') && ranges.push(request.headers().range ?? 'all'));
  const state = () => page.locator('body').getAttribute('data-state');
  await page.waitForFunction(() => ['ready', 'error'].includes(document.body.dataset.state), null, { timeout: 60_000 });
  if ((await state()) === 'error') await page.getByRole('button', { name: 'Try again' }).click();
  await ready(page);
  const asked = seen.requests.filter((url) => url.endsWith('.safetensors')).length;
  assert.ok(asked >= 2, 'the first answer was cut, so it was asked for again');
  assert.ok((await energy(page)) > 0);
  await context.close();
});

/** What the native program says of this very picture under this very mask. */
function natively(picture, hide) {
  return scratch(async (folder) => {
    const path = join(folder, 'same.png');
    await writeFile(path, picture);
    const weights = new URL('../../public/models/scenes.safetensors', import.meta.url).pathname;
    const said = JSON.parse(await native('predict', path, '--model', weights, '--hide', hide, '--device', 'cpu', '--json'));
    return (Array.isArray(said) ? said[0] : (said.pictures?.[0] ?? said)).energy;
  });
}

async function samePicture(page) {
  // Of the model's own size, so that no resizing comes between.
  const picture = await paint(page, { width: 64, height: 64, hue: 280 });
  await page.getByTestId('model').locator('summary').first().click();
  await page.getByTestId('model').getByRole('button', { name: /^scenes/ }).click();
  await drop(page, [{ name: 'same.png', type: 'image/png', bytes: picture }]);
  await page.getByRole('button', { name: 'same.png', exact: true }).waitFor();
  return picture;
}

test('the same picture and mask have the same energy natively and in wasm', async () => {
  const { context, page, seen } = await visit(chrome, server);
  await ready(page);
  const picture = await samePicture(page);
  for (const [chip, hide] of [['Right half', 'half:right'], ['Checkerboard', 'checkerboard'], ['Middle', 'block']]) {
    await choose(page, chip);
    await page.waitForTimeout(100);
    await ready(page);
    const [here, there] = [await energy(page), await natively(picture, hide)];
    assert.ok(Math.abs(here - there) < 0.01 * there, `${chip}: ${here} in the page, ${there} natively`);
  }
  // The engine says so where it could not link its own tiles: then the compiler's were compared.
  assert.deepEqual(seen.warnings.filter((warning) => /take longer/.test(warning)), []);
  await context.close();
});

test('on WebGPU the same energy, chosen by hand; lost in the middle, the CPU goes on', { skip: withoutGpuEngine, timeout: 300_000 }, async (t) => {
  const chrome = await browser({ gpu: true });
  t.after(() => chrome.close());
  const { context, page } = await visit(chrome, server);
  await ready(page);
  const picture = await samePicture(page);
  await choose(page, 'Right half');
  await ready(page);
  await badge(page).click();
  await choose(page, 'WebGPU');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('.badge').textContent.startsWith('WebGPU'), null, { timeout: 200_000 });
  await choose(page, 'Checkerboard');
  await page.waitForTimeout(200);
  await ready(page, 120_000);
  const [here, there] = [await energy(page), await natively(picture, 'checkerboard')];
  assert.ok(Math.abs(here - there) < 0.02 * there, `${here} on WebGPU, ${there} natively`);

  const devtools = await chrome.newBrowserCDPSession();
  await choose(page, 'Lower half');
  await devtools.send('Browser.crashGpuProcess');
  await page.waitForFunction(() => document.querySelector('.badge').textContent.startsWith('CPU'), null, { timeout: 60_000 });
  await page.getByText(/picture and mask are as they were/).waitFor();
  await choose(page, 'Right half');
  await ready(page);
  assert.ok((await energy(page)) > 0);
  assert.equal(await page.getByRole('button', { name: 'same.png', exact: true }).getAttribute('aria-pressed'), 'true');
});
