// CIFAR-10's binary files, where DARKROOM_CIFAR or DARKROOM_DATA says that they are.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RECORD = 1 + 3 * 32 * 32;
/** How many pictures of the first file are trained on, and how many are held out. */
export const [PICTURES, HELD_OUT] = [8000, 2000];
const { DARKROOM_CIFAR: cifar, DARKROOM_DATA: data } = process.env;
const FOLDER = cifar ?? join(data ?? '', 'cifar-10-batches-bin');
const file = (name) => join(FOLDER, `${name}.bin`);

/** Both parts of the first file as files of their own in `folder`, to train on and held out; nothing where there is none. */
export function parts(folder) {
  if (!existsSync(file('data_batch_1'))) return undefined;
  const bytes = readFileSync(file('data_batch_1'));
  const part = (name, from, count) => {
    const path = join(folder, name);
    writeFileSync(path, bytes.subarray(from * RECORD, (from + count) * RECORD));
    return path;
  };
  return [part('train.bin', 0, PICTURES), part('held-out.bin', PICTURES, HELD_OUT)];
}

/** The official 50,000 and 10,000 pictures in the same way; nothing where a file is missing or not whole. */
export function all(folder) {
  const train = [1, 2, 3, 4, 5].map((number) => file(`data_batch_${number}`));
  const isWhole = (path) => existsSync(path) && statSync(path).size === 10_000 * RECORD;
  if (![...train, file('test_batch')].every(isWhole)) return undefined;
  const path = join(folder, 'all.bin');
  writeFileSync(path, Buffer.concat(train.map((one) => readFileSync(one))));
  return [path, file('test_batch')];
}
