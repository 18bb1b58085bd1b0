// Kernels against plain arithmetic, on random numbers, odd sizes and extreme values: the CPU's in WebAssembly, with a browser's vectors,
// against double precision; the shaders in Chromium against Burn's own composition, norms against double precision
// (tests/kernels/on_gpus.rs). The tiles that the engine
// writes for a browser are tested natively (src/kernels/product/linked/tests.rs).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { browser, withoutGpuEngine } from './darkroom.mjs';

const TARGET = process.env.DARKROOM_TARGET ?? 'target';
const MODULE = join(TARGET, 'wasm32-unknown-unknown', 'engine', 'kernels.wasm');
const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 100];
const EXTREME = [0, -0, 1e-38, -1e-38, 1e-20, 0.5, -0.5, 3.9, -3.9, 13, -13, 88, -88, 1e4, -1e4, 3e38, -3e38];
let kernels;

before(async () => {
  ({ instance: { exports: kernels } } = await WebAssembly.instantiate(await readFile(MODULE)));
});

/** Numbers in the module's memory; reads them again when called. */
function put(values) {
  const [at, count] = [kernels.room(values.length), values.length];
  const here = () => new Float32Array(kernels.memory.buffer, at, count);
  here().set(values);
  return Object.assign(() => [...here()], { at, count });
}

let seed = 1;
/** Deviates that are nearly normal, as floats of single precision. */
const random = (count) =>
  Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += (seed = (seed * 48271) % 2147483647) / 2147483647;
    return Math.fround(sum);
  });

function close(got, wanted, tolerance, what) {
  assert.equal(got.length, wanted.length, what);
  for (const [i, value] of wanted.entries()) {
    const apart = Math.abs(got[i] - value);
    assert.ok(apart <= tolerance * Math.max(1e-3, Math.abs(value)) || Object.is(got[i], value) || (Number.isNaN(value) && Number.isNaN(got[i])), `${what}, number ${i}: ${got[i]}, not ${value}`);
  }
}

/** The error function: its series where that converges well, its continued fraction beyond (Abramowitz & Stegun, 7.1.5 and 7.1.14). */
function erf(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 80; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction));
}
const share = (x) => 0.5 * (1 + erf(x / Math.SQRT2));
const slope = (x) => share(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);

test('GELU and its slope', () => {
  for (const values of [...SIZES.map(random), EXTREME.map(Math.fround)]) {
    const [from, to, here, gradient] = [put(values), put(values), put(values), put(values.map(() => 1))];
    kernels.gelu(to.at, from.at, from.count);
    kernels.gelu_backward(here.at, gradient.at, from.count);
    assert.deepEqual(here(), to(), 'both ways give the same');
    for (const [i, x] of values.entries()) {
      assert.ok(Math.abs(to()[i] - x * share(x)) <= 3e-7 * Math.max(1e-3, Math.abs(x)), `gelu(${x}) is ${to()[i]}`);
      assert.ok(Math.abs(gradient()[i] - slope(x)) <= 1e-6, `its slope at ${x} is ${gradient()[i]}`);
    }
  }
  const [odd, to] = [put([NaN, Infinity, NaN, 1, 2]), put([0, 0, 0, 0, 0])];
  kernels.gelu(to.at, odd.at, 5);
  assert.ok(Number.isNaN(to()[0]) && to()[1] === Infinity && Number.isNaN(to()[2]) && to()[3] > 0.84, `${to()}`);
});

/** Softmax of a row, and where its gradient goes. */
function softened(row, scale) {
  const top = Math.max(...row.map((x) => x * scale));
  const raised = row.map((x) => Math.exp(x * scale - top));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((x) => x / sum);
}

test('softmax and its gradient', () => {
  for (const width of SIZES.slice(1)) {
    for (const [scale, size] of [[0.125, 1], [1, 30], [0.5, 1e30]]) {
      const rows = [0, 1, 2].map(() => random(width).map((x) => Math.fround(x * size)));
      const [all, sums, back] = [put(rows.flat()), put([0, 0, 0]), put(random(3 * width))];
      const gradient = back();
      kernels.soften(all.at, sums.at, 3, width, scale);
      const wanted = rows.map((row) => softened(row, scale));
      const tolerance = size > 1 ? 2e-5 : 2e-6; // of a large score a float keeps fewer digits
      close(all(), wanted.flat(), tolerance, `softmax of ${width} at ${size}`);
      kernels.soften_backward(back.at, all.at, 3, width, scale);
      const by = wanted.map((row, r) => {
        const given = gradient.slice(r * width, (r + 1) * width);
        const mean = row.reduce((sum, weight, i) => sum + weight * given[i], 0);
        return row.map((weight, i) => scale * weight * (given[i] - mean));
      });
      close(back(), by.flat(), size > 1 ? 1e-3 : 1e-4, `its gradient, ${width} at ${size}`);
    }
  }
  const [rows, sums] = [put([1, NaN, 0, 5, 5, 5]), put([0, 0])];
  kernels.soften(rows.at, sums.at, 2, 3, 1);
  assert.ok(rows().slice(0, 3).every(Number.isNaN), 'no number stays none');
  close(rows().slice(3), [1 / 3, 1 / 3, 1 / 3], 1e-6, 'equal scores');
});

