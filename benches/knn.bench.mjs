// Where an NVIDIA GPU is to be had: presets `cifar` of four methods, ResNet-18 for 200 epochs of CIFAR-10, and how well the classes of
// pictures held out are found among their neighbours (k = 200, T = 0.1). With all of CIFAR-10 that is beside lightly's table, and the
// best of the measurements counts, as it does there; with its first file alone it is beside a PyTorch run of the same settings
// (benches/peers/joint/) on the same 8,000 pictures. A run that is broken off goes on; one that is done is not run again.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { all, parts } from './cifar.mjs';
import { onCuda, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { report } from './report.mjs';

// docs/source/getting_started/benchmarks.rst of lightly-ai/lightly: batch 128, 200 epochs.
const TABLE = { simclr: 84.7, byol: 86.9, barlow: 84.2, swav: 81.2 };
const POINTS = 1;
const MEASUREMENTS = 20;
const FOLDER = join(SCRATCH, 'knn');
const METHODS = Object.keys(TABLE);
const ROW = { what: `kNN on CIFAR-10, ResNet-18, 200 epochs: methods within ${POINTS} point of the field's`, floor: METHODS.length, unit: `of ${METHODS.length}` };

/** Runs a preset, or goes on with it: its best accuracy, 0..1, that at its end, and what it was set to. */
function ours(darkroom, method, [train, heldOut], count) {
  const out = join(FOLDER, method);
  const begun = existsSync(join(out, 'config.toml'));
  const steps = Math.floor(count / 128) * 200;
  const often = ['--validate-every', Math.ceil(steps / MEASUREMENTS), '--checkpoint-every', Math.ceil(steps / MEASUREMENTS)];
  const first = ['train', method, '--preset', 'cifar', '--data', train, '--val-data', heldOut, '--steps', steps, ...often, '--device', 'cuda', '--precision', 'bf16', '--out', out];
  const words = begun ? ['train', '--resume', out] : first;
  execFileSync(darkroom, [...words, '--quiet'].map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
  const lines = readFileSync(join(out, 'validation.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const knn = lines.map(({ instruments }) => instruments.knn);
  return { best: Math.max(...knn), last: knn.at(-1), steps };
}

/** The preset's settings as a peer of benches/peers/joint/ reads them. */
function settings(darkroom, method, steps) {
  const cards = JSON.parse(execFileSync(darkroom, ['methods', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
  const { knobs, presets } = cards.find(({ name }) => name === method);
  const defaults = Object.fromEntries(knobs.map(({ name, default: value }) => [name, value]));
  const set = { momentum: 0.9, trust: 0.001, betas: '0.9,0.95', ...defaults, ...Object.fromEntries(presets.find(({ name }) => name === 'cifar').set.flat()), steps };
  const lists = ['projector', 'predictor', 'crop_scale', 'local_crop', 'betas'];
  const read = (name, value) => {
    if (lists.includes(name)) return value === 'none' ? [] : String(value).split(',').map(Number);
    if (value === 'true' || value === 'false') return value === 'true';
    return value === '' || Number.isNaN(Number(value)) ? value : Number(value);
  };
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [name, read(name, value)]));
}

/** PyTorch's accuracy on the same pictures, 0..1, now or when it was run before. */
function theirs(method, data, set) {
  const path = join(FOLDER, `${method}-pytorch.json`);
  const key = createHash('sha256').update(JSON.stringify(set)).digest('hex');
  const known = existsSync(path) && JSON.parse(readFileSync(path, 'utf8'));
  if (known && known.key === key) return known;
  const [program, ...words] = script('joint/train.py', method, 0, ...data, JSON.stringify(set), 'cuda');
  const found = JSON.parse(execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 }).trim().split('\n').at(-1));
  writeFileSync(path, JSON.stringify({ key, ...found }));
  return found;
}

function measure(data, isAll) {
  const { darkroom } = onCuda();
  const runs = METHODS.map((method) => {
    const { best, last, steps } = ours(darkroom, method, data, isAll ? 50_000 : 8_000);
    const peer = isAll ? undefined : theirs(method, data, settings(darkroom, method, steps));
    const [value, aim] = (isAll ? [best, TABLE[method] / 100] : [last, peer.knn]).map((part) => 100 * part);
    console.log(`${method.padEnd(8)} ${value.toFixed(1)} % beside ${aim.toFixed(1)} % of ${isAll ? "lightly's table" : `PyTorch ${peer.torch}`}`);
    return { method, value, aim, best, last, holds: value >= aim - POINTS };
  });
  const value = runs.filter(({ holds }) => holds).length;
  report('knn', [{ ...ROW, value, holds: value === METHODS.length }], { timed: false, all: isAll, runs });
}

mkdirSync(FOLDER, { recursive: true });
const found = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' });
const whole = all(FOLDER);
const data = whole ?? parts(FOLDER);
if (found.status !== 0 || !found.stdout.includes('GPU')) report('knn', [{ ...ROW, missing: 'no NVIDIA GPU here' }], { timed: false });
else if (!data) report('knn', [{ ...ROW, missing: 'no CIFAR-10 here; DARKROOM_CIFAR names the folder of its binary files' }], { timed: false });
else measure(data, whole !== undefined);
