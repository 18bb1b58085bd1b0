// What people bring: pictures of every kind, weights, and files that are broken or no pictures at all.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { apart, browser, drop, energy, file, paint, pixels, ready, serve, visit } from './darkroom.mjs';

let server;
let chrome;
let page;
let context;
let seen;
before(async () => {
  server = await serve();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  server?.stop();
});
beforeEach(async () => {
  ({ page, context, seen } = await visit(chrome, server));
  await ready(page);
});
afterEach(() => context.close());

const strip = () => page.getByTestId('strip').getByRole('listitem');
const alert = (text) => page.getByRole('alert').filter({ hasText: text });

/** A PNG of any header: `type` 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
function png(width, height, { bits = 8, type = 2, data } = {}) {
  const chunk = (name, body) => {
    const inner = Buffer.concat([Buffer.from(name), body]);
    const out = Buffer.alloc(inner.length + 8);
    out.writeUInt32BE(body.length, 0);
    inner.copy(out, 4);
    out.writeUInt32BE(crc(inner), inner.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, type, 0, 0, 0], 8);
  const raw = data ?? Buffer.alloc(0);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}

function crc(bytes) {
  if (crc32) return crc32(bytes);
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
  }
  return ~value >>> 0;
}

/** Rows of a PNG, each with its filter byte; `at(x, y)` gives the bytes of a pixel. */
function rows(width, height, at) {
  return Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.from([0, ...Array.from({ length: width }, (_, x) => at(x, y)).flat()])));
}

/** Puts an EXIF block that says how the picture is turned into a JPEG. */
function turned(jpeg, orientation) {
  const exif = Buffer.from([0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

async function bring(name, bytes, type = 'image/png') {
  await drop(page, [{ name, type, bytes }]);
}

test('pictures of every kind are taken and predicted', async () => {
  const photo = await paint(page, { width: 160, height: 120, type: 'image/jpeg' });
  const grey16 = rows(20, 20, (x, y) => [(x * 12) & 255, 0, (y * 12) & 255, 0].slice(0, 2));
  const odd = {
    'one-pixel.png': png(1, 1, { data: rows(1, 1, () => [10, 200, 30]) }),
    'very-wide.png': png(3000, 2, { data: rows(3000, 2, (x) => [x & 255, 90, 60]) }),
    'grey-16.png': png(20, 20, { bits: 16, type: 0, data: grey16 }),
    'clear.png': png(24, 24, { type: 6, data: rows(24, 24, (x) => [255, 0, 0, x * 10]) }),
    'photo.jpg': photo,
    'wrong-ending.gif': photo,
    'turned.jpg': turned(photo, 6),
    'photo.webp': await paint(page, { type: 'image/webp' }),
    'whole-page.webp': await paint(page, { width: 1080, height: 6500, type: 'image/webp' }),
    'screen.webp': await paint(page, { width: 2170, height: 2532, type: 'image/webp' }),
  };
  const before = await strip().count();
  let number = 0;
  for (const [name, bytes] of Object.entries(odd)) {
    await bring(name, bytes, 'application/octet-stream');
    await page.getByRole('button', { name, exact: true }).waitFor();
    await page.waitForTimeout(50);
    await ready(page);
    assert.ok(Number.isFinite(await energy(page)), name);
    assert.equal(await page.getByRole('alert').count(), 0, `${name}: ${await page.getByRole('alert').allTextContents()}`);
    number += 1;
    assert.equal(await strip().count(), before + number, name);
  }
  assert.deepEqual(seen.errors, []);
});

test('EXIF turns a picture upright, a large one as a small one', async () => {
  // A large one is made smaller by the browser as it decodes it, on a way of its own.
  const photos = [];
  for (const [width, height] of [[200, 100], [3000, 1500]]) photos.push({ width, height, bytes: await paint(page, { width, height, type: 'image/jpeg' }) });
  const [large, small] = [[], []];
  for (let orientation = 1; orientation <= 8; orientation++) {
    const thumbs = [];
    for (const { width, height, bytes } of photos) {
      const name = `${orientation}-${width}.jpg`;
      await bring(name, turned(bytes, orientation), 'image/jpeg');
      const frame = page.getByRole('button', { name, exact: true });
      await frame.waitFor();
      await ready(page);
      await page.locator('body').press('f');
      await page.getByText(`the picture has ${(orientation < 5 ? [width, height] : [height, width]).join(' × ')}`).waitFor();
      await page.locator('body').press('Escape');
      thumbs.push(await pixels(frame.locator('canvas'), 32));
    }
    small.push(thumbs[0]);
    large.push(thumbs[1]);
  }
  for (const [i, one] of large.entries()) {
    for (const [k, other] of small.entries()) assert.equal(apart(one, other) < 3, i === k, `orientations ${i + 1} and ${k + 1}: ${apart(one, other)}`);
  }
});

test('several at once go into the strip, the first on the table', async () => {
  const before = await strip().count();
  const files = [];
  for (let i = 0; i < 3; i++) files.push({ name: `${i}.png`, type: 'image/png', bytes: await paint(page, { hue: i * 90 }) });
  await drop(page, files);
  await page.getByRole('button', { name: '2.png', exact: true }).waitFor();
  assert.equal(await strip().count(), before + 3);
  assert.equal(await page.getByRole('button', { name: '0.png', exact: true }).getAttribute('aria-pressed'), 'true');
});

test('the file picker and paste bring pictures too', async () => {
  const photo = await paint(page);
  await page.getByLabel('Add pictures').setInputFiles({ name: 'picked.png', mimeType: 'image/png', buffer: photo });
  await page.getByRole('button', { name: 'picked.png', exact: true }).waitFor();
  await page.evaluate((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }));
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
  }, [...photo]);
  await page.getByRole('button', { name: 'pasted.png', exact: true }).waitFor();
});

