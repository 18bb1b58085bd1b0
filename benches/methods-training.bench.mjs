// The bare training step of SimCLR on the CPU beside PyTorch's: ResNet-18 with CIFAR's stem and ViT-tiny with patches of 4 px,
// 32 px, the settings of the preset `cifar`, the same weights on the same two views of each picture in memory, with one thread
// and with two. As in training.bench.mjs all programs live at once, and one at a time takes steps.
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ENCODERS, rate } from './encoders.mjs';
import { alike, Live } from './live.mjs';
import { bench, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { report, versus } from './report.mjs';

const [ROUNDS, STEPS, BATCH, LIMIT] = [Number(process.env.DARKROOM_BENCH_ROUNDS ?? 6), 1, 32, 1.2];
// In f32 the gradient's norm through PyTorch's convolutions and norms of maps whose channels lie together is 3e-4 off what it
// is in f64, and ours is 4e-6 off.
const ALIKE = 1e-3;
const THREADS = cpus().length > 1 ? [2, 1] : [1];
mkdirSync(SCRATCH, { recursive: true });
const rows = [];
const raw = [];
let torch;
for (const network of ENCODERS) {
  const pairs = [];
  for (const threads of THREADS) {
    const out = join(SCRATCH, `views-${threads}`);
    const ours = new Live([bench(), 'views', 'simclr', BATCH, out, `backbone=${network.ours}`], { threads });
    const mine = await ours.next();
    const theirs = new Live(script('joint/step.py', out, network.theirs, rate(BATCH)), { threads });
    const about = await theirs.next();
    if (about.parameters !== mine.parameters) throw new Error(`${mine.parameters} and ${about.parameters} parameters are not the same network`);
    alike(await ours.steps(1, { keep: false }), await theirs.steps(1, { keep: false }), ALIKE);
    for (const side of [ours, theirs]) await side.steps(1, { keep: false });
    torch = about.torch;
    pairs.push({ threads, ours, theirs });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { ours, theirs } of pairs) for (const side of round % 2 ? [ours, theirs] : [theirs, ours]) await side.steps(STEPS);
  }
  for (const { threads, ours, theirs } of pairs) {
    const what = `training step, CPU, SimCLR, ${network.name}, batch ${BATCH}, ${threads === 1 ? 'one thread' : 'two threads'}`;
    const peer = `PyTorch ${torch}`;
    rows.push(versus(what, ours.times, theirs.times, { limit: LIMIT, peer }));
    rows.push(versus('    the same in processor time', ours.cpu, theirs.cpu, { peer }));
    raw.push({ network: network.ours, threads, ours: { times: ours.times, cpu: ours.cpu }, theirs: { times: theirs.times, cpu: theirs.cpu } });
    for (const side of [ours, theirs]) side.end();
  }
}
report('methods-training', rows, { versions: { PyTorch: torch }, raw });
