// Training on the CPU beside PyTorch: the network of `--preset photos` at its batch of 64, ours and theirs in turn.
//
// Once the bare step on random pictures that are in memory already, on two threads and on one; once our whole program,
// where scenes are drawn, cropped, hidden and filled beside the step. PyTorch's threads spin where they wait, so that on a
// busy machine its figures are worth nothing: see the load.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peer } from './peers.mjs';
import { median, report } from './report.mjs';

const [ROUNDS, STEPS, BATCH] = [3, 12, 64];
const program = join(process.env.DARKROOM_TARGET ?? 'target', 'release', 'darkroom');
const bare = (threads) => {
  const words = ['bench', '--quiet', '--bench', 'step', '--', threads, BATCH, STEPS].map(String);
  return JSON.parse(execFileSync('cargo', words, { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1));
};
const steps = [];
for (const threads of [2, 1]) {
  const [mine, others] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(...bare(threads).times.slice(3));
    others.push(...peer('mae_torch.py', threads, BATCH, STEPS).times.slice(3));
  }
  steps.push({ threads, mine, others, limit: threads === 2 ? 1.2 : 1.1 });
}
const ours = [];
const theirs = [];
for (let round = 0; round < ROUNDS; round++) {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const words = ['train', '--preset', 'photos', '--data', 'scenes?count=400', '--batch', BATCH, '--steps', STEPS, '--device', 'cpu'];
  const { peak } = peer('peak.py', program, ...words, '--validate-every', STEPS, '--quiet', '--json', '--out', join(folder, 'run'));
  const lines = readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
  rmSync(folder, { recursive: true });
  // The first steps warm caches up, on both sides.
  ours.push({ peak, rates: lines.slice(3).map((line) => line.pictures_per_s) });
  const { times, peak: theirPeak, parameters, torch } = peer('mae_torch.py', 2, BATCH, STEPS);
  theirs.push({ peak: theirPeak, rates: times.slice(3).map((ms) => (1000 * BATCH) / ms), parameters, torch });
}
const peaks = [ours, theirs].map((side) => median(side.map(({ peak }) => peak)) / 1e6);
const rates = [ours, theirs].map((side) => median(side.flatMap((run) => run.rates)));
report(
  'training',
  [
    { what: 'peak memory of training, photos model, batch 64: ours', value: peaks[0], unit: 'MB', limit: peaks[1], holds: peaks[0] <= peaks[1] },
    { what: `the same, PyTorch ${theirs[0].torch}`, value: peaks[1], unit: 'MB' },
    ...steps.flatMap(({ threads, mine, others, limit }) => {
      const [ratio, least] = [median(mine) / median(others), Math.min(...mine) / Math.min(...others)];
      return [
        { what: `a step, ${threads} thread${threads > 1 ? 's' : ''}: ours`, value: median(mine), unit: 'ms' },
        { what: 'the same, PyTorch', value: median(others), unit: 'ms' },
        { what: 'ratio of medians', value: ratio, unit: '', limit, holds: ratio <= limit },
        { what: 'ratio of minima', value: least, unit: '' },
      ];
    }),
    { what: 'pictures a second, two threads: ours, whole program', value: rates[0], unit: '/s' },
    { what: 'the same, PyTorch, bare step', value: rates[1], unit: '/s' },
  ],
  { steps, ours, theirs },
);
