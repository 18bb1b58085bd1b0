// WebGPU beside onnxruntime-web's: the first prediction, from an empty worker in a fresh browser on, and one prediction
// after another. Where there is no GPU, Chromium's software adapter stands in for one, and the rows say so.
import { join } from 'node:path';
import { ADAPTER, arena, prepare } from './duel.mjs';
import { ROOT } from './native.mjs';
import { report, versus } from './report.mjs';

const NAME = 'webgpu';
const FRESH = Number(process.env.DARKROOM_BENCH_ROUNDS ?? 3);
const [WARM, TURNS] = [1, 8];
const versions = prepare(NAME, join(ROOT, 'public', 'models', 'photos.safetensors'));
const firsts = { ours: [], theirs: [] };
for (let i = 0; i < FRESH; i++) {
  for (const side of i % 2 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
    const { first, close } = await arena('webgpu');
    firsts[side].push(await first(side, NAME));
    await close();
  }
}
const { first, turns, version, close } = await arena('webgpu');
const { about } = await first('theirs', NAME);
const { about: adapter } = await first('ours', NAME);
await turns(WARM);
const { ours, theirs } = await turns(TURNS);
await close();

const peer = `onnxruntime-web ${about}`;
const on = ADAPTER === 'software' ? 'software adapter (a proxy: no GPU here)' : adapter;
const times = (side) => firsts[side].map(({ ms }) => ms);
report(
  NAME,
  [
    versus(`one prediction, WebGPU, photos, ${on}`, ours, theirs, { limit: 1, peer }),
    versus(`first prediction, WebGPU, photos, ${on}: from an empty worker on`, times('ours'), times('theirs'), { limit: 1.5, peer }),
  ],
  { versions: { Chromium: version, 'onnxruntime-web': about, ...versions }, adapter, ours, theirs, firsts },
);
