// Every preset that takes something away (`break-…`, `without-…`, `still-…`), trained for 200 steps: whether the instruments show
// the sign that its card names.
import { execFileSync } from 'node:child_process';
import { bench } from './native.mjs';
import { report } from './report.mjs';

const lines = execFileSync(bench(), ['breaks'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const breaks = lines.trim().split('\n').map((line) => JSON.parse(line));
for (const { method, preset, sign, shown, first_loss, last_loss } of breaks) {
  console.log(`${`${method} ${preset}`.padEnd(32)} ${sign.padEnd(84)} ${shown ? 'shown' : 'NOT SHOWN'}, loss ${first_loss.toFixed(2)} to ${last_loss.toFixed(2)}`);
}
const shown = breaks.filter((one) => one.shown).length;
const what = `presets that break a method and show their sign within ${breaks[0].steps} steps`;
report('breaks', [{ what, value: shown, unit: `of ${breaks.length}`, floor: breaks.length, holds: shown === breaks.length }], { timed: false, breaks });
