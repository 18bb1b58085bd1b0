// The panels of the room "Together": energies of a pair, patches, collapse, parts that fit, things out of place.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { apart, browser, pixels, serve, visit } from './darkroom.mjs';

/** What the room says where pictures fall together. */
const COLLAPSED = /dead|dying|close together|one point/;

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

/** Enters a panel of the room, on the scenes that a first visitor finds. */
async function enter(panel, { controls = '', ...options } = {}) {
  const found = await visit(chrome, server, { hash: `#room=together&panel=${panel}${controls}`, ...options });
  await found.page.getByTestId(panel).waitFor();
  await found.page.waitForFunction(() => document.body.dataset.state === 'ready' && document.querySelector('.reel .frame'), null, { timeout: 180_000 });
  return found;
}

const slide = (page, name, value) => page.getByRole('slider', { name, exact: true }).fill(String(value));

/** Number of the large energy, once it is what `fits` says. */
async function energy(page, fits) {
  const output = page.getByLabel('Energy of A and A disturbed', { exact: true });
  for (let i = 0; i < 200; i++) {
    const value = parseFloat(await output.textContent());
    if (Number.isFinite(value) && fits(value)) return value;
    await page.waitForTimeout(50);
  }
  return assert.fail(`the energy stays at ${await output.textContent()}`);
}

test('a picture that is disturbed has an energy to itself, and none as it was', async () => {
  const { context, page, seen } = await enter('pair', { controls: '&a=7&b=19' });
  await energy(page, (value) => value === 0);
  await slide(page, 'Crop', 0.4);
  const cropped = await energy(page, (value) => value > 0.001);
  assert.ok(cropped <= 4);
  await page.waitForFunction(() => location.hash.includes('crop'));
  await page.getByRole('button', { name: 'As it was' }).click();
  await energy(page, (value) => value === 0);
  await page.getByRole('img', { name: /patches|lines/i }).first().waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a patch pointed at lights what is like it; colours and attention are a touch away', async () => {
  const { context, page, seen } = await enter('patches', { controls: '&a=7' });
  const large = page.getByLabel(/^Patches of /);
  const colours = page.locator('.print .over');
  const heat = await settled(page, colours);
  await large.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
  const moved = await changed(page, colours, heat);
  await page.getByRole('button', { name: 'Colours' }).click();
  await changed(page, colours, moved);
  await page.getByRole('button', { name: 'Attention' }).click();
  const heads = page.getByRole('list', { name: 'Heads of the last layer' }).getByRole('listitem').first();
  await heads.waitFor();
  // The link holds it, beside where one looks on the map.
  await page.waitForFunction(() => location.hash.includes('show=heads'));
  await page.reload();
  await heads.waitFor({ timeout: 120_000 });
  assert.equal(await page.getByRole('button', { name: 'Attention' }).getAttribute('aria-pressed'), 'true');
  assert.deepEqual(seen.errors, []);
  await context.close();
});

/** Pixels of a canvas once they stay as they are. */
async function settled(page, canvas) {
  let before = await pixels(canvas);
  for (let i = 0; i < 100; i++) {
    await page.waitForTimeout(200);
    const now = await pixels(canvas);
    if (new Set(now).size > 8 && apart(before, now) === 0 && i > 10) return now;
    before = now;
  }
  return before;
}

/** Pixels of a canvas once they are others than `before`. */
async function changed(page, canvas, before) {
  for (let i = 0; i < 200; i++) {
    const now = await pixels(canvas);
    if (apart(before, now) > 1) return now;
    await page.waitForTimeout(50);
  }
  return assert.fail('nothing changed');
}

