// Where an NVIDIA GPU is to be had, at half precision beside PyTorch's compiled step on the same card: a step of ViT-B at a
// batch of the paper's scale by accumulation, and steps of SimCLR, with how busy they keep the card. And what the whole program
// makes of what its bare step allows there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ENCODERS, rate } from './encoders.mjs';
import { alike, Live } from './live.mjs';
import { onCuda, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { gist, median, report, versus } from './report.mjs';
import { train } from './whole.mjs';

const [ROUNDS, LIMIT, PRECISION] = [4, 1.5, 'bf16'];
const masked = { batch: 128, batches: 32 };
const joint = { batch: 512, steps: 10 };
const MASKED = `training step, ViT-B, half precision, ${masked.batches} batches of ${masked.batch}, CUDA`;
const whatOf = ({ name }) => `training step, SimCLR, ${name}, batch ${joint.batch}, half precision, CUDA`;
const busyOf = ({ name }) => ({ what: `    the GPU kept busy meanwhile, ${name}`, floor: 0.9, unit: '×' });
const whole = { batch: 256, steps: 400, bare: 50 };
const WHOLE = { what: 'darkroom train, whole program, photos, half precision, CUDA: part of what the bare step allows', floor: 0.95, unit: '×' };
// Half precision has eight bits; batch norms, of few places in their last layers, make more of what is rounded.
const ALIKE = { masked: 2e-2, joint: 5e-2 };
// A card's utilisation is a mean over up to a second.
const [SAMPLES_MS, SAMPLES_A_SECOND, BUSY_S] = [200, 5, 8];

const found = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' });
if (found.status === 0 && found.stdout.includes('GPU')) await measure();
else {
  const timed = (what) => ({ what, limit: LIMIT, unit: '×' });
  const rows = [timed(MASKED), ...ENCODERS.flatMap((encoder) => [timed(whatOf(encoder)), busyOf(encoder)]), WHOLE];
  report('cuda', rows.map((row) => ({ missing: 'no NVIDIA GPU here', ...row })), { timed: false });
}

async function measure() {
  mkdirSync(SCRATCH, { recursive: true });
  const { bench: program, darkroom } = onCuda();
  const rows = [];
  const raw = [];
  const first = await ofMasked(program, rows, raw);
  for (const encoder of ENCODERS) await ofJoint(program, encoder, rows, raw);
  await ofWhole(program, darkroom, rows, raw);
  report('cuda', rows, { versions: { PyTorch: first.torch }, about: first, raw });
}

async function ofMasked(program, rows, raw) {
  const { batch, batches } = masked;
  const out = join(SCRATCH, 'cuda');
  const ours = new Live([program, 'step', 'vit-b', batch, out, 'cuda', PRECISION, batches]);
  const mine = await ours.next();
  const theirs = new Live(script('mae_step.py', out, 'cuda', PRECISION, batches));
  const about = await theirs.next();
  alike(await ours.steps(1, { keep: false }), await theirs.steps(1, { keep: false }), ALIKE.masked);
  await inTurn(ours, theirs, 1);
  // Forward once, backward twice; two operations a multiply-add.
  const operations = 6 * mine.multiply_adds * batch * batches;
  const part = (side) => operations / (gist(side.times).median / 1e3) / about.matrix_limit;
  rows.push(versus(`${MASKED}, ${about.card}`, ours.times, theirs.times, { limit: LIMIT, peer: `PyTorch ${about.torch}` }));
  for (const [name, side] of [['ours', ours], ['PyTorch', theirs]]) rows.push({ what: `    part of the card's own matrix speed, ${name}`, value: part(side), unit: '×' });
  raw.push({ what: MASKED, ours: ours.times, theirs: theirs.times });
  [ours, theirs].forEach((side) => side.end());
  return about;
}

async function ofJoint(program, encoder, rows, raw) {
  const [out, what] = [join(SCRATCH, 'cuda-views'), whatOf(encoder)];
  const set = [`backbone=${encoder.ours}`, 'device=cuda', `precision=${PRECISION}`];
  const ours = new Live([program, 'views', 'simclr', joint.batch, out, ...set]);
  const mine = await ours.next();
  const theirs = new Live(script('joint/step.py', out, encoder.theirs, rate(joint.batch), 'cuda', PRECISION));
  const about = await theirs.next();
  if (about.parameters !== mine.parameters) throw new Error(`${mine.parameters} and ${about.parameters} parameters are not the same network`);
  alike(await ours.steps(1, { keep: false }), await theirs.steps(1, { keep: false }), ALIKE.joint);
  // Kernels are chosen and compiled in the first few.
  for (const side of [ours, theirs]) await side.steps(joint.steps, { keep: false });
  await inTurn(ours, theirs, joint.steps);
  rows.push(versus(`${what}, ${about.card}`, ours.times, theirs.times, { limit: LIMIT, peer: `PyTorch ${about.torch}` }));
  theirs.end();
  const enough = Math.ceil((1e3 * BUSY_S) / gist(ours.times).median);
  const value = await busyness(ours.steps(enough, { keep: false }));
  const busy = busyOf(encoder);
  rows.push({ ...busy, value, holds: value >= busy.floor });
  raw.push({ what, ours: ours.times, theirs: theirs.times });
  ours.end();
}

async function ofWhole(program, darkroom, rows, raw) {
  const { batch, steps } = whole;
  const bare = new Live([program, 'step', 'photos', batch, join(SCRATCH, 'cuda-whole'), 'cuda', PRECISION]);
  await bare.next();
  await bare.steps(10, { keep: false });
  await bare.steps(whole.bare);
  const words = ['--preset', 'photos', '--set', 'mask=random:0.75', '--set', `precision=${PRECISION}`];
  const { rate } = train(darkroom, { words, steps, batch, device: 'cuda' });
  await bare.steps(whole.bare);
  const value = rate / ((1e3 * batch) / median(bare.times));
  rows.push({ ...WHOLE, value, holds: value >= WHOLE.floor });
  raw.push({ what: WHOLE.what, rate, bare: bare.times });
  bare.end();
}

/** Steps of both sides, one after the other and each first as often. */
async function inTurn(ours, theirs, steps) {
  for (let round = 0; round < ROUNDS; round++) for (const side of round % 2 ? [ours, theirs] : [theirs, ours]) await side.steps(steps);
}

/** The part of the time in which the card has something to do until `work` is done, but for its first two seconds and its last. */
async function busyness(work) {
  const query = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', `--loop-ms=${SAMPLES_MS}`, '--id=0'];
  const watch = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'inherit'] });
  const samples = [];
  createInterface({ input: watch.stdout }).on('line', (line) => samples.push(Number(line) / 100));
  await work.finally(() => watch.kill());
  const kept = samples.slice(2 * SAMPLES_A_SECOND, -SAMPLES_A_SECOND);
  if (kept.length === 0) throw new Error(`nvidia-smi gave ${samples.length} samples, which are too few`);
  return kept.reduce((sum, sample) => sum + sample, 0) / kept.length;
}
