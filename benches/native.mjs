// Where things are, and the native helper of the benchmarks.
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = resolve(ROOT, process.env.DARKROOM_TARGET ?? 'target');
/** What benchmarks make and need again. */
export const SCRATCH = join(TARGET, 'bench');

const built = (...words) => join(TARGET, 'release', ...words) + (process.platform === 'win32' ? '.exe' : '');

/** The program. */
export const darkroom = () => built('darkroom');

/** Its companion for benchmarks (benches/native). */
export const bench = () => built('examples', 'bench');

/** Both for an NVIDIA GPU, built here: nothing else wants them. */
export function onCuda() {
  const folder = join(TARGET, 'cuda');
  const words = ['build', '--release', '--locked', '--bin', 'darkroom', '--example', 'bench', '--features', 'cuda', '--target-dir', folder];
  execFileSync('cargo', words, { cwd: ROOT, stdio: 'inherit' });
  return { darkroom: join(folder, 'release', 'darkroom'), bench: join(folder, 'release', 'examples', 'bench') };
}
