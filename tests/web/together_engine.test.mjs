// The engine of the room "Together", asked directly in its own words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, engine, serve, visit } from './darkroom.mjs';

let server, chromium, page, ask;

before(async () => {
  server = await serve();
  chromium = await browser();
  ({ page } = await visit(chromium, server));
  ({ ask } = await engine(page, 'together-engine'));
  const [kind] = await ask({ OpenShipped: { slot: 'First', name: 'photos' } });
  assert.equal(kind, 'Model');
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9]) assert.equal((await ask({ AddScene: { id, seed: id } }))[0], 'Picture');
});

after(async () => {
  await chromium?.close();
  server?.stop();
});

const moments = () => page.evaluate(() => window.moments);
const until = (what, argument) => page.waitForFunction(what, argument, { timeout: 60_000 });
const REST = { crop: 1, hue: 0, saturation: 1, brightness: 1, blur_px: 0, turn_degrees: 0, flip: false };

test('energies of pairs agree, whoever is asked', async () => {
  const ids = [1, 2, 3, 4];
  const [, { dim }] = await ask({ Embed: { slot: 'First', ids } });
  assert.ok(dim > 0);
  const [, , [all]] = await ask({ Energies: { slot: 'First', ids } }, { floats: true });
  const energy = (a, b) => all[4 * a + b];
  for (const a of [0, 1, 2, 3]) {
    assert.equal(energy(a, a), 0);
    for (const b of [0, 1, 2, 3]) assert.ok(energy(a, b) === energy(b, a) && energy(a, b) >= 0 && energy(a, b) <= 4);
  }
  const [, nearest] = await ask({ Nearest: { slot: 'First', id: 1, among: ids, count: 3 } });
  assert.deepEqual(nearest.map(([id]) => id).sort(), [2, 3, 4]);
  for (const [id, found] of nearest) assert.ok(Math.abs(found - energy(0, id - 1)) < 1e-5);
  const pair = async (changes) => (await ask({ Pair: { slots: ['First', 'Second'], id: 1, changes, other: 2 } }))[1].energies;
  const [rest] = await pair(REST);
  assert.ok(rest.to_original < 1e-6 && Math.abs(rest.apart - energy(0, 1)) < 1e-5 && Math.abs(rest.to_other - rest.apart) < 1e-4);
  const disturbed = await pair({ ...REST, crop: 0.4, blur_px: 4 });
  assert.equal(disturbed.length, 1, 'a place without a model is left out');
  assert.ok(disturbed[0].to_original > 1e-4);
  const [, groups] = await ask({ Groups: { slot: 'First', ids, count: 2 } });
  assert.equal(new Set(groups).size, 2);
});

test('maps hold every picture, and few pictures lie on axes', async () => {
  const ids = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (const [kind, asked] of [['pca', ids], ['neighbours', ids], ['neighbours', [1, 2]], ['pca', [1]], ['pca', []]]) {
    const [, map, [places]] = await ask({ Map: { slot: 'First', ids: asked, kind } }, { floats: true });
    assert.equal(places.length, 2 * asked.length);
    assert.ok(places.every((x) => x >= -1 && x <= 1));
    assert.equal(map.kind, asked.length < 8 ? 'pca' : kind);
  }
});

test('patches answer each other, and of what follows the pointer only the newest is answered', async () => {
  const [, { grid }, [own, other]] = await ask({ Heat: { slot: 'First', id: 1, patch: 9, among: [1, 2] } }, { floats: true });
  assert.equal(own.length, grid.rows * grid.columns);
  assert.ok(Math.abs(own[9] - 1) < 1e-4 && Math.max(...other) < 1);
  const [, { matches }] = await ask({ Correspond: { slot: 'First', left: 3, changes: REST, right: 3, count: 9 } });
  assert.ok(matches.length === 9 && matches.every((match) => match.left === match.right && match.mutual));
  const kinds = await page.evaluate(async () => {
    const asked = Array.from({ length: 12 }, (_, patch) => window.engines['together-engine']({ Heat: { slot: 'First', id: 1, patch, among: [1] } }));
    return (await Promise.all(asked)).map(([kind]) => kind);
  });
  assert.equal(kinds.at(-1), 'Heat');
  assert.ok(kinds.slice(0, -1).filter((kind) => kind === 'Overtaken').length >= 10, kinds.join());
  const [, , sizes] = await ask({ Colours: { slot: 'First', ids: [1, 2] } });
  assert.deepEqual(sizes, [4 * own.length, 4 * own.length]);
  const [, , heads] = await ask({ Attention: { slot: 'First', id: 1, patch: null } }, { floats: true });
  assert.ok(heads.length > 0 && heads.every((head) => head.length === own.length && head.every((x) => x >= 0)));
});

