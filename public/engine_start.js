// Starts an engine inside its worker: counts the bytes of its program on the way in, and says in the protocol's own
// words how far it is or why it failed. Which engine is the worker's name: an address loses its query where a service
// worker answers. On a GPU the engines of both rooms are one program, which reads the name itself.
const programs = { 'engine-webgpu': 'engine-webgpu', 'together-engine': 'together-engine', 'together-engine-webgpu': 'engine-webgpu' };
const name = programs[self.name] ?? 'engine';
const say = (body) => postMessage({ json: JSON.stringify({ job: 0, body }), buffers: [] });

async function counted(path, of) {
  const response = await fetch(path);
  if (!response.ok || !response.body) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  let done = 0;
  let last = 0;
  const count = new TransformStream({
    transform(chunk, out) {
      done += chunk.byteLength;
      if (performance.now() - last > 50) {
        last = performance.now();
        say({ Progress: { stage: 'Download', done, of: Math.max(of, done) } });
      }
      out.enqueue(chunk);
    },
    flush: () => say({ Progress: { stage: 'Download', done, of: done } }),
  });
  return new Response(response.body.pipeThrough(count), { headers: { 'content-type': 'application/wasm' } });
}

try {
  const path = new URL(`./${name}_bg.wasm`, import.meta.url);
  // The size before compression, which the response does not tell; the list is made when the page is built.
  const sizes = await fetch(new URL('./sizes.json', import.meta.url)).then((r) => (r.ok ? r.json() : {})).catch(() => ({}));
  const program = counted(path, sizes[`${name}_bg.wasm`] ?? 0);
  const { default: init } = await import(`./${name}.js`);
  await init({ module_or_path: program });
} catch (error) {
  say({ Failed: `The engine could not be loaded (${error.message ?? error}). Look at the connection and try again.` });
}
