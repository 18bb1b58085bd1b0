// Takes the picture of the page that the README begins with. `cargo xtask ship` runs it.
import { fileURLToPath } from 'node:url';
import { browser, ready, serve, visit } from '../tests/web/darkroom.mjs';

const server = await serve();
const chrome = await browser();
const { page } = await visit(chrome, server, { viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 1.5 });
await ready(page);
// Films of the whole strip, and the fade of the newest print.
await page.waitForTimeout(2500);
await page.screenshot({ path: fileURLToPath(new URL('./page.png', import.meta.url)), fullPage: true });
await chrome.close();
server.stop();