test('a question is answered while many pictures are embedded', async () => {
  const order = await page.evaluate(async () => {
    const ids = Array.from({ length: 40 }, (_, i) => 100 + i);
    await Promise.all(ids.map((id) => window.engines['together-engine']({ AddScene: { id, seed: id } })));
    const order = [];
    const embed = window.engines['together-engine']({ Embed: { slot: 'First', ids } }).then(() => order.push('embed'));
    const pair = window.engines['together-engine']({ Nearest: { slot: 'First', id: 1, among: [2], count: 1 } }).then(() => order.push('nearest'));
    await Promise.all([embed, pair]);
    await window.engines['together-engine']({ DropPictures: { ids } });
    return order;
  });
  assert.deepEqual(order, ['nearest', 'embed']);
  const said = await page.evaluate(() => window.progress.filter(({ stage }) => stage === 'Embed'));
  assert.ok(said.length > 1 && said.every(({ done, of }) => done <= of));
});

test('which part fits, and what is out of place', async () => {
  const hidden = Array.from({ length: 64 }, (_, i) => [27, 28, 35, 36].includes(i));
  const frame = { x: 0, y: 0, side: 512 };
  const question = { id: 1, frame, hole: { grid: { rows: 8, columns: 8 }, hidden }, among: [1, 2, 3], seed: 1, count: 6 };
  const [, { candidates, size_px }, sizes] = await ask({ Fit: question });
  assert.equal(sizes.length, 7);
  assert.ok(sizes.every((size) => size === 4 * size_px * size_px));
  assert.equal(candidates.filter(({ origin }) => origin === 'Right').length, 1);
  assert.ok(candidates.every(({ drawn, joint }) => drawn >= 0 && joint === null), 'this model draws and predicts nothing');
  const [, { place }, scenes] = await ask({ Place: { slot: 'First', seed: 1, count: 4 } });
  assert.ok(place.follows_object >= 0 && place.follows_object <= 1 && place.example.length === 3 && scenes.length === 3);
});

test('what cannot be is answered by a sentence', async () => {
  for (const [body, word] of [
    [{ Embed: { slot: 'Second', ids: [1] } }, 'no model'],
    [{ Embed: { slot: 'First', ids: [77] } }, 'no longer here'],
    [{ Heat: { slot: 'First', id: 1, patch: 9999, among: [1] } }, 'patches'],
    [{ Steer: 'Go' }, 'begin a run'],
    ['SaveTrained', 'begin a run'],
    [{ OpenShipped: { slot: 'First', name: 'nothing' } }, 'nothing'],
    [{ Train: { method: 'nothing', ids: [], bond: 0.9, seed: 1, steps: 0, paused: false, safeguard: true } }, 'another method'],
  ]) {
    const [kind, sentence] = await ask(body);
    assert.equal(kind, 'Failed', JSON.stringify(body));
    assert.ok(sentence.includes(word), sentence);
  }
});

test('a run is begun, paused, stepped, broken, saved and opened again', async () => {
  const [, list] = await ask('ListTrainable');
  const method = list.find(({ switch: taken }) => taken);
  const [kind, training] = await ask({ Train: { method: method.name, ids: [], bond: 0.9, seed: 1, steps: 0, paused: true, safeguard: false } });
  assert.equal(kind, 'Training');
  assert.ok(training.watched > 0 && training.thumb_px > 0 && training.settings.length > 4 && training.doubts.length === 0);
  await until(() => window.moments.some(({ measured, paused }) => measured && paused));
  const begun = await moments();
  assert.ok(begun.at(-1).step === 0 && begun.every(({ safeguard }) => !safeguard), 'it begins without what stops collapse');
  await ask({ Steer: { Safeguard: true } });
  await until(() => window.moments.at(-1).safeguard);
  const { spectrum, even } = (await moments()).find(({ measured }) => measured).measured;
  assert.ok(even > 0 && spectrum.every((value) => value >= 0 && value < 1) && spectrum[0] > 0);
  await ask({ Steer: 'Step' });
  await until(() => window.moments.at(-1).step === 1 && window.moments.at(-1).paused);
  await ask({ Steer: 'Go' });
  await until(() => window.moments.at(-1).step > 12);
  await ask({ Steer: { Safeguard: false } });
  await until(() => !window.moments.at(-1).safeguard);
  await ask({ Steer: 'Pause' });
  await until(() => window.moments.at(-1).paused);
  const told = await moments();
  assert.equal(told.flatMap(({ losses }) => losses).length, told.at(-1).step, 'every loss is told once');
  const [, { dim }] = await ask({ Embed: { slot: 'Trained', ids: [1] } });
  assert.ok(dim > 0);
  const file = await page.evaluate(async () => {
    const [, { name }, [bytes]] = await window.engines['together-engine']('SaveTrained');
    return { name, bytes: [...new Uint8Array(bytes)] };
  });
  const [opened, model] = await ask({ OpenFile: { slot: 'Second', name: file.name } }, { bytes: file.bytes });
  assert.equal(opened, 'Model');
  assert.equal(model.info.card.method, method.name);
  assert.equal(model.info.card.steps, told.at(-1).step);
  await ask({ Steer: 'Stop' });
  await until(() => window.moments.at(-1).ended);
});
