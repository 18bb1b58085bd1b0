// Training on the CPU beside PyTorch: the network of `--preset photos` at its batch of 64, ours and theirs in turn.
//
// Ours is the whole program: scenes are drawn, cropped, hidden and filled beside the step. Theirs is the step alone, on
// random numbers that are in memory already.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from './peers.mjs';
import { median, report } from './report.mjs';

const [ROUNDS, STEPS, BATCH] = [3, 12, 64];
const program = join(process.env.DARKROOM_TARGET ?? 'target', 'release', 'darkroom');
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
    { what: 'pictures a second, two threads: ours, whole program', value: rates[0], unit: '/s' },
    { what: 'the same, PyTorch, bare step', value: rates[1], unit: '/s' },
  ],
  { ours, theirs },
);
