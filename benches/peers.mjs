// Python with what the peers need: `DARKROOM_PYTHON`, or an environment of its own, filled from PyPI the first time.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, '.tools', 'python');
const PACKAGES = ['torch', 'numpy'];

const has = (python) => {
  try {
    execFileSync(python, ['-c', PACKAGES.map((name) => `import ${name}`).join('; ')], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Path of a Python that has PyTorch. */
export function python() {
  const own = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const found = [process.env.DARKROOM_PYTHON, own, 'python3'].find((path) => path && has(path));
  if (found) return found;
  console.log(`Installing ${PACKAGES.join(' and ')} from PyPI into ${FOLDER}, for the benchmarks only`);
  if (!existsSync(own)) execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  execFileSync(own, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
  return own;
}

/** Runs a script of `benches/peers/` and reads the line of JSON that it prints. */
export function peer(script, ...words) {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
  const out = execFileSync(python(), [path, ...words.map(String)], { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(out.trim().split('\n').at(-1));
}
