// Rewrites the README's table of figures from `benches/results/`. `cargo xtask bench` calls it at its end.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './native.mjs';
import { figure } from './figures.mjs';

const ORDER = ['predict-photos', 'predict-vit-b', 'webgpu', 'training', 'methods-training', 'methods', 'breaks', 'drawings', 'whole', 'cuda', 'knn', 'page', 'together', 'gpu', 'sizes'];
const [START, END] = ['<!-- figures: written by `cargo xtask bench`, not by hand -->', '<!-- end of figures -->'];

const results = ORDER.map((name) => join(ROOT, 'benches', 'results', `${name}.json`))
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, 'utf8')));

const amount = (value, unit) => `${figure(value)} ${unit}`.trim();
const line = ({ what, value, unit, limit, floor, ours, theirs, peer, of, missing }) => {
  const reach = limit !== undefined ? `at most ${amount(limit, unit)}` : floor !== undefined ? `at least ${amount(floor, unit)}` : '';
  const measured = missing ? `not measured: ${missing}` : amount(value, unit);
  const sides = ours ? `${figure(ours.median)} ${of} beside ${figure(theirs.median)} ${of} of ${peer}` : '';
  return `| ${what.trim()} | ${reach} | ${measured} | ${sides} |`;
};
const stands = ({ limit, floor, missing }) => limit !== undefined || floor !== undefined || missing;

const machines = new Map();
for (const { name, machine, versions = {}, methods = [] } of results) {
  const older = methods.filter(({ measured }) => measured);
  const now = methods.filter(({ measured }) => !measured).map(({ method }) => method);
  stood(older.length > 0 ? `${name} (${now.join(', ')})` : name, machine, versions);
  // What was measured on one day on one processor stands together.
  const groups = new Map();
  for (const one of older) {
    const when = `${one.measured.cpu}, ${one.measured.date.slice(0, 10)}`;
    groups.set(when, [...(groups.get(when) ?? []), one]);
  }
  for (const those of groups.values()) {
    const many = groups.size === 1 ? 'the others' : those.map(({ method }) => method).join(', ');
    stood(`${name} (${many})`, those[0].measured, those[0].measured.versions);
  }
}
function stood(name, { cpu, cores, system, date, busy }, versions) {
  const load = busy > 0.1 ? `, busy with something else (${(100 * busy).toFixed(0)} %), so that times are too high` : '';
  const known = Object.entries(versions).map(([what, version]) => `, ${what} ${version}`);
  const key = `${cpu}, ${cores} cores, ${system}, ${date.slice(0, 10)}${known.join('')}${load}`;
  machines.set(key, [...(machines.get(key) ?? []), name]);
}
// Methods beside their peers have a table of their own.
const side = ({ mean, error }) => `${mean.toFixed(1)} ± ${error.toFixed(1)} %`;
const methods = results.flatMap(({ methods = [] }) => methods);
const signed = (value) => (Math.abs(value) < 0.05 ? '0.0' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`);
const beside = ({ method, ours, theirs, apart, holds }) => `| ${method} | ${ours.values.length} | ${side(ours)} | ${side(theirs)} | ${signed(apart)} | ${holds ? 'yes' : 'no'} |`;
const head = '| method | seeds | ours | PyTorch | difference, in its own standard errors | within two standard errors of PyTorch\'s mean, or better |';
const accuracies = [head, '|---|---|---|---|---|---|', ...methods.map(beside), ''];
const table = [
  START,
  '',
  '| what | reach | measured | ours beside the peer, medians |',
  '|---|---|---|---|',
  ...results.flatMap(({ rows }) => rows.filter(stands).map(line)),
  '',
  ...(methods.length > 0 ? accuracies : []),
  ...[...machines].map(([machine, names]) => `${names.join(', ')}: ${machine}.  `),
  '',
  END,
].join('\n');

const path = join(ROOT, 'README.md');
const text = readFileSync(path, 'utf8');
const [from, to] = [text.indexOf(START), text.indexOf(END)];
if (from < 0 || to < from) throw new Error(`README.md has lost its marks:\n${START}\n${END}`);
writeFileSync(path, text.slice(0, from) + table + text.slice(to + END.length));
