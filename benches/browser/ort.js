// onnxruntime-web in a worker: one thread, f32, every graph optimisation.
const provider = self.name;
const loading = import(provider === 'webgpu' ? '/ort/ort.webgpu.min.mjs' : '/ort/ort.wasm.min.mjs');
let session;
let feeds;

async function open({ model, picture, fill, order, back }) {
  const ort = await loading;
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
  session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: [provider], graphOptimizationLevel: 'all' });
  feeds = {
    picture: new ort.Tensor('float32', picture.values, picture.shape),
    fill: new ort.Tensor('float32', fill.values, fill.shape),
    order: new ort.Tensor('int32', order, [order.length]),
    back: new ort.Tensor('int32', back, [back.length]),
  };
  // The graph of a network that takes no fill has no such input.
  for (const name of Object.keys(feeds)) if (!session.inputNames.includes(name)) delete feeds[name];
  return { version: ort.env.versions.web };
}

async function predict() {
  const start = performance.now();
  const { drawn } = await session.run(feeds);
  const values = await drawn.getData();
  const ms = performance.now() - start;
  drawn.dispose();
  return { ms, drawn: values };
}

self.onmessage = async ({ data }) => {
  try {
    postMessage(await (data === 'predict' ? predict() : open(data)));
  } catch (error) {
    postMessage({ failed: String(error?.message ?? error) });
  }
};
