// Every joint-embedding method beside an independent PyTorch run of it (benches/peers/joint/): CIFAR-10, 8,000 pictures of
// its first file to train on and 2,000 held out, the same settings (methods.mjs), several seeds. The figure is kNN accuracy
// (k = 200, T = 0.1) on the pictures held out. A method that misses the mark is run over more seeds, twice at most, and all
// of them count: of two programs that are alike, chance puts one outside at the first look in one method of seven. It is
// done with at the first look that holds, which favours passing; how far apart the two are, in their own standard errors,
// is printed either way. A run that is done is kept in target/bench/methods/ for as long as program, peer and settings stay
// what they were, so that a benchmark that was broken off goes on.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELD_OUT, parts, PICTURES } from './cifar.mjs';
import { spread } from './figures.mjs';
import { METHODS, named, settings, words } from './methods.mjs';
import { darkroom, ROOT, SCRATCH } from './native.mjs';
import { script } from './peers.mjs';
import { report } from './report.mjs';

const SEEDS = Number(process.env.DARKROOM_BENCH_SEEDS ?? 3);
if (!(SEEDS >= 2)) throw new Error('DARKROOM_BENCH_SEEDS wants 2 or more: one run has no scatter');
/** How many times as many seeds are run where those before leave a method outside the mark. */
const AGAIN = [6, 12];
/** The methods to run; what is known of the others stands. */
const WANTED = process.env.DARKROOM_BENCH_METHODS?.split(',') ?? METHODS;
const unknown = WANTED.filter((method) => !METHODS.includes(method));
if (unknown.length > 0) throw new Error(`DARKROOM_BENCH_METHODS names ${unknown.join(', ')}; there are ${METHODS.join(', ')}`);
// A single batch's loss is noise: what a run came to is the mean over these.
const LAST_STEPS = 50;
const FOLDER = join(SCRATCH, 'methods');
const ONE = { ...process.env, RAYON_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };

