// Sizes of what a visitor downloads, as a host that compresses with brotli sends it.
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { report } from './report.mjs';

const DIST = new URL('../dist/', import.meta.url);
const LIMITS = { page: 250_000, together: 400_000, engine: 600_000, 'together-engine': 1_200_000, 'engine-webgpu': 3_500_000 };

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const kind = (name) => ['together-engine', 'together', 'engine-webgpu', 'engine'].find((start) => name.startsWith(start)) ?? 'page';

const rows = readdirSync(DIST)
  .filter((name) => name.endsWith('_bg.wasm'))
  .sort()
  .map((name) => {
    const bytes = readFileSync(new URL(name, DIST));
    const packed = brotli(bytes);
    const limit = LIMITS[kind(name)];
    return { what: `${kind(name)} wasm, brotli`, value: packed, unit: 'bytes', limit, raw: bytes.length, holds: packed <= limit };
  });
report('sizes', rows, { timed: false });