test('what is no picture is refused by name and nothing is lost', async () => {
  const photo = await paint(page, { type: 'image/jpeg', width: 200, height: 200 });
  const bad = {
    'empty.jpg': Buffer.alloc(0),
    'letter.jpg': Buffer.from('hello, I am a letter, and no picture at all'),
    'paper.pdf': Buffer.from('%PDF-1.7 and so on'),
    'noise.png': Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 2654435761) >>> 24)),
    'bomb.png': png(60000, 60000),
    'wide-bomb.png': png(0x7fffffff, 0x7fffffff),
    'stub.jpg': photo.subarray(0, 40),
  };
  const [before, said] = [await strip().count(), await energy(page)];
  for (const [name, bytes] of Object.entries(bad)) {
    await bring(name, bytes, 'image/jpeg');
    await alert(name).waitFor({ timeout: 20_000 });
    const words = await alert(name).textContent();
    assert.ok(words.length > name.length + 20, `${name}: it says what to do: ${words}`);
    await alert(name).getByRole('button', { name: 'Put this message away' }).click();
    await ready(page);
    assert.equal(await strip().count(), before, `${name} leaves nothing in the strip`);
  }
  assert.equal(await energy(page), said);
});

test('of many refusals the newest stay, with the number of those before', async () => {
  const files = Array.from({ length: 9 }, (_, i) => ({ name: `letter-${i}.jpg`, type: 'image/jpeg', bytes: Buffer.from(`letter ${i}, and no picture`) }));
  await drop(page, files);
  await page.getByText('… and 5 before these').waitFor({ timeout: 20_000 });
  assert.equal(await page.getByRole('alert').count(), 4);
  for (let left = 5; left > 0; left -= 1) await page.getByRole('button', { name: 'Put this message away' }).first().click();
  await page.getByText('before these').waitFor({ state: 'detached' });
});

