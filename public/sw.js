// Keeps the page, so that it works without a network after one visit. The list of files comes from the build
// (precache.js): a byte changed in any of them is a new version, which waits until the page lets it take over.
// Pictures (darkroom-pictures) and weights (the engine's own storage) are none of its business.
importScripts('./precache.js');

const PREFIX = 'darkroom-page-';
const { version, files, later } = self.PRECACHE;
const NAME = PREFIX + version;
const HASHES = './hashes-of-this-cache';

const address = (path) => new URL(path, self.registration.scope).href;
const hashes = new Map([...files, ...later].map(([path, hash]) => [address(path), hash]));

// What an older version holds unchanged is taken from there.
async function older(url, hash) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    const cache = await caches.open(name);
    const known = await cache.match(address(HASHES)).then((list) => list?.json());
    if (known?.[url] === hash) return cache.match(url);
  }
  return undefined;
}

async function keep(cache, url) {
  if (await cache.match(url)) return;
  const response = (await older(url, hashes.get(url))) ?? (await fetch(url, { cache: 'no-cache' }));
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  await cache.put(url, response);
}

async function install() {
  const cache = await caches.open(NAME);
  for (const [path] of files) await keep(cache, address(path));
  await cache.put(address(HASHES), new Response(JSON.stringify(Object.fromEntries(hashes))));
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
  await self.clients.claim();
}

async function answer(request) {
  const cache = await caches.open(NAME);
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  const path = request.mode === 'navigate' && url.href === self.registration.scope ? address('index.html') : url.href;
  const kept = await cache.match(path);
  if (kept) return kept;
  const response = await fetch(request);
  // The engine for GPUs is kept when a visitor with a GPU first loads it.
  if (response.ok && response.status === 200 && hashes.has(path)) await cache.put(path, response.clone());
  return response;
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const own = request.method === 'GET' && request.url.startsWith(self.registration.scope);
  if (own && !request.headers.has('range') && !request.url.endsWith('.safetensors')) event.respondWith(answer(request));
});
