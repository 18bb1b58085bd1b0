// The bare training step on the CPU beside PyTorch's: the network of `--preset photos`, batch 64, the same weights on the
// same batch in memory, with one thread and with two. Four programs live at once, and one at a time takes two steps.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alike, Live } from './live.mjs';
import { bench, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { figure, gist, report, versus } from './report.mjs';

const [ROUNDS, STEPS, BATCH] = [Number(process.env.DARKROOM_BENCH_ROUNDS ?? 16), 2, 64];
const THREADS = [2, 1];
mkdirSync(SCRATCH, { recursive: true });
const program = bench();
const pairs = [];
let about;
for (const threads of THREADS) {
  const out = join(SCRATCH, `step-${threads}`);
  const ours = new Live([program, 'step', 'photos', BATCH, out], { threads });
  const mine = await ours.next();
  const theirs = new Live(script('mae_step.py', out), { threads });
  about = await theirs.next();
  if (about.parameters !== mine.parameters) throw new Error(`${mine.parameters} and ${about.parameters} parameters are not the same network`);
  alike(await ours.steps(1, { keep: false }), await theirs.steps(1, { keep: false }), 1e-4);
  for (const side of [ours, theirs]) await side.steps(2, { keep: false });
  pairs.push({ threads, ours, theirs });
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { ours, theirs } of pairs) for (const side of round % 2 ? [ours, theirs] : [theirs, ours]) await side.steps(STEPS);
}

const peer = `PyTorch ${about.torch}`;
const [two, one] = pairs;
const rows = [];
for (const [{ threads, ours, theirs }, limit] of [[two, 1.2], [one, 1.1]]) {
  const what = `training step, CPU, photos, batch ${BATCH}, ${threads === 1 ? 'one thread' : 'two threads'}`;
  rows.push(versus(what, ours.times, theirs.times, { limit, peer }));
  rows.push(versus(`    the same in processor time`, ours.cpu, theirs.cpu, { peer }));
}
const gain = (side) => gist(one[side].times).median / gist(two[side].times).median;
const [ours, theirs] = [gain('ours'), gain('theirs')];
rows.push({ what: `what the second thread gains (${peer}: ${figure(theirs)} ×)`, value: ours, unit: '×', floor: theirs, holds: ours >= theirs });
const peaks = ['ours', 'theirs'].map((side) => two[side].peak() / 1e6);
rows.push({ what: `peak memory of the bare step, ours`, value: peaks[0], unit: 'MB', limit: peaks[1], holds: peaks[0] <= peaks[1] });
const raw = Object.fromEntries(pairs.map(({ threads, ours, theirs }) => [threads, { ours: { times: ours.times, cpu: ours.cpu }, theirs: { times: theirs.times, cpu: theirs.cpu } }]));
for (const { ours, theirs } of pairs) [ours, theirs].forEach((side) => side.end());
report('training', rows, { versions: { PyTorch: about.torch }, raw });
