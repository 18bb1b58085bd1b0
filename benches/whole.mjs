// A run of the whole program, for benchmarks that hold it against its bare step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from './peers.mjs';

/** The photographs to train on where DARKROOM_DATA says where they are. */
export const photographs = process.env.DARKROOM_DATA && join(process.env.DARKROOM_DATA, 'photos-128', 'train-*.tar');

/**
 * Pictures a second of a run, and its peak memory in bytes. A measurement, a sheet and a checkpoint twice a run: some fifty times
 * as often as a long run has them.
 */
export function train(program, { words, steps, batch, device }) {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const data = ['--data', photographs || 'scenes?count=2000', '--batch', batch, '--steps', steps, '--device', device];
  const often = ['--validate-every', steps / 2, '--checkpoint-every', steps / 2];
  try {
    const { peak, out } = peer('peak.py', program, 'train', ...words, ...data, ...often, '--quiet', '--json', '--out', join(folder, 'run'));
    return { peak, rate: JSON.parse(out).pictures_per_s };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
