// Both sides of a benchmark in one page, each in its worker, one prediction after the other in turn.
import { apart, apartInLevels, bytes, open } from './case.js';
import { Ours } from './ours.js';
import { Theirs } from './theirs.js';

const KINDS = { cpu: ['engine', 'wasm'], webgpu: ['engine-webgpu', 'webgpu'] };

/** Opens `ours` or `theirs` on a device and draws once; how long that took from an empty worker on, in milliseconds. */
window.first = async (side, device, name) => {
  window.case ??= await open(`/files/${name}`);
  const file = await bytes(side === 'ours' ? `/files/${name}.weights.safetensors` : `/files/${name}.onnx`);
  const start = performance.now();
  const [engine, provider] = KINDS[device];
  const rival = side === 'ours' ? new Ours(engine) : new Theirs(provider);
  const about = await rival.open(file, window.case);
  const opened = performance.now();
  const drawing = await rival.predict();
  const ms = performance.now() - start;
  window[side] = rival;
  // Ours comes back in bytes, which may round the other way.
  const error = side === 'ours' ? apartInLevels(window.case, drawing.rgba) / 255 : apart(window.case, drawing.drawn);
  return { ms, opening_ms: opened - start, error, about: about.version ?? about };
};

/** So many predictions of each side, in turn: the network's milliseconds of each. */
window.turns = async (count) => {
  const times = { ours: [], theirs: [] };
  for (let i = 0; i < count; i++) {
    // Who went first goes second next time: neither always finds the caches of the other.
    for (const side of i % 2 ? ['ours', 'theirs'] : ['theirs', 'ours']) times[side].push((await window[side].predict()).ms);
  }
  return times;
};
window.loaded = true;
