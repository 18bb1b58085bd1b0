// Our engine, in a browser that lends it no storage: half a gigabyte of weights is not to be written to disk here.
Object.defineProperty(navigator, 'storage', { value: undefined });
Object.defineProperty(globalThis, 'caches', { value: undefined });
await import('/dist/engine_start.js');
