// The page in Chromium: from the address to the first live prediction, one prediction, the page's own thread while one
// paints, and memory over many predictions.
import { browser, ready, serve, visit } from '../tests/web/darkroom.mjs';
import { median, report } from './report.mjs';
import { memory as held, quiet, tasks, turn, watch } from './turns.mjs';

const VISITS = 5;
const PREDICTIONS = 500;
const server = await serve();
const rows = [];
const raw = {};

const model = (name) => `#model=${name}`;

const starts = [];
for (let i = 0; i < VISITS; i++) {
  const chrome = await browser();
  const began = performance.now();
  const { page } = await visit(chrome, server, { prepare: watch, hash: model('photos') });
  await ready(page);
  starts.push(performance.now() - began);
  await chrome.close();
}
raw.starts = starts;
rows.push({ what: 'cold start to first live prediction, photos model', value: median(starts) / 1000, unit: 's', limit: 4, holds: median(starts) <= 4000 });

const chrome = await browser();
const { page, context } = await visit(chrome, server, { prepare: watch, hash: model('photos') });
await ready(page);
await page.waitForTimeout(2000);
const times = [];
const memory = [];
const client = await context.newCDPSession(page);
for (let i = 0; i < PREDICTIONS; i++) {
  const ms = await turn(page);
  if (i >= 10) times.push(ms);
  if (i === 9 || i === PREDICTIONS - 1) {
    await client.send('HeapProfiler.collectGarbage');
    const { usedSize } = await client.send('Runtime.getHeapUsage');
    memory.push({ after: i + 1, page: usedSize, engine: await held(page) });
  }
}
raw.times = times;
raw.memory = memory;
rows.push({ what: 'one prediction, CPU in the browser, photos model, median', value: median(times), unit: 'ms', limit: 60, holds: median(times) <= 60 });
const grown = memory[1].engine - memory[0].engine;
rows.push({ what: `engine memory grown from prediction 10 to ${PREDICTIONS}`, value: grown, unit: 'bytes', limit: 0, holds: grown <= 0 });
const heap = (memory[1].page - memory[0].page) / 1e6;
rows.push({ what: `page heap grown from prediction 10 to ${PREDICTIONS}`, value: heap, unit: 'MB', limit: 2, holds: heap <= 2 });

// Painting, as fast as a hand: sixty moves a second over the whole print.
await page.keyboard.press('0');
await ready(page);
const canvas = page.getByLabel('What the model sees', { exact: true });
const box = await canvas.boundingBox();
await quiet(page);
for (let stroke = 0; stroke < 6; stroke++) {
  const y = box.y + (box.height * (stroke + 0.5)) / 6;
  await page.mouse.move(box.x + 5, y);
  await page.mouse.down();
  for (let step = 1; step <= 40; step++) {
    await page.mouse.move(box.x + 5 + ((box.width - 10) * step) / 40, y);
    await page.waitForTimeout(12);
  }
  await page.mouse.up();
}
rows.push(await tasks(page, 'while painting', raw));

await chrome.close();
server.stop();
report('page', rows, { raw });
