// How far the shipped model of photographs is ahead of the smooth fill, on the validation photographs of DARKROOM_DATA under
// their fixed masks, and ahead of the better of that fill and Telea's, picture by picture, where their figures lie beside.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench, ROOT } from './native.mjs';
import { report } from './report.mjs';

const AIM = 0.7; // dB, where there was only a CPU
const NAMES = { random75: 'random 75 %', random50: 'random 50 %', middle: 'the middle', right: 'the right half' };
const MODEL = join(ROOT, 'public', 'models', 'photos.safetensors');
const file = (...words) => join(process.env.DARKROOM_DATA ?? '', ...words);
const [val, masks, baselines] = [file('photos-128', 'val.tar'), file('photos-128-masks.json'), file('photos-128-baselines.json')];
const ALL = { what: 'photos: ahead of the smooth fill, mean over four masks', floor: AIM, unit: 'dB' };

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const held = (row, value) => ({ ...row, value, holds: value >= row.floor });

if (![val, masks].every((path) => existsSync(path))) {
  report('drawings', [{ ...ALL, missing: 'DARKROOM_DATA has no photos-128/val.tar with photos-128-masks.json beside it' }], { timed: false });
} else {
  const lines = execFileSync(bench(), ['drawings', MODEL, val, masks], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 });
  const found = lines.trim().split('\n').map((line) => JSON.parse(line));
  const known = existsSync(baselines) ? JSON.parse(readFileSync(baselines, 'utf8')).per_picture : undefined;
  const rows = [];
  const masksOf = found.map(({ mask, model, smooth }) => {
    const telea = known?.[mask].telea_r3;
    const better = telea && smooth.map((value, index) => Math.max(value, telea[index]));
    rows.push(held({ what: `    ${NAMES[mask]}: ${mean(model).toFixed(2)} dB beside ${mean(smooth).toFixed(2)} dB`, floor: 0, unit: 'dB' }, mean(model) - mean(smooth)));
    return { mask, pictures: model.length, model: mean(model), smooth: mean(smooth), telea: telea && mean(telea), better: better && mean(better) };
  });
  rows.unshift(held(ALL, mean(masksOf.map(({ model, smooth }) => model - smooth))));
  if (known) rows.push({ what: "    ahead of the better of smooth fill and Telea's, chosen for each picture after the fact", value: mean(masksOf.map(({ model, better }) => model - better)), unit: 'dB' });
  report('drawings', rows, { timed: false, masks: masksOf });
}
