// How a benchmark tells: a table for a person, numbers for the file that `cargo xtask bench` names.
import { writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform } from 'node:os';

/** Median of numbers. */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** What the machine is, and how busy: on a busy one every figure lies. */
export function machine() {
  const processors = cpus();
  return { cpu: processors[0]?.model.trim(), cores: processors.length, system: `${platform()} ${arch()}`, node: process.version, load: loadavg()[0], date: new Date().toISOString() };
}

/** Prints rows `{ what, value, unit, limit, holds }` and leaves them where the first argument says. */
export function report(name, rows, { timed = true, ...more } = {}) {
  const here = machine();
  if (timed && here.load > here.cores / 2) console.log(`The machine is busy (load ${here.load.toFixed(1)} on ${here.cores} cores): these figures are too high.`);
  const figure = (value) => (Number.isFinite(value) ? (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)) : '–');
  for (const { what, value, unit, limit, holds } of rows) {
    const reach = limit === undefined ? '' : `(to reach: ${figure(limit)}) ${holds ? 'holds' : 'DOES NOT HOLD'}`;
    console.log(`${what.padEnd(64)} ${figure(value).padStart(10)} ${unit.padEnd(8)} ${reach}`);
  }
  if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify({ name, machine: here, rows, ...more }, null, 2)}\n`);
}
