// The room "Together" in Chromium, on the CPU: pictures to a map, a heat map under the pointer, training and its collapse,
// and a map of thousands.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browser, carry, drop, letGo, paint, serve, visit } from '../tests/web/darkroom.mjs';
import { median, report } from './report.mjs';
import { quiet, tasks, watch } from './turns.mjs';

const FEW = 100;
const MANY = 5000;
/** What the room says where pictures fall together. */
const COLLAPSED = /dead|dying|close together|one point/;
const server = await serve();
const chrome = await browser();
const rows = [];
const raw = {};

/** The first pictures of a tar: a header of 512 bytes before each file. */
function* untar(bytes) {
  for (let at = 0; at + 512 <= bytes.length; ) {
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = parseInt(bytes.toString('ascii', at + 124, at + 136), 8);
    if (!name || Number.isNaN(size)) return;
    if (name.endsWith('.jpg')) yield { name, type: 'image/jpeg', bytes: bytes.subarray(at + 512, at + 512 + size) };
    at += 512 + 512 * Math.ceil(size / 512);
  }
}

/** Photographs where there are some, pictures painted by the browser otherwise. */
async function pictures(page, count) {
  const tar = join(process.env.DARKROOM_DATA ?? '', 'photos-128', 'val.tar');
  const photographs = process.env.DARKROOM_DATA && existsSync(tar) ? [...untar(readFileSync(tar))].slice(0, count) : [];
  if (photographs.length === count) return { files: photographs, kind: 'photographs' };
  const files = [];
  for (let i = 0; i < count; i++) files.push({ name: `p${i}.jpg`, type: 'image/jpeg', bytes: await paint(page, { width: 128, height: 128, type: 'image/jpeg', hue: (i * 360) / count }) });
  return { files, kind: 'painted pictures' };
}

/** Photographs as a camera leaves them, 12 million pixels each: the given ones made large, with a sensor's noise so that they take as long to decode. */
const enlarge = (page, files) =>
  page.evaluate(
    async ([files, count, [width, height]]) => {
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext('2d');
      const grain = new OffscreenCanvas(512, 512);
      const noise = new ImageData(512, 512);
      for (let i = 0; i < noise.data.length; i++) noise.data[i] = i % 4 === 3 ? 24 : Math.random() * 256;
      grain.getContext('2d').putImageData(noise, 0, 0);
      const large = [];
      for (const data of files) {
        const small = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
        pen.drawImage(small, 0, 0, width, height);
        pen.fillStyle = pen.createPattern(grain, 'repeat');
        pen.fillRect(0, 0, width, height);
        large.push(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 }));
      }
      window.carried = new DataTransfer();
      for (let i = 0; i < count; i++) window.carried.items.add(new File([large[i % large.length]], `camera-${i}.jpg`, { type: 'image/jpeg' }));
      return large.reduce((sum, blob) => sum + blob.size, 0) / large.length;
    },
    [files.slice(0, 10).map(({ bytes }) => Buffer.from(bytes).toString('base64')), FEW, [4032, 3024]],
  );

const calm = (page, frames, timeout) =>
  page.waitForFunction((frames) => document.body.dataset.state === 'ready' && document.querySelectorAll('.reel .frame').length >= frames, frames, { timeout, polling: 20 });

async function enter(panel) {
  const { page, context } = await visit(chrome, server, { prepare: watch, hash: `#room=together&panel=${panel}` });
  await calm(page, 1, 120_000);
  return { page, context };
}

/** Dropped pictures to a map with neighbours, decoding and embedding included. */
async function toMap(page, what, which) {
  await page.waitForTimeout(500);
  await quiet(page);
  const began = performance.now();
  await letGo(page);
  await calm(page, 1, 120_000);
  await page.getByText(`${FEW} pictures`, { exact: true }).waitFor({ timeout: 120_000 });
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="nearest"] li').length > 0, null, { timeout: 120_000, polling: 20 });
  const mapped = (performance.now() - began) / 1000;
  rows.push({ what: `${FEW} dropped ${what} to a map`, value: mapped, unit: 's', limit: 15, holds: mapped <= 15 });
  rows.push(await tasks(page, `while ${which} come`, raw));
}

const { page, context } = await enter('map');
const empty = page.getByRole('button', { name: 'Take all pictures out' });
await empty.click();
const { files, kind } = await pictures(page, FEW);
const bytes = await enlarge(page, files);
await toMap(page, `${kind} of 12 megapixels (${(bytes / 1e6).toFixed(1)} MB each)`, 'those large ones');
await empty.click();
await carry(page, files);
await toMap(page, kind, 'these');