test('a run trains, collapses when what stops it is taken away, waits, is kept and forgotten', async () => {
  const { context, page, seen } = await enter('collapse');
  const panel = page.getByTestId('collapse');
  const spectrum = panel.getByRole('img', { name: /^Spectrum/ });
  assert.equal(await spectrum.getAttribute('aria-label'), 'Spectrum: nothing yet');
  await panel.getByRole('button', { name: 'Start' }).click();
  await page.waitForFunction(() => /Step [1-9]\d/.test(document.querySelector('[data-testid="collapse"]').textContent), null, { timeout: 60_000 });
  const verdict = panel.locator('.verdict');
  assert.doesNotMatch(await verdict.textContent(), COLLAPSED);
  const lever = panel.getByRole('switch', { name: 'What stops collapse' });
  await lever.click();
  await verdict.filter({ hasText: COLLAPSED }).waitFor({ timeout: 60_000 });
  assert.match(page.url(), /&guard=off/);
  await panel.getByRole('button', { name: 'Pause' }).click();
  assert.match(await spectrum.getAttribute('aria-label'), /^Spectrum: \d+ of \d+ principal axes in use; the widest 0\.\d+, all 0\.\d+ if even$/);
  await page.waitForTimeout(500);
  const step = () => panel.textContent().then((text) => Number(text.match(/Step (\d+)/)[1]));
  const paused = await step();
  await page.waitForTimeout(500);
  assert.equal(await step(), paused);
  await panel.getByRole('button', { name: 'One step' }).click();
  await page.waitForFunction((wanted) => document.querySelector('[data-testid="collapse"]').textContent.includes(`Step ${wanted}`), paused + 1);
  const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Save the weights' }).click()]);
  assert.match(file.suggestedFilename(), /\.safetensors$/);
  await panel.getByRole('button', { name: 'Reset' }).click();
  await panel.getByRole('button', { name: 'Start' }).waitFor();
  assert.equal(await lever.getAttribute('aria-checked'), 'true', 'the next run begins with it');
  await page.waitForFunction(() => !location.hash.includes('guard'));
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("a run on one's own pictures, from a link without what stops collapse: it is put in place and taken away, slowly", async () => {
  const { context, page, seen } = await enter('collapse', { controls: '&guard=off' });
  const panel = page.getByTestId('collapse');
  const guard = panel.getByRole('switch', { name: 'What stops collapse' });
  await panel.getByText('taken away').waitFor();
  // Before anything trains it is thrown for the run to come.
  for (const wanted of [true, false]) {
    await guard.click();
    await page.waitForFunction((wanted) => !location.hash.includes('guard=off') === wanted, wanted);
    assert.equal(await guard.getAttribute('aria-checked'), String(wanted));
  }
  await panel.getByRole('button', { name: 'My pictures' }).click();
  await panel.getByRole('button', { name: 'Start' }).click();
  const reaches = (least) => page.waitForFunction((least) => Number(document.querySelector('[data-testid="collapse"]').textContent.match(/Step (\d+)/)?.[1] ?? 0) >= least, least, { timeout: 60_000 });
  await reaches(5);
  const step = () => panel.textContent().then((text) => Number(text.match(/Step (\d+)/)[1]));
  for (const [name, first] of [
    ['What stops collapse', 'false'],
    ['Slow', 'false'],
  ]) {
    const lever = panel.getByRole('switch', { name });
    const then = first === 'true' ? 'false' : 'true';
    assert.equal(await lever.getAttribute('aria-checked'), first);
    for (const wanted of [then, first]) {
      await lever.click();
      await page.waitForFunction(([element, wanted]) => element.getAttribute('aria-checked') === wanted, [await lever.elementHandle(), wanted], { timeout: 60_000 });
      await reaches((await step()) + 2);
    }
  }
  await page.waitForFunction(() => location.hash.includes('guard=off'));
  // Another method goes on from there, one with nothing to take away does not.
  await panel.getByRole('button', { name: 'Reset' }).click();
  await guard.click();
  await panel.getByRole('combobox', { name: 'Method' }).selectOption('supervised');
  await panel.getByText('This method has nothing to take away').waitFor();
  assert.ok(await guard.isDisabled());
  await page.waitForFunction(() => !location.hash.includes('guard'));
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('two models side by side: two maps, and how many of the nearest they share', async () => {
  const { context, page, seen } = await enter('map', { controls: '&second=parts' });
  await page.getByLabel('Map of the pictures, through the second model').waitFor({ timeout: 120_000 });
  const nearest = page.getByTestId('nearest');
  await nearest.getByText('nearest are the same in both models').waitFor({ timeout: 120_000 });
  assert.ok((await nearest.getByRole('list', { name: 'Nearest pictures through parts' }).getByRole('button').count()) > 3);
  // Pairs, groups and patches are those of one of them, the same in all panels.
  const [matrix, groups, patches] = ['matrix', 'groups', 'patches'].map((panel) => page.getByTestId(panel));
  const through = (panel, model) => panel.getByRole('group', { name: 'Seen through' }).getByRole('button', { name: model });
  const pressed = async (panel, model) => assert.equal(await through(panel, model).getAttribute('aria-pressed'), 'true');
  const pairs = matrix.getByLabel('Energies of all pairs', { exact: true });
  const maps = page.getByLabel('Map of the pictures', { exact: true });
  const first = await settled(page, pairs);
  const grouped = await pixels(maps);
  await pressed(matrix, 'together');
  await through(matrix, 'parts').click();
  await changed(page, pairs, first);
  await changed(page, maps, grouped);
  await pressed(groups, 'parts');
  await page.getByRole('tab', { name: 'Patches' }).click();
  await pressed(patches, 'parts');
  const colours = page.locator('.print .over');
  const heat = await settled(page, colours);
  await page.waitForFunction(() => location.hash.includes('through=second'));
  await through(patches, 'together').focus();
  await page.keyboard.press('Enter');
  await changed(page, colours, heat);
  await page.waitForFunction(() => !location.hash.includes('through'));
  await through(patches, 'parts').click();
  await page.getByRole('button', { name: 'Put the second model away' }).click();
  await patches.getByRole('group', { name: 'Seen through' }).waitFor({ state: 'detached' });
  await page.waitForFunction(() => !location.hash.includes('through'));
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test("a bond of one's own: a network is trained at it and becomes a point", async () => {
  const { context, page, seen } = await enter('place');
  const card = page.getByRole('region', { name: 'Train at a bond' });
  await card.getByRole('button', { name: 'Train at this bond' }).click();
  await card.getByRole('progressbar', { name: 'Training' }).waitFor();
  await card.getByText('The numbers').click({ timeout: 240_000 });
  await card.getByRole('cell', { name: /300 steps/ }).waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('parts that may fit: a guess first, then the rankings', async () => {
  const { context, page, seen } = await enter('fit', { controls: '&a=7' });
  const panel = page.getByTestId('fit');
  await panel.getByRole('button', { name: /Look through .parts/ }).click();
  await panel.getByRole('button', { name: /Look through .parts/ }).waitFor({ state: 'detached', timeout: 120_000 });
  await page.waitForFunction(() => document.body.dataset.state === 'ready', null, { timeout: 120_000 });
  const parts = panel.getByRole('list', { name: 'Parts that may fit' }).getByRole('button');
  await parts.first().waitFor({ timeout: 60_000 });
  assert.equal(await panel.getByText('It puts the right one').count(), 0, 'no ranking before the guess');
  await parts.first().click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="fit"] .ranking').length === 2, null, { timeout: 120_000 });
  await panel.getByText('It puts the right one').first().waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a masked autoencoder ranks parts without a predictor beside it', async () => {
  const { context, page, seen } = await enter('fit', { controls: '&a=7&first=photos' });
  const panel = page.getByTestId('fit');
  await panel.getByText('“photos” draws the hole and ranks by that alone').waitFor({ timeout: 120_000 });
  await panel.getByRole('button', { name: /Look through .parts/ }).waitFor();
  const parts = panel.getByRole('list', { name: 'Parts that may fit' }).getByRole('button');
  await parts.first().click({ timeout: 60_000 });
  await panel.getByText('It puts the right one').waitFor();
  assert.equal(await panel.locator('.ranking').count(), 1);
  assert.equal(await panel.getByText('no common scale').count(), 0);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a link keeps the model that draws the hole', async () => {
  const { context, page, seen } = await enter('fit', { controls: '&a=7&first=parts&drawing=scenes' });
  const lens = page.getByTestId('fit').getByRole('button', { name: /^Drawn by *scenes/ });
  await lens.waitFor({ timeout: 120_000 });
  await lens.click();
  const dialog = page.getByRole('dialog', { name: 'Draw the hole with' });
  await dialog.getByRole('button', { name: /^photos\b/ }).click();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.hash.includes('drawing=photos'));
  await page.getByRole('button', { name: /^Drawn by *photos/ }).waitFor({ timeout: 120_000 });
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('out of place: one number for the model, between setting and object', async () => {
  const { context, page, seen } = await enter('place');
  const panel = page.getByTestId('place');
  const output = panel.getByRole('status').first();
  await output.waitFor({ timeout: 60_000 });
  const part = parseFloat(await output.textContent());
  assert.ok(part >= 0 && part <= 1, String(part));
  await panel.getByText('a rare pair').waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('axe finds nothing serious in any panel, and on a phone nothing sticks out', async () => {
  for (const panel of ['pair', 'patches', 'collapse', 'fit', 'place']) {
    const { context, page } = await enter(panel, { viewport: { width: 360, height: 740 }, bypassCSP: true });
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id}: ${v.nodes[0].html}`));
    assert.deepEqual(found, [], panel);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${panel} sticks out`);
    await context.close();
  }
});
