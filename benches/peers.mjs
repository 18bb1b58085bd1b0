// What is measured beside ours: Python with PyTorch and onnx (`DARKROOM_PYTHON`, or an environment of its own, filled
// from PyPI the first time), and onnxruntime-web from npm.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './native.mjs';

const FOLDER = join(ROOT, '.tools', 'python');
const PACKAGES = ['torch', 'numpy', 'safetensors', 'onnx'];
const HERE = fileURLToPath(new URL('./peers/', import.meta.url));

const has = (python) => spawnSync(python, ['-c', PACKAGES.map((name) => `import ${name}`).join('; ')], { stdio: 'ignore' }).status === 0;
let chosen;

/** Path of a Python that has the packages. */
export function python() {
  const own = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  chosen ??= [process.env.DARKROOM_PYTHON, own, 'python3'].find((path) => path && has(path));
  if (chosen) return chosen;
  console.log(`Installing ${PACKAGES.join(', ')} from PyPI into ${FOLDER}, for the benchmarks only`);
  if (!existsSync(own)) execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  execFileSync(own, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
  return (chosen = own);
}

/** Words of a command that runs a script of `benches/peers/`. */
export const script = (name, ...words) => [python(), '-W', 'ignore', join(HERE, name), ...words.map(String)];

/** Runs a script of `benches/peers/` and reads the line of JSON that it prints. */
export function peer(name, ...words) {
  const [program, ...rest] = script(name, ...words);
  const out = execFileSync(program, rest, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(out.trim().split('\n').at(-1));
}

/** The folder of npm's packages, as `benches/peers/package-lock.json` has them. */
export function packages() {
  const folder = join(HERE, 'node_modules');
  if (!existsSync(join(folder, 'onnxruntime-web'))) {
    console.log('Installing onnxruntime-web from npm into benches/peers/node_modules, for the benchmarks only');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: HERE, stdio: 'inherit', shell: process.platform === 'win32' });
  }
  return folder;
}