// From a pointer that comes upon another patch to the frame that shows what is like it, in that picture and in all others.
await page.getByRole('tab', { name: 'Patches' }).click();
const large = page.getByLabel(/^Patches of /);
await large.waitFor();
const more = page.getByRole('button', { name: 'Show more' });
while (await more.isVisible()) await more.click();
await page.waitForFunction((count) => document.querySelectorAll('[data-testid="patches"] .over:not([hidden])').length === count, FEW);
await page.waitForTimeout(1000);
const heats = await large.evaluate(async (canvas) => {
  const sheets = [...document.querySelectorAll('[data-testid="patches"] .over')];
  const [first, last] = [sheets[0], sheets.at(-1)];
  const look = (sheet) => sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data.join();
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const times = [];
  for (let i = 0; i < 30; i++) {
    const before = [look(first), look(last)];
    const at = { clientX: left + ((i % 6) + 1.5) * (width / 8), clientY: top + ((i % 5) + 1.5) * (height / 8) };
    const start = performance.now();
    canvas.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true }));
    do await frame();
    while (performance.now() - start < 2000 && (look(first) === before[0] || look(last) === before[1]));
    times.push(performance.now() - start);
    await new Promise((later) => setTimeout(later, 150));
  }
  return times;
});
raw.heats = heats;
rows.push({ what: `heat map of ${FEW} pictures behind the pointer, median`, value: median(heats), unit: 'ms', limit: 50, holds: median(heats) <= 50 });
await context.close();

// The room's own network, as it comes; then what stops collapse is taken away.
const run = await enter('collapse');
const panel = run.page.getByTestId('collapse');
const told = () => panel.textContent();
await panel.getByRole('button', { name: 'Start' }).click();
await run.page.waitForTimeout(5000);
const step = async () => Number((await told()).match(/Step (\d+)/)?.[1]);
const [first, from] = [await step(), performance.now()];
await run.page.waitForTimeout(10_000);
const pace = ((await step()) - first) / ((performance.now() - from) / 1000);
rows.push({ what: 'collapse watched: steps a second of the default network', value: pace, unit: 'steps', floor: 10, holds: pace >= 10 });
if (COLLAPSED.test(await panel.locator('.verdict').textContent())) throw new Error('The network had collapsed before anything was taken away.');
await panel.getByRole('switch', { name: 'What stops collapse' }).click();
const thrown = performance.now();
await panel.locator('.verdict').filter({ hasText: COLLAPSED }).waitFor({ timeout: 60_000 });
const sign = (performance.now() - thrown) / 1000;
rows.push({ what: 'collapse watched: first sign after the switch', value: sign, unit: 's', limit: 20, holds: sign <= 20 });
await run.context.close();

// Thousands on a map, dragged and zoomed.
const many = await enter('map');
await many.page.getByRole('button', { name: 'Take all pictures out' }).click();
const some = [];
for (let i = 0; i < 50; i++) some.push({ type: 'image/jpeg', bytes: await paint(many.page, { width: 64, height: 64, type: 'image/jpeg', hue: (i * 360) / 50 }) });
for (let i = 0; i < MANY; i += 500) await drop(many.page, Array.from({ length: 500 }, (_, k) => ({ ...some[(i + k) % 50], name: `m${i + k}.jpg` })));
await many.page.getByText(/5,?000 pictures/).first().waitFor({ timeout: 600_000 });
await many.page.waitForFunction(() => document.body.dataset.state === 'ready', null, { timeout: 600_000 });
const box = await many.page.getByLabel('Map of the pictures', { exact: true }).boundingBox();
await many.page.evaluate(() => {
  window.frames = [];
  window.tasks = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
});
await many.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
for (let i = 0; i < 12; i++) await many.page.mouse.wheel(0, i < 6 ? -240 : 120);
await many.page.mouse.down();
for (let i = 0; i < 120; i++) await many.page.mouse.move(box.x + box.width / 2 + 80 * Math.sin(i / 8), box.y + box.height / 2 + 60 * Math.cos(i / 8));
await many.page.mouse.up();
const frames = (await many.page.evaluate(() => window.frames)).slice(1).sort((a, b) => a - b);
const slow = frames[Math.floor(frames.length * 0.95)];
raw.frames = frames;
rows.push({ what: `map of ${MANY.toLocaleString('en')} pictures, dragged and zoomed: 95 of 100 frames within`, value: slow, unit: 'ms', limit: 34, holds: slow <= 34 });
rows.push(await tasks(many.page, `with ${MANY.toLocaleString('en')} pictures`, raw));

await chrome.close();
server.stop();
report('together', rows, { raw });
