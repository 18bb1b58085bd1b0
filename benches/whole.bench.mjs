// `darkroom train`, the whole program, beside what its bare step allows: in turn, the same network, batch and share of
// hidden patches. Pictures come from DARKROOM_DATA's photographs where it is set, else from the procedural worlds.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Live } from './live.mjs';
import { bench, darkroom, SCRATCH } from './native.mjs';
import { peer, script } from './peers.mjs';
import { median, report } from './report.mjs';

// A measurement, a sheet and a checkpoint every fifty steps: some fifty times as often as a long run has them.
const [ROUNDS, STEPS, EVERY, BATCH] = [2, 100, 50, 64];
const photographs = process.env.DARKROOM_DATA && join(process.env.DARKROOM_DATA, 'photos-128', 'train-*.tar');
mkdirSync(SCRATCH, { recursive: true });
const out = join(SCRATCH, 'whole');
const bare = new Live([bench(), 'step', 'photos', BATCH, out]);
await bare.next();
await bare.steps(3, { keep: false });

function train() {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const words = ['--preset', 'photos', '--data', photographs || 'scenes?count=2000', '--set', 'mask=random:0.75', '--batch', BATCH, '--steps', STEPS];
  words.push('--validate-every', EVERY, '--checkpoint-every', EVERY, '--device', 'cpu', '--quiet', '--json', '--out', join(folder, 'run'));
  const { peak, out } = peer('peak.py', darkroom(), 'train', ...words);
  rmSync(folder, { recursive: true });
  return { peak, rate: JSON.parse(out).pictures_per_s };
}

const runs = [];
for (let round = 0; round < ROUNDS; round++) {
  await bare.steps(8);
  runs.push(train());
}
await bare.steps(8);
const theirs = new Live(script('mae_step.py', out));
const about = await theirs.next();
await theirs.steps(4);
const [rate, allowed] = [median(runs.map((run) => run.rate)), (1000 * BATCH) / median(bare.times)];
const [peak, limit] = [median(runs.map((run) => run.peak)) / 1e6, theirs.peak() / 1e6];
[bare, theirs].forEach((side) => side.end());
const data = photographs ? 'photographs' : 'scenes';
report(
  'whole',
  [
    { what: `darkroom train, whole program, ${data}: part of what the bare step allows`, value: rate / allowed, unit: '×', floor: 0.85, holds: rate / allowed >= 0.85 },
    { what: '    pictures a second, whole program', value: rate, unit: '/s' },
    { what: '    the same, bare step alone', value: allowed, unit: '/s' },
    { what: `peak memory of darkroom train, photos, batch 64 (limit: PyTorch's bare step)`, value: peak, unit: 'MB', limit, holds: peak <= limit },
  ],
  { versions: { PyTorch: about.torch }, runs, bare: bare.times },
);
