// Every preset that takes something away (`break-…`, `without-…`, `still-…`), trained for 200 steps from several seeds: whether the
// instruments show the sign that its card names, each time.
import { execFileSync } from 'node:child_process';
import { bench } from './native.mjs';
import { report } from './report.mjs';

const lines = execFileSync(bench(), ['breaks'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const breaks = lines.trim().split('\n').map((line) => JSON.parse(line));
const presets = new Map(breaks.map(({ method, preset }) => [`${method} ${preset}`, []]));
for (const run of breaks) presets.get(`${run.method} ${run.preset}`).push(run);
for (const [name, runs] of presets) {
  const shown = runs.filter((run) => run.shown).length;
  const losses = runs.map((run) => `${run.first_loss.toFixed(2)} to ${run.last_loss.toFixed(2)}`).join(', ');
  console.log(`${name.padEnd(32)} ${runs[0].sign.padEnd(84)} shown ${shown} times of ${runs.length}, loss ${losses}`);
}
const shown = [...presets.values()].filter((runs) => runs.every((run) => run.shown)).length;
const seeds = breaks.length / presets.size;
const what = `presets that break a method and show their sign within ${breaks[0].steps} steps, from ${seeds} seeds each`;
report('breaks', [{ what, value: shown, unit: `of ${presets.size}`, floor: presets.size, holds: shown === presets.size }], { timed: false, breaks });
