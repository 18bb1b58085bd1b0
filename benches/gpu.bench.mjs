// The WebGPU engine: memory over fifty predictions. Where there is no GPU, Chromium's software adapter stands in, and
// its times say nothing of a real one.
import { browser, ready, serve, visit } from '../tests/web/darkroom.mjs';
import { median, report } from './report.mjs';
import { memory as held, turn, watch } from './turns.mjs';

const PREDICTIONS = 50;
const server = await serve();
const chrome = await browser({ gpu: true });

// Counts, inside the worker, what its device holds: made less destroyed or collected.
const count = `
  self.held = 0;
  const collected = new FinalizationRegistry((bytes) => { self.held -= bytes.count; bytes.count = 0; });
  const create = GPUDevice.prototype.createBuffer;
  const sizes = new WeakMap();
  GPUDevice.prototype.createBuffer = function (what) {
    const buffer = create.call(this, what);
    const bytes = { count: what.size };
    self.held += what.size;
    sizes.set(buffer, bytes);
    collected.register(buffer, bytes);
    return buffer;
  };
  const destroy = GPUBuffer.prototype.destroy;
  GPUBuffer.prototype.destroy = function () {
    const bytes = sizes.get(this);
    if (bytes) { self.held -= bytes.count; bytes.count = 0; }
    return destroy.call(this);
  };
`;
const prepare = async (page) => {
  await watch(page);
  await page.context().route('**/engine_start.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: count + (await response.text()) });
  });
};
const { page } = await visit(chrome, server, { prepare, serviceWorkers: 'block', hash: '#model=photos' });
await ready(page);
const badge = page.getByLabel('Device', { exact: true });
await badge.click();
await page.getByRole('button', { name: 'WebGPU', exact: true }).click();
await page.keyboard.press('Escape');
await page.waitForFunction(() => document.querySelector('.badge').textContent.startsWith('WebGPU'), null, { timeout: 300_000 });
await ready(page, 120_000);
const names = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name)));
const worker = page.workers()[names.indexOf('engine-webgpu')];
const times = [];
const memory = [];
for (let i = 1; i <= PREDICTIONS; i++) {
  times.push(await turn(page, 120_000));
  if (i === 10 || i === PREDICTIONS) {
    memory.push({ after: i, wasm: await held(page), device: await worker.evaluate(() => self.held) });
  }
}
const [tenth, last] = memory;
const megabytes = (of) => (last[of] - tenth[of]) / 1e6;
await chrome.close();
server.stop();
report(
  'gpu',
  [
    { what: `wasm memory grown from prediction 10 to ${PREDICTIONS}, WebGPU`, value: megabytes('wasm'), unit: 'MB', limit: 0, holds: megabytes('wasm') <= 0 },
    { what: 'device memory grown, the same', value: megabytes('device'), unit: 'MB', limit: 0, holds: megabytes('device') <= 0 },
    { what: 'device memory held', value: last.device / 1e6, unit: 'MB' },
    { what: 'one prediction, photos model, this adapter, median', value: median(times), unit: 'ms' },
  ],
  { times, memory },
);
