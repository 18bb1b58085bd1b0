// Where an NVIDIA GPU is to be had: a step of ViT-B at half precision, at a batch of the paper's scale by accumulation,
// beside PyTorch's compiled step on the same card.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alike, Live } from './live.mjs';
import { benchOnCuda, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { gist, report, versus } from './report.mjs';

const [BATCH, BATCHES, ROUNDS, LIMIT] = [128, 32, 4, 1.5];
const what = `training step, ViT-B, half precision, ${BATCHES} batches of ${BATCH}, CUDA`;
// What is asked of methods that compare embeddings. They are trained in f32 so far, on whichever device.
const joint = [
  { what: 'training step, SimCLR, ResNet-18 and ViT-tiny, batch 512, half precision, CUDA', limit: LIMIT, unit: '×' },
  { what: 'the GPU kept busy meanwhile', floor: 0.9, unit: '×' },
  { what: "kNN on CIFAR-10, ResNet-18, 200 epochs, beside lightly's table: SimCLR, BYOL, Barlow Twins, SwAV within 1 point", floor: 4, unit: 'of 4' },
];
const missing = (why) => joint.map((row) => ({ ...row, missing: why }));
const found = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' });
if (found.status === 0 && found.stdout.includes('GPU')) await measure();
else report('cuda', [{ what, limit: LIMIT, unit: '×', missing: 'no NVIDIA GPU here' }, ...missing('no NVIDIA GPU here')], { timed: false });

async function measure() {
  mkdirSync(SCRATCH, { recursive: true });
  const out = join(SCRATCH, 'cuda');
  const ours = new Live([benchOnCuda(), 'step', 'vit-b', BATCH, out, 'cuda', 'bf16', BATCHES]);
  const mine = await ours.next();
  const theirs = new Live(script('mae_step.py', out, 'cuda', 'bf16', BATCHES));
  const about = await theirs.next();
  // Half precision has eight bits.
  alike(await ours.steps(1, { keep: false }), await theirs.steps(1, { keep: false }), 2e-2);
  for (let round = 0; round < ROUNDS; round++) for (const side of round % 2 ? [ours, theirs] : [theirs, ours]) await side.steps(1);
  [ours, theirs].forEach((side) => side.end());
  // Forward once, backward twice; two operations a multiply-add.
  const operations = 6 * mine.multiply_adds * BATCH * BATCHES;
  const part = (side) => operations / (gist(side.times).median / 1e3) / about.matrix_limit;
  const rows = [versus(`${what}, ${about.card}`, ours.times, theirs.times, { limit: LIMIT, peer: `PyTorch ${about.torch}` })];
  for (const [name, side] of [['ours', ours], ['PyTorch', theirs]]) rows.push({ what: `    part of the card's own matrix speed, ${name}`, value: part(side), unit: '×' });
  rows.push(...missing('these methods take no half precision yet'));
  report('cuda', rows, { versions: { PyTorch: about.torch }, about, ours: ours.times, theirs: theirs.times });
}
