// The CPU's kernels of src/kernels, each as a network has it, beside what Burn composes of its own operations: in turn, in one process, on
// every core. The shaders are in webgpu.bench.mjs, the tiles of WebAssembly in predict-*.bench.mjs: what they gain is a drawing's.
import { execFileSync } from 'node:child_process';
import { bench } from './native.mjs';
import { report, versus } from './report.mjs';

const ROUNDS = process.env.DARKROOM_BENCH_ROUNDS ?? 30;
const { kernels } = JSON.parse(execFileSync(bench(), ['kernels', ROUNDS], { encoding: 'utf8' }));
report('kernels', kernels.map(({ name, ours, plain }) => versus(`kernel: ${name}`, ours, plain, { peer: "Burn's own" })));
