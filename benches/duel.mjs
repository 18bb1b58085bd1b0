// Our engine beside onnxruntime-web: the same network with the same weights on the same picture, in one page, in turn.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { browser } from '../tests/web/darkroom.mjs';
import { files } from './files.mjs';
import { bench, ROOT, SCRATCH } from './native.mjs';
import { packages, peer } from './peers.mjs';

/** What a peer's drawing may differ from ours, relative to the largest value: beyond it, it computes something else. */
const ALIKE = 1e-4;

/** Prepares both sides' files for a network of `weights`; `name` is theirs in the scratch folder. */
export function prepare(name, weights) {
  mkdirSync(SCRATCH, { recursive: true });
  const path = join(SCRATCH, name);
  execFileSync(bench(), ['case', weights, path], { stdio: 'inherit' });
  if (weights !== `${path}.weights.safetensors`) copyFileSync(weights, `${path}.weights.safetensors`);
  return peer('mae_onnx.py', weights, `${path}.onnx`);
}

const hasGpu = process.platform !== 'linux' || existsSync('/dev/dri/renderD128');
/** Which GPU Chromium lends: the machine's own where it seems to have one. `DARKROOM_ADAPTER=software` insists on the other. */
export const ADAPTER = hasGpu && process.env.DARKROOM_ADAPTER !== 'software' ? 'own' : 'software';

/** A page in which `first(side, name)` opens a side and `turns(count)` lets both predict in turn. */
export async function arena(device) {
  const served = await files({
    '/': join(ROOT, 'benches', 'browser'),
    '/dist/': join(ROOT, 'dist'),
    '/ort/': join(packages(), 'onnxruntime-web', 'dist'),
    '/files/': SCRATCH,
  });
  const chrome = await browser({ gpu: device === 'webgpu' && ADAPTER });
  const page = await chrome.newPage();
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  page.setDefaultTimeout(600_000);
  await page.goto(served.url);
  await page.waitForFunction(() => window.loaded);
  const first = async (side, name) => {
    const opened = await page.evaluate(([side, device, name]) => window.first(side, device, name), [side, device, name]);
    const allowed = ALIKE + (side === 'ours' ? 0.5 / 255 : 0);
    if (!(opened.error <= allowed)) throw new Error(`${side}: a drawing ${opened.error} apart from the native program's; no more than ${allowed} would be the same network`);
    return opened;
  };
  const close = async () => {
    await chrome.close();
    served.stop();
  };
  return { first, turns: (count) => page.evaluate((count) => window.turns(count), count), version: chrome.version(), close };
}