test('layer norms and their gradients', () => {
  // Of two numbers the gradient is nothing but what they round to.
  for (const dim of SIZES.slice(3)) {
    for (const [size, offset] of [[1, 0], [1e-4, 0], [1, 100], [1e15, 0]]) {
      const rows = 5;
      const numbers = random(rows * dim).map((x) => Math.fround(x * size + offset));
      const [x, given, to, dx] = [put(numbers), put(random(rows * dim)), put(numbers), put(numbers)];
      const affine = put(random(2 * dim));
      const found = put(affine());
      kernels.layer_norm(x.at, given.at, to.at, dx.at, affine.at, found.at, rows, dim);
      const [weight, bias] = [affine().slice(0, dim), affine().slice(dim)];
      const [out, back, by] = [[], [], [new Array(dim).fill(0), new Array(dim).fill(0)]];
      for (let r = 0; r < rows; r++) {
        const row = numbers.slice(r * dim, (r + 1) * dim);
        const g = given().slice(r * dim, (r + 1) * dim);
        const mean = row.reduce((a, b) => a + b, 0) / dim;
        const scale = 1 / Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / dim + 1e-6);
        const standard = row.map((value) => (value - mean) * scale);
        const weighted = g.map((value, i) => value * weight[i]);
        const means = [weighted.reduce((a, b) => a + b, 0) / dim, weighted.reduce((sum, value, i) => sum + value * standard[i], 0) / dim];
        standard.forEach((value, i) => {
          out.push(value * weight[i] + bias[i]);
          back.push(scale * (weighted[i] - means[0] - value * means[1]));
          by[0][i] += g[i] * value;
          by[1][i] += g[i];
        });
      }
      // Absolute, in units of the largest: differences of numbers that nearly agree keep few digits.
      const near = (got, wanted, tolerance, what) => {
        const largest = Math.max(...wanted.map(Math.abs));
        got.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= tolerance * largest, `${what} of ${dim} at ${size} + ${offset}, number ${i}: ${value}, not ${wanted[i]}`));
      };
      const tolerance = offset > 0 ? 2e-4 : 5e-6;
      near(to(), out, tolerance, 'layer norm');
      near(dx(), back, 20 * tolerance, 'its gradient');
      near(found(), by.flat(), tolerance, 'those by weight and bias');
    }
  }
});

test('products', () => {
  for (const [rows, depth, columns] of [[1, 1, 1], [3, 5, 7], [6, 16, 16], [13, 400, 33], [65, 31, 65], [7, 0, 3], [4, 8, 1]]) {
    for (const size of [1, 1e-19, 1e18]) {
      const [a, b] = [random(rows * depth), random(depth * columns)].map((values) => values.map((x) => Math.fround(x * size)));
      const bias = random(columns).map((x) => Math.fround(x * size * size));
      const [left, right, added, to] = [put(a), put(b), put(bias), put(new Array(rows * columns).fill(NaN))];
      kernels.multiply(left.at, right.at, added.at, to.at, rows, depth, columns);
      const got = to();
      for (let at = 0; at < rows * columns; at++) {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let [sum, whole] = [bias[column], Math.abs(bias[column])];
        for (let k = 0; k < depth; k++) {
          const one = a[row * depth + k] * b[k * columns + column];
          sum += one;
          whole += Math.abs(one);
        }
        assert.ok(Math.abs(got[at] - sum) <= 1e-6 * whole + 1e-43, `${rows} x ${depth} x ${columns} at ${size}, number ${at}: ${got[at]}, not ${sum}`);
      }
    }
  }
});

test('shaders', { skip: withoutGpuEngine }, async (t) => {
  const chrome = await browser({ gpu: true });
  t.after(() => chrome.close());
  const page = await chrome.newPage();
  const said = [];
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  const folder = 'http://localhost/shaders/';
  await page.route(`${folder}*`, (route) => route.fulfill({ path: join(TARGET, 'shaders', route.request().url().slice(folder.length)) }));
  /** Opens the module anew: one that panicked is of no more use. */
  const fresh = async () => {
    await page.goto(`${folder}index.html`);
    await page.evaluate(async () => {
      window.shaders = await import('./shaders.js');
      await window.shaders.default();
      await window.shaders.open();
    });
  };
  await fresh();
  const names = await page.evaluate(() => window.shaders.comparisons());
  assert.ok(names.length > 0);
  for (const name of names) {
    await t.test(name.replaceAll('_', ' '), async () => {
      await fresh();
      // Of a module that panicked no promise is ever kept.
      const broken = new Promise((_, fail) => page.once('pageerror', (error) => fail(new Error([...said.splice(0), error].join('\n')))));
      const compared = page.evaluate((name) => window.shaders.compare(name).then(() => '', String), name);
      assert.equal(await Promise.race([compared, broken]), '');
    });
  }
});
