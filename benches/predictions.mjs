// One prediction on the CPU, ours and onnxruntime-web's in turn: what its two benchmarks share.
import { arena, prepare } from './duel.mjs';
import { report, versus } from './report.mjs';

/** Measures the network of `weights`, and reports it as benchmark `name`. */
export async function onCpu(name, model, { weights, warm, turns, limit }) {
  const versions = prepare(name, weights);
  const { first, turns: take, version, close } = await arena('cpu');
  const { about } = await first('theirs', name);
  await first('ours', name);
  await take(warm);
  const { ours, theirs } = await take(turns);
  await close();
  const peer = `onnxruntime-web ${about}`;
  const row = versus(`one prediction, CPU in the browser, ${model}: network alone, 75 % hidden, f32`, ours, theirs, { limit, peer });
  report(name, [row], { versions: { Chromium: version, 'onnxruntime-web': about, ...versions }, ours, theirs });
}
