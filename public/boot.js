// Starts the room that the address names: the page's own wasm, or the program of the room "Together", which only those
// who enter it load. A file of its own, because the content security policy allows no inline script.
const here = document.querySelector("script[data-wasm]").dataset;
const address = (path) => new URL(path, document.baseURI).href;
const room = () => (location.hash.slice(1).split("&").includes("room=together") ? "together" : "hidden");

const entered = room();
document.documentElement.dataset.room = entered;
for (const link of document.querySelectorAll(".rooms a")) {
  if (link.hash.includes("room=together") === (entered === "together")) link.setAttribute("aria-current", "page");
}
// Both rooms keep what they hold in the browser's storage: another room is another page.
addEventListener("hashchange", () => {
  if (room() === entered) return;
  // What the room left behind still wants to write must not change the address any more.
  history.replaceState = () => {};
  location.reload();
});

if (entered === "together") {
  // What stands there is the other room's first look.
  document.title = "Darkroom: which pictures belong together";
  const heading = document.createElement("h1");
  heading.textContent = "Which pictures belong together?";
  document.querySelector("#page main").replaceChildren(heading);
}

const [script, wasm] = entered === "together" ? ["./together.js", "./together_bg.wasm"] : [here.page, here.wasm];
try {
  const { default: start } = await import(address(script));
  await start({ module_or_path: address(wasm) });
} catch (error) {
  console.error(error);
  const said = document.createElement("p");
  said.className = "stopped";
  said.setAttribute("role", "alert");
  said.textContent = "This room could not be loaded. Look at the connection and reload the page.";
  document.querySelector("#page").prepend(said);
  document.body.dataset.state = "error";
}

// At a first visit the service worker comes too late to have seen these, and keeps them only now.
const worker = navigator.serviceWorker;
if (entered === "together" && worker && !worker.controller) {
  await worker.ready;
  for (const path of [script, wasm, "./together-engine.js", "./together-engine_bg.wasm"]) await fetch(address(path)).catch(() => {});
}
