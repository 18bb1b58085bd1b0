// How a benchmark tells: a table for a person, numbers for the file that `cargo xtask bench` names. A machine that cannot measure
// leaves what another one measured.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { figure, gist } from './figures.mjs';

export { figure, gist, median } from './figures.mjs';

/** Beyond this part of all cores busy with something else, figures are too high. */
const QUIET = 0.1;

/** The part of all cores that is busy in the next two seconds, 0..1. This program sleeps meanwhile. */
async function busyness() {
  const spent = () => cpus().reduce(([idle, all], { times }) => [idle + times.idle, all + Object.values(times).reduce((a, b) => a + b)], [0, 0]);
  const [idle, all] = spent();
  await sleep(2000);
  const [idler, more] = spent();
  return 1 - (idler - idle) / Math.max(1, more - all);
}

// Before anything of ours runs, and so before anything is measured.
const busy = await busyness();
const BUSY = `The machine is busy with something else (${(100 * busy).toFixed(0)} % of its cores): these figures are too high.`;
if (busy > QUIET) console.log(BUSY);

/** What was measured: the commit, with a + where other files than results differ from it. */
function commit() {
  const git = (...words) => spawnSync('git', words, { encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', '--short', 'HEAD');
  if (status !== 0) return undefined;
  const changed = git('status', '--porcelain', '--', ':/', ':(top,exclude)benches/results', ':(top,exclude)README.md').stdout.trim();
  return `${stdout.trim()}${changed ? '+' : ''}`;
}

/** What the machine is, and how busy it was before: on a busy one every figure lies. */
function machine() {
  const processors = cpus();
  const [cpu, cores, system] = [processors[0]?.model.trim(), processors.length, `${platform()} ${arch()}`];
  return { cpu, cores, system, node: process.version, commit: commit(), busy, date: new Date().toISOString() };
}

/** A row that compares: `ours` and `theirs` are times measured in turn, `limit` what the ratio of medians should not pass. */
export function versus(what, ours, theirs, { limit, peer, unit = 'ms', ...more }) {
  const sides = { ours: gist(ours), theirs: gist(theirs) };
  const value = sides.ours.median / sides.theirs.median;
  return { what, value, unit: '×', limit, holds: limit === undefined ? undefined : value <= limit, ...sides, least: sides.ours.least / sides.theirs.least, peer, of: unit, ...more };
}

function compared({ ours, theirs, least, peer, of }) {
  const side = ({ median, least, count }) => `${figure(median)} ${of} (least ${figure(least)}, of ${count})`;
  console.log(`    ours ${side(ours)}; ${peer} ${side(theirs)}; ratio of the least ${figure(least)} ×`);
}

/** Whether a file of results has any figure. */
const wasMeasured = (path) => path && existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).rows.some(({ value }) => value !== undefined);

/**
 * Prints rows `{ what, value, unit, limit or floor, holds }`, those of `versus`, and `{ what, missing }`, then machine,
 * versions and date; leaves all of it where the first argument says.
 */
export function report(name, rows, { timed = true, versions = {}, ...more } = {}) {
  for (const row of rows) {
    const { what, value, unit, limit, floor, holds, missing } = row;
    if (missing) {
      console.log(`${what.padEnd(72)} not measured: ${missing}`);
      continue;
    }
    const bound = limit ?? floor;
    const reach = bound === undefined ? '' : `(${floor === undefined ? 'at most' : 'at least'} ${figure(bound)}) ${holds ? 'holds' : 'DOES NOT HOLD'}`;
    console.log(`${what.padEnd(72)} ${figure(value).padStart(10)} ${unit.padEnd(6)} ${reach}`);
    if (row.ours) compared(row);
  }
  const here = machine();
  const known = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  console.log(`    ${[here.cpu, `${here.cores} cores`, here.system, `node ${here.node}`, ...known, `commit ${here.commit}`, here.date].join(', ')}`);
  if (!timed) delete here.busy;
  else if (busy > QUIET) console.log(BUSY);
  if (rows.every(({ missing }) => missing) && wasMeasured(process.argv[2])) {
    console.log(`    ${process.argv[2]} keeps what was measured before`);
    return;
  }
  if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify({ name, machine: here, versions, rows, ...more }, null, 1)}\n`);
}