test('weights dropped on the page become the model; broken ones are refused by name', async () => {
  const weights = await file('public/models/scenes.safetensors');
  const model = page.getByTestId('model').locator('.name');
  assert.equal(await model.textContent(), 'scenes');
  const said = await energy(page);
  const broken = {
    'empty.safetensors': Buffer.alloc(0),
    'cut.safetensors': weights.subarray(0, weights.length >> 1),
    'stub.safetensors': weights.subarray(0, 100),
    'huge-header.safetensors': Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]), weights.subarray(8, 400)]),
    'model.pt': Buffer.from('PK\x03\x04 and so on', 'latin1'),
    'other.safetensors': (() => {
      const head = Buffer.from(JSON.stringify({ 'a.weight': { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }));
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(head.length));
      return Buffer.concat([size, head, Buffer.alloc(8)]);
    })(),
  };
  for (const [name, bytes] of Object.entries(broken)) {
    await bring(name, bytes, '');
    await alert(name).waitFor({ timeout: 20_000 });
    await alert(name).getByRole('button', { name: 'Put this message away' }).click();
    await ready(page);
    assert.equal(await model.textContent(), 'scenes', name);
  }
  await bring('mine.safetensors', weights, '');
  await page.waitForFunction(() => document.querySelector('[data-testid="model"] .name').textContent.startsWith('mine'));
  await ready(page);
  assert.equal(await energy(page), said, 'the same weights predict the same');
});

test('weights that fail their self-test are warned of until others open', async () => {
  const weights = await file('public/models/scenes.safetensors');
  const header = 8 + Number(weights.readBigUInt64LE());
  const badge = page.getByLabel('Device', { exact: true });
  await bring('nothing.safetensors', Buffer.concat([weights.subarray(0, header), Buffer.alloc(weights.length - header)]), '');
  await alert('nothing.safetensors').waitFor({ timeout: 20_000 });
  assert.match(await alert('nothing.safetensors').textContent(), /self-test/);
  await page.waitForFunction(() => /self-test failed/.test(document.querySelector('.badge').textContent));
  await bring('sound.safetensors', weights, '');
  await page.waitForFunction(() => document.querySelector('[data-testid="model"] .name').textContent.startsWith('sound'));
  await alert('nothing.safetensors').waitFor({ state: 'detached' });
  await page.waitForFunction(() => !/self-test/.test(document.querySelector('.badge').textContent));
  assert.match(await badge.textContent(), /CPU · \d+(\.\d+)? ms/);
});

test('a full strip keeps what is there and says how many found no room', async () => {
  const before = await strip().count();
  const bytes = await paint(page, { width: 8, height: 8 });
  await drop(page, Array.from({ length: 203 }, (_, i) => ({ name: `${i}.png`, type: 'image/png', bytes })));
  await alert(`${before + 3} pictures were not added`).waitFor({ timeout: 20_000 });
  assert.equal(await strip().count(), 200);
  const first = page.getByRole('button', { name: '0.png', exact: true });
  await first.waitFor();
  // Among 200 the one on the table is in sight, and the page itself did not move.
  const edges = await first.evaluate((frame) => [frame, frame.closest('ul')].map((of) => of.getBoundingClientRect()).map(({ left, right }) => [left, right]));
  assert.ok(edges[0][0] >= edges[1][0] && edges[0][1] <= edges[1][1], `${edges}`);
  assert.equal(await page.evaluate(() => scrollY), 0);
});

test('an emptied strip is calm, stays so over a reload, and takes the next picture', async () => {
  for (let left = await strip().count(); left > 0; left -= 1) {
    await page.evaluate(() => document.querySelector('[data-testid="strip"] .away').click());
  }
  await ready(page, 20_000);
  await page.getByText('The table is empty.').waitFor();
  await page.waitForTimeout(600);
  await page.reload();
  await ready(page, 20_000);
  assert.equal(await strip().count(), 0);
  await bring('next.png', await paint(page), 'image/png');
  await page.getByRole('button', { name: 'next.png', exact: true }).waitFor();
  assert.ok((await energy(page)) > 0);
  await ready(page);
  assert.deepEqual(seen.errors, []);
});

test('a published checkpoint opens: ViT-MAE in the names of transformers', async () => {
  await bring('vit-mae-tiny.safetensors', await file('tests/parity/mae.safetensors'), '');
  await page.waitForFunction(() => document.querySelector('[data-testid="model"] .name').textContent.startsWith('vit-mae-tiny'), null, { timeout: 30_000 });
  await ready(page);
  assert.ok((await energy(page)) > 0);
});
