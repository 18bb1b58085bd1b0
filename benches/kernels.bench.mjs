// Every kernel of src/kernels beside what Burn composes of its own operations: in turn, in one process, on every core.
import { execFileSync } from 'node:child_process';
import { bench } from './native.mjs';
import { report, versus } from './report.mjs';

const ROUNDS = process.env.DARKROOM_BENCH_ROUNDS ?? 30;
const { kernels } = JSON.parse(execFileSync(bench(), ['kernels', ROUNDS], { encoding: 'utf8' }));
report('kernels', kernels.map(({ name, ours, plain }) => versus(`kernel: ${name}`, ours, plain, { peer: "Burn's own" })));
