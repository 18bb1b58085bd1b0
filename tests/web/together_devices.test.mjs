// The room "Together" on WebGPU: the same answers as on the processor, a run that trains there, and a GPU that is lost.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { browser, drop, engine, paint, serve, visit, withoutGpuEngine as skip } from './darkroom.mjs';

let server, chrome;
before(async () => {
  server = await serve();
  chrome = await browser({ gpu: true });
});
after(async () => {
  await chrome?.close();
  server?.stop();
});

const IDS = [1, 2, 3, 4];

test('on WebGPU embeddings and patches are those of the processor', { skip, timeout: 120_000 }, async () => {
  const { context, page } = await visit(chrome, server);
  const said = [];
  for (const name of ['together-engine', 'together-engine-webgpu']) {
    const { ask } = await engine(page, name);
    assert.equal((await ask({ OpenShipped: { slot: 'First', name: 'scenes' } }))[0], 'Model');
    for (const id of IDS) assert.equal((await ask({ AddScene: { id, seed: id } }))[0], 'Picture');
    assert.equal((await ask({ Embed: { slot: 'First', ids: IDS } }))[0], 'Embedded');
    const [, , [energies]] = await ask({ Energies: { slot: 'First', ids: IDS } }, { floats: true });
    const [, , [heat]] = await ask({ Heat: { slot: 'First', id: 1, patch: 3, among: [2] } }, { floats: true });
    assert.ok(energies.length === IDS.length ** 2 && new Set(energies).size > IDS.length && heat.length > 1);
    said.push({ energies, heat });
  }
  const [cpu, gpu] = said;
  for (const what of ['energies', 'heat']) cpu[what].forEach((value, at) => assert.ok(Math.abs(value - gpu[what][at]) < 1e-3, `${what} ${at}: ${value} and ${gpu[what][at]}`));
  await context.close();
});

// The software adapter takes seconds for a step and most of a minute to compile its shaders: all that trains is in one visit.
test('the room moves to WebGPU, trains there, and comes back with its pictures where the GPU is lost', { skip, timeout: 600_000 }, async () => {
  const { context, page, seen } = await visit(chrome, server, { hash: '#room=together&panel=collapse&first=scenes' });
  const badge = (start) => page.waitForFunction((start) => document.querySelector('.badge')?.textContent.startsWith(start), start, { timeout: 400_000 });
  const settled = () =>
    page.waitForFunction(() => document.body.dataset.state === 'ready' && document.querySelector('.reel .frame'), null, { timeout: 100_000 });
  const frames = () => page.getByRole('listbox', { name: 'Film strip' }).getByRole('option').count();
  const device = page.getByLabel('Device', { exact: true }).getByRole('button');
  await settled();
  // A picture whose file is gone from the disk before the room moves: its copy stands in.
  await drop(page, [{ name: 'mine.png', type: 'image/png', bytes: await paint(page) }]);
  const mine = page.getByRole('option', { name: /^mine\.png/ });
  await mine.waitFor();
  await page.evaluate(async () => {
    const kept = await caches.open('darkroom-pictures');
    while ((await kept.keys()).length === 0) await new Promise((later) => setTimeout(later, 50));
    File.prototype.arrayBuffer = () => Promise.reject(new DOMException('It is gone.', 'NotReadableError'));
  });
  await settled();
  const many = await frames();
  await device.click();
  await page.getByText(/made of software, so the CPU computes/).waitFor();
  await page.getByRole('button', { name: 'WebGPU', exact: true }).click();
  await badge('WebGPU');
  await page.getByText('You chose WebGPU.').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'badge');
  await settled();
  assert.deepEqual([await frames(), await mine.count()], [many, 1]);
  assert.match(page.url(), /device=webgpu/);

  const panel = page.getByTestId('collapse');
  // A move that fails is tried once, whatever other control is touched then.
  await page.evaluate(() => {
    const lent = window.Worker;
    window.refused = 0;
    window.Worker = function () {
      window.refused += 1;
      throw new Error('None is lent.');
    };
    window.lend = () => { window.Worker = lent; };
  });
  await device.click();
  await page.getByRole('button', { name: 'CPU', exact: true }).click();
  const failed = page.getByRole('alert').filter({ hasText: 'starts no worker' });
  await failed.waitFor();
  await page.keyboard.press('Escape');
  await failed.getByRole('button', { name: 'Put this message away' }).click();
  const slow = panel.getByRole('switch', { name: 'Slow' });
  await slow.click();
  await page.waitForFunction(() => location.hash.includes('pace=slow'));
  await slow.click();
  await page.waitForFunction(() => !location.hash.includes('pace=slow'));
  assert.equal(await page.evaluate(() => window.refused), 1);
  await page.evaluate(() => window.lend());
  await device.click();
  await page.getByRole('button', { name: 'WebGPU', exact: true }).click();
  await page.keyboard.press('Escape');
  await settled();
  assert.match(await page.locator('.badge').textContent(), /^WebGPU/);

  const reaches = (least) =>
    page.waitForFunction((least) => Number(document.querySelector('[data-testid="collapse"]').textContent.match(/Step (\d+)/)?.[1] ?? 0) >= least, least, { timeout: 200_000 });
  await panel.getByRole('button', { name: 'Start' }).click();
  await reaches(1);
  const lever = panel.getByRole('switch', { name: 'What stops collapse' });
  await lever.click();
  await page.waitForFunction((lever) => lever.getAttribute('aria-checked') === 'false', await lever.elementHandle(), { timeout: 100_000 });
  await panel.getByRole('button', { name: 'Pause' }).click();
  await panel.getByRole('button', { name: 'One step' }).waitFor({ timeout: 100_000 });
  // The network that trains here holds the room where it is, and is not lost by a wish for another device.
  await device.click();
  await page.getByRole('button', { name: 'CPU', exact: true }).click();
  await page.getByText(/the room moves when you reset it/).waitFor();
  await page.getByRole('button', { name: 'WebGPU', exact: true }).click();
  await page.keyboard.press('Escape');
  const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Save the weights' }).click()]);
  const bytes = await readFile(await file.path());
  assert.deepEqual(seen.errors, []);

  const devtools = await chrome.newBrowserCDPSession();
  await devtools.send('Browser.crashGpuProcess');
  await badge('CPU');
  await page.getByText(/The CPU goes on; pictures and models are brought to it\. The network that trained there is lost\./).waitFor();
  await settled();
  assert.deepEqual([await frames(), await mine.count()], [many, 1]);
  // What was trained and saved on WebGPU opens on the processor.
  await page.evaluate(() => { delete File.prototype.arrayBuffer; });
  await drop(page, [{ name: file.suggestedFilename(), type: '', bytes }]);
  await page.waitForFunction((name) => document.querySelector('[data-testid="models"]')?.textContent.includes(name), file.suggestedFilename(), { timeout: 60_000 });
  await settled();
  await context.close();
});