function ours(method, seed, [train, heldOut]) {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const measured = { average: 0, val_count: HELD_OUT, probe: PICTURES, threads: 1, seed };
  const out = join(folder, 'run');
  const set = Object.entries(measured).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const often = ['--validate-every', settings(method).steps, '--checkpoint-every', settings(method).steps];
  const asked = ['train', named(method), ...words(method), ...set, ...often, '--data', train, '--val-data', heldOut, '--device', 'cpu', '--quiet', '--out', out];
  try {
    execFileSync(darkroom(), asked.map(String), { env: ONE, stdio: ['ignore', 'ignore', 'inherit'] });
    const lines = (name) => readFileSync(join(out, name), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    return { knn: lines('validation.jsonl').at(-1).instruments.knn, losses: lines('metrics.jsonl').map(({ loss }) => loss) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function theirs(method, seed, [train, heldOut]) {
  const [program, ...rest] = script('joint/train.py', method, seed, train, heldOut, JSON.stringify(settings(method)));
  return JSON.parse(execFileSync(program, rest, { env: ONE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1));
}

const digest = (...texts) => texts.reduce((hash, text) => hash.update(text), createHash('sha256')).digest('hex').slice(0, 16);
const peers = join(ROOT, 'benches', 'peers', 'joint');
// Times of the bare step are another benchmark's.
const sources = readdirSync(peers).filter((name) => name.endsWith('.py') && name !== 'step.py').sort();
const sides = {
  ours: { run: ours, version: digest(readFileSync(darkroom())) },
  theirs: { run: theirs, version: digest(...sources.map((name) => readFileSync(join(peers, name)))) },
};

/** What a run gave, now or when it was run before. */
function result(side, method, seed, data) {
  const path = join(FOLDER, `${side}-${method}-${seed}.json`);
  const key = digest(sides[side].version, JSON.stringify(settings(method)));
  const known = existsSync(path) && JSON.parse(readFileSync(path, 'utf8'));
  if (known && known.key === key) return known;
  const found = { key, ...sides[side].run(method, seed, data) };
  writeFileSync(path, JSON.stringify(found));
  console.log(`    ${method}, seed ${seed}, ${side}: ${(100 * found.knn).toFixed(2)} %`);
  return found;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** A run as the raw numbers have it: accuracy, the loss of the first step, and what the last steps came to. */
const told = ({ side, method, seed, knn, losses }) => ({ side, method, seed, knn, first: losses[0], last: mean(losses.slice(-LAST_STEPS)) });

/** Both sides' accuracy in percent and their loss at the end: mean, standard error of the mean, and all of them. */
function compared(method, runs) {
  const sides = (of) => ['ours', 'theirs'].map((side) => spread(runs.filter((run) => run.side === side && run.method === method).map(of)));
  const apart = ([ours, theirs]) => (ours.mean - theirs.mean) / (Math.hypot(ours.error, theirs.error) || 1);
  const accuracy = sides(({ knn }) => 100 * knn);
  const loss = sides(({ last }) => last);
  const [ours, theirs] = accuracy;
  const holds = ours.mean >= theirs.mean - 2 * theirs.error;
  return { method, ours, theirs, apart: apart(accuracy), loss: { ours: loss[0], theirs: loss[1], apart: apart(loss) }, holds };
}

/** Runs both sides over seeds, until that says whether the method is within the mark. */
function decided(method, data) {
  const runs = [];
  for (const many of [1, ...AGAIN].map((times) => times * SEEDS)) {
    for (let seed = runs.length / 2; seed < many; seed++) {
      for (const side of ['ours', 'theirs']) runs.push({ side, method, seed, ...result(side, method, seed, data) });
    }
    if (compared(method, runs.map(told)).holds) break;
  }
  return runs;
}

/** What the results say of the methods that are not run now, with what they were measured on. */
function known() {
  if (!process.argv[2] || !existsSync(process.argv[2])) return { methods: [], runs: [] };
  const { machine, versions, methods = [], runs = [] } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const others = ({ method }) => METHODS.includes(method) && !WANTED.includes(method);
  const { commit, cpu, cores, system, date } = machine;
  return { methods: methods.filter(others).map((one) => ({ measured: { commit, cpu, cores, system, date, versions }, ...one })), runs: runs.filter(others) };
}

mkdirSync(FOLDER, { recursive: true });
const data = parts(FOLDER);
const what = `kNN on CIFAR-10 beside PyTorch's, ${SEEDS} seeds (${AGAIN.map((times) => times * SEEDS).join(', then ')} where those leave it outside): methods within two standard errors of its mean, or better`;
const unit = `of ${METHODS.length}`;
if (!data) {
  report('methods', [{ what, unit, floor: METHODS.length, missing: 'no CIFAR-10 here; DARKROOM_CIFAR names the folder of its binary files' }], { timed: false });
} else {
  const before = known();
  const found = WANTED.flatMap((method) => decided(method, data));
  const raw = found.map(told);
  const now = WANTED.map((method) => compared(method, raw));
  for (const { method, ours, theirs, apart, loss, holds } of now) {
    const side = ({ mean, error }, digits) => `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
    const both = (of, digits) => `ours ${side(of.ours, digits)}, PyTorch ${side(of.theirs, digits)}`;
    const losses = `loss ${both(loss, 3)}, ${loss.apart.toFixed(1)} apart`;
    console.log(`${method.padEnd(14)} ${both({ ours, theirs }, 2)} %, ${apart.toFixed(1)} standard errors apart; ${losses}${holds ? '' : ': DOES NOT HOLD'}`);
  }
  const place = ({ method }) => METHODS.indexOf(method);
  const methods = [...before.methods, ...now].sort((one, other) => place(one) - place(other));
  const runs = [...before.runs, ...raw].sort((one, other) => place(one) - place(other));
  const within = methods.filter(({ holds }) => holds).length;
  const { torch } = found.find(({ torch }) => torch);
  report('methods', [{ what, value: within, unit, floor: METHODS.length, holds: within === METHODS.length }], { timed: false, versions: { PyTorch: torch }, methods, runs });
}
