// The room "Together": its pictures, its map, what it keeps, and how it looks to those who cannot see it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { apart, browser, drop, native, paint, pixels, ready, scratch, serve, visit } from './darkroom.mjs';

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

const ROOM = '#room=together';
const frames = (page) => page.getByRole('listbox', { name: 'Film strip' }).getByRole('option');
const frame = (page, name) => page.getByRole('option', { name: new RegExp(`^${name}(,|$)`) });
const plane = (page) => page.getByLabel('Map of the pictures', { exact: true });
const nearest = (page) => page.getByTestId('nearest').getByRole('listitem');
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text });

/** Enters the room and waits until all it does by itself is done. */
async function enter({ hash = ROOM, ...options } = {}) {
  const found = await visit(chrome, server, { hash, ...options });
  await settled(found.page);
  return found;
}

async function settled(page) {
  await page.waitForFunction(() => document.body.dataset.state === 'ready' && document.querySelector('.reel .frame'), null, { timeout: 180_000 });
}

/** Some pictures, as files: `p0.png`, `p1.png`, … */
async function pictures(page, count) {
  const files = [];
  for (let i = 0; i < count; i++) files.push({ name: `p${i}.png`, type: 'image/png', bytes: await paint(page, { hue: (i * 360) / count }) });
  return files;
}

/** Empties the room and drops so many pictures there. */
async function only(page, count) {
  await page.getByRole('button', { name: 'Take all pictures out' }).click();
  await page.getByText('Nothing here yet').waitFor();
  if (count === 0) return;
  await drop(page, await pictures(page, count));
  await page.waitForFunction((count) => document.querySelectorAll('.reel .frame').length === count, count);
  await settled(page);
  await quiet(page);
}

/** What came well is not complained of. */
async function quiet(page) {
  assert.deepEqual(await page.getByRole('alert').allTextContents(), []);
}

/** Whether something is drawn on the map. */
async function drawn(page, canvas = plane(page)) {
  const data = await pixels(canvas, 96);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 0) colours.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
  return colours.size;
}

test('rooms are links, and each loads its own program alone', async () => {
  const { context, page, seen } = await visit(chrome, server);
  await ready(page);
  assert.equal(await page.getByRole('link', { name: 'Hidden' }).getAttribute('aria-current'), 'page');
  assert.ok(!seen.requests.some((url) => /together.*\.(js|wasm)$/.test(url)), 'Hidden loads nothing of the other room but its styles');
  await page.getByRole('link', { name: 'Together' }).click();
  await page.getByRole('heading', { name: 'Which pictures belong together?' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Together' }).getAttribute('aria-current'), 'page');
  await settled(page);
  await page.getByRole('link', { name: 'Hidden' }).click();
  await page.getByRole('heading', { name: 'What is under the dark?' }).waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a room that does not load says so', async () => {
  const prepare = (_, context) => context.route(/together\.js$/, (route) => route.abort());
  const { context, page } = await visit(chrome, server, { hash: ROOM, prepare });
  await alert(page, 'This room could not be loaded').waitFor();
  await context.close();
});

test('a first visitor finds scenes on a map', async () => {
  const { context, page, seen } = await enter();
  assert.ok((await frames(page).count()) > 8);
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="nearest"] li').length > 0);
  assert.ok((await drawn(page)) > 4);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('dropped pictures come onto the map; one is chosen, and its neighbours are listed with energies', async () => {
  const { context, page } = await enter();
  await only(page, 12);
  await frame(page, 'p3.png').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="nearest"]').textContent.includes('p3.png'));
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="nearest"] li').length === 8);
  const energies = (await nearest(page).allTextContents()).map(parseFloat);
  assert.ok(energies.every((energy) => energy >= 0 && energy <= 4), String(energies));
  assert.deepEqual(energies, [...energies].sort((a, b) => a - b));
  await nearest(page).first().getByRole('button').click();
  await page.waitForFunction(() => !document.querySelector('[data-testid="nearest"]').textContent.includes('“p3.png”'));
  assert.ok((await drawn(page)) > 4);
  await context.close();
});

test('a click on the map chooses, keys go from picture to picture, the wheel zooms', async () => {
  const { context, page } = await enter();
  await only(page, 9);
  const chosen = () => page.locator('.reel .frame.own').getAttribute('aria-label');
  const before = await chosen();
  await plane(page).focus();
  let moved = before;
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']) {
    await page.keyboard.press(key);
    if ((await chosen()) !== before) moved = await chosen();
  }
  assert.notEqual(moved, before);
  const whole = await pixels(plane(page));
  const box = await plane(page).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(() => location.hash.includes('look='));
  assert.notDeepEqual(await pixels(plane(page)), whole);
  await page.getByRole('button', { name: 'The whole map' }).click();
  await page.waitForFunction(() => !location.hash.includes('look='));
  await context.close();
});

