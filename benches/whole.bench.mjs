// `darkroom train`, the whole program, beside what its bare step allows: in turn, the same network and batch, of a masked
// autoencoder with the same share of hidden patches, of SimCLR with two views of each picture, and of DINO with ten. Pictures come from
// DARKROOM_DATA's photographs where it is set, else from the procedural worlds.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Live } from './live.mjs';
import { bench, darkroom, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { median, report } from './report.mjs';
import { photographs, train } from './whole.mjs';

const [ROUNDS, BATCH, FLOOR] = [2, 64, 0.85];
const data = photographs ? 'photographs' : 'scenes';
// The network and views that the shipped `together` was trained with, and blur besides.
const VIEWS = {
  size: 128, backbone: 'vit:192x6/3/16', projector: '512,128', crop_scale: '0.2,1', jitter: 1, blur: 1,
  optimiser: 'adamw', base_lr: 0.002, weight_decay: 0.05,
};
// As many views as any paper has: small ones cost a network little, and take as much making.
const MANY = {
  ...VIEWS, projector: '512,512,128', crop_scale: '0.4,1', prototypes: 2048, local_views: 8, local_size: 48, local_crop: '0.05,0.4', freeze_last: 0,
};
const words = (of) => Object.entries(of).map(([name, value]) => `${name}=${value}`);
const [views, many] = [words(VIEWS), words(MANY)];
const set = (list) => list.flatMap((change) => ['--set', change]);
const CASES = [
  { name: 'photos', steps: 100, bare: ['step', 'photos', BATCH], train: ['--preset', 'photos', '--set', 'mask=random:0.75'] },
  { name: 'SimCLR, two views', steps: 40, bare: ['views', 'simclr', BATCH], more: views, train: ['simclr', '--preset', 'cifar', ...set([...views, 'val_count=64', 'probe=256'])] },
  { name: 'DINO, ten views', steps: 20, bare: ['views', 'dino', BATCH], more: many, train: ['dino', '--preset', 'cifar', ...set([...many, 'val_count=64', 'probe=256'])] },
];
mkdirSync(SCRATCH, { recursive: true });

/** Rates of the whole program, and times of the bare step, in turn. */
async function measured(of) {
  const out = join(SCRATCH, `whole-${of.bare[0]}`);
  const bare = new Live([bench(), ...of.bare, out, ...(of.more ?? [])]);
  await bare.next();
  await bare.steps(3, { keep: false });
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) {
    await bare.steps(8);
    runs.push(train(darkroom(), { words: of.train, steps: of.steps, batch: BATCH, device: 'cpu' }));
  }
  await bare.steps(8);
  bare.end();
  return { name: of.name, out, runs, bare: bare.times };
}

const rows = [];
const cases = [];
for (const of of CASES) {
  const found = await measured(of);
  const [rate, allowed] = [median(found.runs.map((run) => run.rate)), (1000 * BATCH) / median(found.bare)];
  rows.push(
    { what: `darkroom train, whole program, ${data}, ${of.name}: part of what the bare step allows`, value: rate / allowed, unit: '×', floor: FLOOR, holds: rate / allowed >= FLOOR },
    { what: '    pictures a second, whole program', value: rate, unit: '/s' },
    { what: '    the same, bare step alone', value: allowed, unit: '/s' },
  );
  cases.push(found);
}
const theirs = new Live(script('mae_step.py', cases[0].out));
const about = await theirs.next();
await theirs.steps(4);
const [peak, limit] = [median(cases[0].runs.map((run) => run.peak)) / 1e6, theirs.peak() / 1e6];
theirs.end();
rows.push({ what: `peak memory of darkroom train, photos, batch 64 (limit: PyTorch's bare step)`, value: peak, unit: 'MB', limit, holds: peak <= limit });
report('whole', rows, { versions: { PyTorch: about.torch }, cases: cases.map(({ name, runs, bare }) => ({ name, runs, bare })) });
