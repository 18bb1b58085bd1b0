// Hiding: brush, keys, kinds of masks, masks as files, undo; and what is seen of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { apart, browser, energy, pixels, ready, serve, stroke, visit } from './darkroom.mjs';

let server;
let chrome;
let page;
let context;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  server?.stop();
});
beforeEach(async () => {
  ({ page, context } = await visit(chrome, server));
  await ready(page);
});
afterEach(() => context.close());

const sees = () => page.getByLabel('What the model sees', { exact: true });
const prediction = () => page.getByRole('img', { name: 'Prediction', exact: true });
const hidden = async () => parseInt(await page.getByTestId('sees').locator('.figure').textContent(), 10);
const press = (name) => page.getByRole('button', { name, exact: true }).click();

test('painting changes what the model sees and what it predicts', async () => {
  await press('Clear');
  await ready(page);
  assert.equal(await hidden(), 0);
  assert.match(await page.getByTestId('energy').textContent(), /Nothing is hidden/);
  await page.getByRole('slider', { name: 'Before and after' }).press('End');
  const [seen, drawn] = [await pixels(sees()), await pixels(prediction())];
  await page.getByRole('slider', { name: 'Brush size' }).or(page.getByTestId('tools').locator('input[type="range"]').first()).fill('3');
  await stroke(page, sees(), [[0.5, 0.3], [0.5, 0.7]]);
  await ready(page);
  assert.ok((await hidden()) >= 12);
  assert.ok(apart(seen, await pixels(sees())) > 5, 'the left print shows what is hidden');
  assert.ok(apart(drawn, await pixels(prediction())) > 0.5, 'the prediction changes');
  assert.ok((await energy(page)) > 0);
});

test('every kind of mask hides what it says, and the energy is of that', async () => {
  const expected = { 'Right half': 32, 'Lower half': 32, Middle: 16, 'All but the middle': 48, Checkerboard: 32 };
  const seen = new Set();
  for (const [name, patches] of Object.entries(expected)) {
    await press(name);
    await ready(page);
    assert.equal(await hidden(), patches, name);
    seen.add(await energy(page));
  }
  assert.ok(seen.size >= 4, 'different masks have different energies');
  await press('Random');
  assert.equal(await hidden(), 48);
  const before = await pixels(sees());
  await press('Random anew');
  assert.equal(await hidden(), 48);
  assert.ok(apart(before, await pixels(sees())) > 5, 'another seed hides other patches');
  await press('Invert');
  assert.equal(await hidden(), 16);
});

test('by keyboard alone', async () => {
  await page.locator('body').press('0');
  assert.equal(await hidden(), 0);
  await sees().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  assert.equal(await hidden(), 1);
  await page.keyboard.press('Space');
  assert.equal(await hidden(), 0);
  await page.keyboard.press('Control+z');
  assert.equal(await hidden(), 1);
  await page.keyboard.press('Control+Shift+z');
  assert.equal(await hidden(), 0);
  for (const [key, patches] of [['2', 32], ['4', 16], ['5', 48], ['6', 32], ['1', 48], ['i', 16]]) {
    await page.keyboard.press(key);
    assert.equal(await hidden(), patches, `key ${key}`);
  }
});

test('undo and redo walk through every stroke', async () => {
  await press('Clear');
  const steps = [0];
  for (const y of [0.1, 0.4, 0.8]) {
    await stroke(page, sees(), [[0.1, y], [0.9, y]]);
    steps.push(await hidden());
  }
  for (const expected of steps.slice(0, -1).reverse()) {
    await press('Undo');
    assert.equal(await hidden(), expected);
  }
  for (const expected of steps.slice(1)) {
    await press('Redo');
    assert.equal(await hidden(), expected);
  }
});

test('a mask goes out as a PNG and comes back the same', async () => {
  await press('Checkerboard');
  const before = await pixels(sees());
  const [download] = await Promise.all([page.waitForEvent('download'), press('Save the mask')]);
  const png = await readFile(await download.path());
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  await press('Clear');
  await page.getByLabel('Open a mask').setInputFiles({ name: 'mask.png', mimeType: 'image/png', buffer: png });
  await page.waitForFunction(() => document.querySelector('[data-testid="sees"] .figure').textContent.startsWith('32'));
  assert.equal(apart(before, await pixels(sees())), 0);
});

test('a mask of another shape, with holes, or finer than the screen', async () => {
  await press('Middle');
  await openMask('wide.png', 4000, 20, 'all');
  await page.getByRole('alert').filter({ hasText: 'wide.png' }).filter({ hasText: 'cannot be scaled' }).waitFor();
  assert.equal(await hidden(), 16);
  await openMask('holes.png', 64, 64, 'left');
  await page.waitForFunction(() => document.querySelector('[data-testid="sees"] .figure').textContent.startsWith('32'));
  await press('Clear');
  // Every second pixel: half of each patch, which is enough; one patch always stays.
  await openMask('fine.png', 2048, 2048, 'every second');
  await page.waitForFunction(() => document.querySelector('[data-testid="sees"] .figure').textContent.startsWith('63'));
});

/** Opens a mask that is white here and there, and transparent elsewhere. */
async function openMask(name, width, height, where) {
  const bytes = await page.evaluate(
    async ([width, height, where]) => {
      const white = { all: () => true, left: (x) => x < width / 2, 'every second': (x, y) => (x + y) % 2 === 0 }[where];
      const image = new ImageData(width, height);
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (white(x, y)) image.data.fill(255, 4 * (y * width + x), 4 * (y * width + x) + 4);
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d').putImageData(image, 0, 0);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
    },
    [width, height, where],
  );
  await page.getByLabel('Open a mask').setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(bytes) });
}

test('what is no mask is refused by name, and the mask stays', async () => {
  await press('Middle');
  for (const [name, buffer] of [['empty.png', Buffer.alloc(0)], ['letter.png', Buffer.from('hello, I am a letter')]]) {
    await page.getByLabel('Open a mask').setInputFiles({ name, mimeType: 'image/png', buffer });
    await page.getByRole('alert').filter({ hasText: name }).waitFor();
  }
  assert.equal(await hidden(), 16);
});

test('the truth while its key is held, and the slider by key', async () => {
  await page.getByRole('slider', { name: 'Before and after' }).press('End');
  const guess = await pixels(prediction());
  await page.keyboard.down('t');
  const truth = await pixels(prediction());
  await page.keyboard.up('t');
  assert.ok(apart(guess, truth) > 0.5);
  assert.equal(apart(guess, await pixels(prediction())), 0);
  await page.getByRole('slider', { name: 'Before and after' }).press('Home');
  assert.ok(apart(truth, await pixels(prediction())) < 0.5);
});

test('a patch pointed at tells its own energy, a visible one that it is visible', async () => {
  await press('Right half');
  await ready(page);
  const box = await sees().boundingBox();
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.5);
  assert.match(await page.locator('.pointed').textContent(), /Under the brush: 0\.\d+/);
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.5);
  assert.match(await page.locator('.pointed').textContent(), /visible/);
});

test('the prints are saved as one picture', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), press('Save')]);
  const png = await readFile(await download.path());
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.ok(png.readUInt32BE(16) > 600, 'it is wide enough for several prints');
});
