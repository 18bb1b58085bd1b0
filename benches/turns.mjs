// What benchmarks of the page share: counting prints, and asking for one more.

/** Counts prints and keeps the times of long tasks, from the first script on. A browser tells of those over 50 ms alone. */
export const watch = (page) =>
  page.addInitScript(() => {
    window.prints = 0;
    window.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.tasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
    const start = () =>
      new MutationObserver(() => {
        if (document.body.dataset.state === 'ready') window.prints += 1;
      }).observe(document.body, { attributeFilter: ['data-state'] });
    if (document.body) start();
    else addEventListener('DOMContentLoaded', start);
  });

/** Hides at random anew and waits for the print. Gives the time that the badge says it took, in milliseconds. */
export async function turn(page, timeout = 60_000) {
  const before = await page.evaluate(() => window.prints);
  await page.keyboard.press('n');
  await page.waitForFunction((before) => document.body.dataset.state === 'ready' && window.prints > before, before, { timeout, polling: 5 });
  const said = (await page.locator('.badge').textContent()).match(/([\d.]+) (ms|s)\b/);
  return Number(said?.[1]) * (said?.[2] === 's' ? 1000 : 1);
}

/** Bytes of the engine's own memory after the last print. */
export const memory = async (page) => Number(await page.getByTestId('device').getAttribute('data-memory'));

/** Forgets the long tasks there were. */
export const quiet = (page) => page.evaluate(() => void (window.tasks = []));

/** A row that says how many tasks of the page's thread were long since `quiet`, with their times among the raw numbers. */
export async function tasks(page, meanwhile, raw) {
  const times = await page.evaluate(() => window.tasks);
  (raw.tasks ??= {})[meanwhile] = times;
  return { what: `tasks of the page thread over 50 ms ${meanwhile}`, value: times.length, unit: '', limit: 0, holds: times.length === 0 };
}
