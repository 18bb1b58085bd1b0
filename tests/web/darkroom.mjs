// What every test in the browser needs: the served page, Chromium, and words for what a visitor does.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const XTASK = process.env.DARKROOM_XTASK;
const CHROMIUM = process.env.CHROMIUM;
if (!XTASK || !CHROMIUM) throw new Error('Run these tests with `cargo xtask test --only web`: it says where the browser and the server are.');

const hasGpuEngine = existsSync(join(ROOT, 'dist/engine-webgpu.js'));
/** Why a test of WebGPU is left out, where it is. */
export const withoutGpuEngine = hasGpuEngine ? false : 'dist/ was built with --cpu-only and has no WebGPU engine';

/** Serves `dist/` under a sub-path, as a static host would. Switches go to `cargo xtask serve`. */
export async function serve(...switches) {
  const server = spawn(XTASK, ['serve', '--no-build', '--port', '0', '--base', '/some/where/', ...switches], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await new Promise((found, failed) => {
    let said = '';
    const read = (text) => {
      said += text;
      const at = said.match(/http:\/\/localhost:\d+\/\S*/);
      if (at) found(at[0]);
    };
    server.stdout.setEncoding('utf8').on('data', read);
    server.stderr.setEncoding('utf8').on('data', read);
    server.on('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  return { url, stop: () => server.kill() };
}

const SOFTWARE = ['--use-webgpu-adapter=swiftshader', '--use-vulkan=swiftshader', '--use-angle=swiftshader'];

/** Chromium. `gpu` lends it the software adapter, or the machine's own where it is `'own'`; without it there is no WebGPU at all. */
export function browser({ gpu = false } = {}) {
  const lent = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist', ...(gpu === 'own' ? [] : SOFTWARE)];
  const args = gpu ? lent : ['--disable-features=WebGPU', '--disable-gpu'];
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', ...args] });
}

/**
 * A fresh visitor on the page, with what went wrong and what was fetched written down.
 * Options are those of Playwright's `newContext`, and `hash`, the link that the visitor follows.
 */
export async function visit(browser, server, { hash = '', prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  const page = await context.newPage();
  const seen = { errors: [], warnings: [], requests: [] };
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('console', (message) => ({ error: seen.errors, warning: seen.warnings })[message.type()]?.push(message.text()));
  context.on('request', (request) => seen.requests.push(request.url()));
  if (prepare) await prepare(page, context);
  await page.goto(server.url + hash);
  return { context, page, seen };
}

/** Waits until the page has answered everything it was asked. */
export async function ready(page, timeout = 60_000) {
  await page.waitForFunction(() => document.body.dataset.state === 'ready', null, { timeout });
}

/** The energy on the page, as a number; waits until it is one. */
export async function energy(page) {
  const output = page.getByRole('status', { name: 'Energy' });
  await page.waitForFunction((element) => Number.isFinite(parseFloat(element.textContent)), await output.elementHandle());
  return parseFloat(await output.textContent());
}

/** Pixels of a canvas, `[r, g, b, a, …]`, drawn on a square of `side`. */
export function pixels(canvas, side = 64) {
  return canvas.evaluate((from, side) => {
    const small = new OffscreenCanvas(side, side);
    const pen = small.getContext('2d');
    pen.drawImage(from, 0, 0, side, side);
    return [...pen.getImageData(0, 0, side, side).data];
  }, side);
}

/** How far two lists of pixels are apart: mean absolute difference, 0..255. */
export function apart(a, b) {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

/** Drags with the mouse over a canvas; points are parts of its sides, `[[0.1, 0.1], [0.4, 0.1]]`. */
export async function stroke(page, canvas, points) {
  const box = await canvas.boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
  await page.mouse.up();
}

/** Files in the visitor's hand, above the page. */
export async function carry(page, files) {
  const list = files.map(({ name, type, bytes }) => ({ name, type, data: Buffer.from(bytes).toString('base64') }));
  await page.evaluate((list) => {
    window.carried = new DataTransfer();
    for (const { name, type, data } of list) {
      window.carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
    }
  }, list);
}

/** Lets go of what is carried. */
export const letGo = (page) =>
  page.evaluate(() => {
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: window.carried }));
    }
  });

/** Drops files on the page as from a file manager: `[{ name, type, bytes }]`. */
export async function drop(page, files) {
  await carry(page, files);
  await letGo(page);
}

/** A picture painted by the browser: a smooth ramp of colours with a disc in it, as PNG or JPEG. */
export async function paint(page, { width = 96, height = 96, type = 'image/png', hue = 30 } = {}) {
  const data = await page.evaluate(
    async ([width, height, type, hue]) => {
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext('2d');
      const ramp = pen.createLinearGradient(0, 0, width, height);
      ramp.addColorStop(0, `hsl(${hue} 70% 70%)`);
      ramp.addColorStop(1, `hsl(${hue + 120} 60% 25%)`);
      pen.fillStyle = ramp;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = '#fff';
      pen.beginPath();
      pen.arc(width / 2, height / 2, Math.min(width, height) / 5, 0, 7);
      pen.fill();
      const blob = await canvas.convertToBlob({ type, quality: 0.9 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, height, type, hue],
  );
  return Buffer.from(data);
}

/** A file of the repository. */
export const file = (path) => readFile(new URL(path, `file://${ROOT}`));

/** What `use` makes of an empty folder, which is gone afterwards. */
export async function scratch(use) {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the native program prints. */
export async function native(...words) {
  const program = join(process.env.DARKROOM_TARGET, 'release', process.platform === 'win32' ? 'darkroom.exe' : 'darkroom');
  const { stdout } = await promisify(execFile)(program, words);
  return stdout;
}

/**
 * Starts an engine of the room "Together" by its worker's name on a page, asked directly in its own words. `ask` gives `[kind,
 * words, buffers]`; buffers of f32 come back as lists of numbers where `floats` says so, as bytes where `whole` does, otherwise
 * as their sizes. What it says unasked is in `window.moments` and `window.progress`.
 */
export async function engine(page, name) {
  await page.evaluate(async (name) => {
    const worker = new Worker('engine_start.js', { type: 'module', name });
    const waiting = new Map();
    let job = 0;
    window.moments = [];
    window.progress = [];
    window.engines ??= {};
    window.engines[name] = (body, bytes) =>
      new Promise((answered) => {
        job += 1;
        waiting.set(job, answered);
        const buffers = bytes ? [Uint8Array.from(bytes).buffer] : [];
        worker.postMessage({ json: JSON.stringify({ job, body }), buffers }, buffers);
      });
    await new Promise((ready, failed) => {
      worker.onmessage = ({ data }) => {
        const { job, body } = JSON.parse(data.json);
        const [kind, words] = typeof body === 'string' ? [body, null] : Object.entries(body)[0];
        if (kind === 'Ready') ready();
        else if (kind === 'Lost' || (job === 0 && kind === 'Failed')) {
          failed(new Error(words));
          for (const answered of waiting.values()) answered([kind, words, []]);
        } else if (kind === 'Trained') window.moments.push(words);
        else if (kind === 'Progress') window.progress.push({ job, ...words });
        else waiting.get(job)?.([kind, words, data.buffers]);
      };
    });
  }, name);
  const ask = (body, { floats = false, whole = false, bytes } = {}) =>
    page.evaluate(
      async ([name, body, floats, whole, bytes]) => {
        const [kind, words, buffers] = await window.engines[name](body, bytes);
        const told = (buffer) => (floats ? [...new Float32Array(buffer)] : whole ? [...new Uint8Array(buffer)] : buffer.byteLength);
        return [kind, words, buffers.map(told)];
      },
      [name, body, floats, whole, bytes],
    );
  return { ask };
}