test('a link restores panel, pictures and controls', async () => {
  const { context, page } = await enter({ hash: `${ROOM}&a=7&b=19&map=pca&groups=3&look=0.2,0.1,2&theme=light` });
  await page.waitForFunction(() => document.querySelector('.reel .frame.own')?.getAttribute('aria-label') === 'Scene 7, chosen');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  assert.equal(await page.getByRole('button', { name: 'Widest spread' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByRole('slider', { name: 'Number of groups' }).inputValue(), '3');
  await page.getByRole('tab', { name: 'A pair' }).click();
  await page.waitForFunction(() => location.hash.includes('panel=pair'));
  for (const part of ['a=7', 'b=19', 'map=pca', 'groups=3', 'look=0.2', 'theme=light']) assert.ok(page.url().includes(part), part);
  await context.close();
});

test('a link restores which scenes lie on the map, and keeps up with them', async () => {
  const { context, page } = await enter({ hash: `${ROOM}&a=90&pictures=*3,90-91` });
  const names = () => frames(page).evaluateAll((all) => all.map((frame) => frame.getAttribute('aria-label').split(',')[0]));
  await frame(page, 'Scene 91').waitFor();
  assert.deepEqual(await names(), ['Scene 19', 'Scene 17', 'Scene 6', 'Scene 90', 'Scene 91']);
  await page.getByRole('button', { name: 'Take the chosen picture out' }).click();
  await page.waitForFunction(() => location.hash.includes('pictures=*3,91'));
  await page.reload();
  await settled(page);
  await frame(page, 'Scene 91').waitFor();
  assert.deepEqual(await names(), ['Scene 19', 'Scene 17', 'Scene 6', 'Scene 91']);
  await context.close();
});

test('the map is of the model that is open, whichever panel it was opened on', async () => {
  const { context, page } = await enter({ hash: `${ROOM}&map=pca&groups=0` });
  await settled(page);
  const of = async (model) => {
    await page.getByRole('button', { name: /^Seen through/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${model}\\b`) }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: new RegExp(`Seen through *${model}`) }).waitFor();
    await settled(page);
  };
  await page.getByRole('tab', { name: 'A pair' }).click();
  await of('photos');
  await page.getByRole('tab', { name: 'Map' }).click();
  await settled(page);
  await page.waitForTimeout(1500);
  const there = await pixels(plane(page), 96);
  await page.reload();
  await settled(page);
  await page.waitForTimeout(1500);
  assert.ok(apart(there, await pixels(plane(page), 96)) < 0.5);
  await context.close();
});

test('a link that makes no sense opens the room all the same', async () => {
  const { context, page, seen } = await enter({ hash: `${ROOM}&panel=cellar&a=%ff&b=-3&look=NaN,1&groups=900&first=%00&${'x'.repeat(6000)}` });
  await page.getByTestId('map').waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a reload keeps pictures, their order and what was chosen', async () => {
  const { context, page } = await enter();
  await only(page, 5);
  await frame(page, 'p2.png').click();
  await frame(page, 'p4.png').click({ modifiers: ['Shift'] });
  await page.waitForTimeout(400);
  await page.reload();
  await settled(page);
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 5);
  const names = await frames(page).evaluateAll((all) => all.map((frame) => frame.getAttribute('aria-label')));
  assert.deepEqual(names, ['p0.png', 'p1.png', 'p2.png, chosen', 'p3.png', 'p4.png, the second']);
  await context.close();
});

test('what is dropped is what is looked at, and is in sight again after a reload', async () => {
  const { context, page } = await enter();
  await only(page, 18);
  assert.equal(await page.locator('.reel .frame.own').getAttribute('aria-label'), 'p0.png, chosen');
  await drop(page, [{ name: 'late.png', type: 'image/png', bytes: await paint(page, { hue: 200, width: 140 }) }]);
  await frame(page, 'late.png').waitFor();
  await settled(page);
  await quiet(page);
  const inSight = () =>
    page.waitForFunction(() => {
      const [chosen, reel] = ['.reel .frame.own', '.reel'].map((name) => document.querySelector(name)?.getBoundingClientRect());
      const label = document.querySelector('.reel .frame.own')?.getAttribute('aria-label');
      return chosen && label === 'late.png, chosen' && chosen.left >= reel.left && chosen.right <= reel.right + 12;
    });
  await inSight();
  await page.waitForTimeout(400);
  await page.reload();
  await settled(page);
  await inSight();
  await context.close();
});

test('another file of the same name is another model', async () => {
  const { context, page } = await enter();
  const bring = async (model) => {
    const bytes = await readFile(new URL(`../../public/models/${model}.safetensors`, import.meta.url));
    await drop(page, [{ name: 'mine.safetensors', type: '', bytes }]);
    await page.waitForTimeout(300);
    await settled(page);
    await page.getByRole('button', { name: /^Seen through *mine/ }).click();
    const text = page.getByRole('dialog').getByRole('region', { name: 'Its card' });
    await text.getByText(model === 'scenes' ? '64 × 64 pixels' : '128 × 128 pixels').waitFor();
    await page.keyboard.press('Escape');
  };
  await bring('scenes');
  await bring('together');
  await context.close();
});

test('files that are no pictures are named, and the others come', async () => {
  const { context, page } = await enter();
  await only(page, 0);
  const [good] = await pictures(page, 1);
  await drop(page, [{ name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('no picture at all') }, { name: 'empty.png', type: 'image/png', bytes: Buffer.alloc(0) }, good]);
  await alert(page, 'notes.txt').waitFor();
  await alert(page, 'empty.png').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 1);
  await page.getByText('One picture is a point without a map.').waitFor();
  await context.close();
});

test('none, one, two pictures and twins are no trouble', async () => {
  const { context, page, seen } = await enter();
  await only(page, 0);
  await page.getByText('A map needs pictures.').waitFor();
  await drop(page, await pictures(page, 2));
  await page.getByText('Two pictures, one distance.').waitFor();
  assert.equal(await nearest(page).count(), 1);
  const [one] = await pictures(page, 1);
  await drop(page, [1, 2, 3].map((n) => ({ ...one, name: `twin${n}.png` })));
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 5);
  await settled(page);
  await frame(page, 'twin1.png').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="nearest"] li')?.textContent.startsWith('0.000'));
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('every panel says what it needs, and does what it can with one picture', async () => {
  const { context, page, seen } = await enter();
  await only(page, 0);
  const open = (panel) => page.locator(`#tab-${panel}`).click();
  for (const panel of ['pair', 'patches', 'fit']) {
    await open(panel);
    const note = page.getByTestId(panel).getByRole('note').filter({ hasText: 'There is no picture yet.' });
    await note.getByRole('button', { name: 'Add pictures' }).waitFor();
  }
  await open('collapse');
  await page.getByRole('button', { name: 'My pictures' }).click();
  await page.getByText('Add pictures first, two at least').waitFor();

  await drop(page, await pictures(page, 1));
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 1);
  await settled(page);
  await page.getByText('Add pictures first, two at least').waitFor();
  await open('pair');
  await page.getByText('A second picture shows what “far” means. Add one.').waitFor();
  await page.getByRole('slider', { name: 'Crop', exact: true }).fill('0.4');
  const energy = page.getByLabel('Energy of A and A disturbed', { exact: true });
  await page.waitForFunction((output) => parseFloat(output.textContent) > 0, await energy.elementHandle());
  await open('patches');
  await page.getByLabel(/^Patches of /).waitFor();
  await open('fit');
  await page.getByRole('list', { name: 'Parts that may fit' }).getByRole('button').first().waitFor({ timeout: 60_000 });
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('a model without attention says so and which models have it; the rest of the room goes on', async () => {
  const bytes = await scratch(async (folder) => {
    const run = join(folder, 'run');
    const knobs = ['backbone=resnet18', 'size=32', 'projector=32,16', 'batch=4', 'val_count=8', 'export=f16', 'name=residual'];
    await native('train', 'simclr', '--preset', 'tiny', '--steps', '1', '--out', run, '--quiet', ...knobs.flatMap((knob) => ['--set', knob]));
    return readFile(join(run, 'weights.safetensors'));
  });
  const { context, page, seen } = await enter({ hash: `${ROOM}&panel=patches` });
  await drop(page, [{ name: 'residual.safetensors', type: '', bytes }]);
  await page.getByRole('button', { name: /^Seen through *residual/ }).waitFor({ timeout: 60_000 });
  await settled(page);
  await page.getByRole('button', { name: 'Attention' }).click();
  const note = page.getByRole('note').filter({ hasText: '“residual.safetensors” has no attention to show: its encoder is no transformer.' });
  await note.getByRole('button', { name: 'Look through “together”' }).click();
  await page.getByRole('list', { name: 'Heads of the last layer' }).getByRole('listitem').first().waitFor({ timeout: 60_000 });
  assert.equal(await note.count(), 0);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('what is taken out can be put back where it was', async () => {
  const { context, page } = await enter();
  await only(page, 3);
  await frame(page, 'p1.png').click();
  await page.getByRole('button', { name: 'Take the chosen picture out' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.reel .frame').length === 3);
  const names = await frames(page).evaluateAll((all) => all.map((frame) => frame.getAttribute('aria-label').split(',')[0]));
  assert.deepEqual(names, ['p0.png', 'p1.png', 'p2.png']);
  await context.close();
});

test('pictures of the first room come along at the first visit', async () => {
  const { context, page } = await visit(chrome, server);
  await ready(page);
  await drop(page, [{ name: 'mine.png', type: 'image/png', bytes: await paint(page) }]);
  await page.getByRole('button', { name: 'mine.png', exact: true }).waitFor();
  await page.waitForTimeout(600);
  await page.getByRole('link', { name: 'Together' }).click();
  await frame(page, 'mine.png').waitFor({ timeout: 120_000 });
  await context.close();
});

test('tabs, strip, map and matrix are reached and left by keys', async () => {
  const { context, page } = await enter();
  await page.getByRole('tab', { name: 'Map' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { name: 'A pair' }).getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Home');
  await page.getByTestId('map').waitFor();
  await page.locator('.reel .frame.own').focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-posinset') === document.activeElement?.getAttribute('aria-setsize'));
  await page.getByLabel('Energies of all pairs', { exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('.reel .frame.second').waitFor();
  assert.ok(await page.getByRole('table', { name: /Energies of all pairs/ }).count());
  await context.close();
});

test('what a phone calls its files sticks out nowhere', async () => {
  const { context, page } = await enter({ viewport: { width: 360, height: 740 } });
  const name = `${'0123456789abcdef'.repeat(4)}.png`;
  await drop(page, [{ name, type: 'image/png', bytes: await paint(page) }]);
  await page.getByTestId('nearest').filter({ hasText: name }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await context.close();
});

test('axe finds nothing serious, dark and light, with pictures and without; targets are large enough for fingers', async () => {
  const axe = createRequire(import.meta.url).resolve('axe-core');
  const { context, page } = await enter({ bypassCSP: true, hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  await page.addScriptTag({ path: axe });
  const check = async (where) => {
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const serious = found.violations.filter((rule) => ['serious', 'critical'].includes(rule.impact));
    assert.deepEqual(serious.map((rule) => `${where}: ${rule.id}: ${rule.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`), []);
  };
  await check('dark');
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, .rooms a, label.chip, input[type="range"]')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height > 0)
      .filter((element) => element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(small, []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
  await page.getByRole('button', { name: /^Light or dark/ }).click();
  await check('light');
  await page.getByRole('button', { name: /^Seen through/ }).click();
  await page.getByRole('dialog').waitFor();
  await check('models');
  await page.keyboard.press('Escape');
  await only(page, 0);
  await check('empty');
  await context.close();
});
