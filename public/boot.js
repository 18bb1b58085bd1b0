// Starts the page's wasm. A file of its own, because the content security policy allows no inline script.
const here = document.querySelector("script[data-wasm]").dataset;
const address = (path) => new URL(path, document.baseURI).href;
const { default: start } = await import(address(here.page));
await start({ module_or_path: address(here.wasm) });
