// Our engine's worker, asked as src/protocol/mod.rs says.

/** Body of an answer that may be a bare name: `Done`, or `{ Model: … }`. */
const named = (body) => (typeof body === 'string' ? [body] : Object.entries(body)[0]);

export class Ours {
  #waiting = new Map();
  #jobs = 0;

  /** `kind` is the engine's name, `engine` or `engine-webgpu`. */
  constructor(kind) {
    this.kind = kind;
    this.worker = new Worker('engine.js', { type: 'module', name: kind });
    this.ready = this.#answer(0);
    this.worker.onmessage = ({ data }) => this.#take(JSON.parse(data.json), data.buffers);
    this.worker.onerror = ({ message }) => this.#take({ job: 0, body: { Failed: message } });
  }

  #answer(job) {
    return new Promise((found, failed) => this.#waiting.set(job, { found, failed }));
  }

  #take({ job, body }, buffers) {
    const [name, value] = named(body);
    if (name === 'Progress') return;
    const waiting = name === 'Lost' ? [...this.#waiting.values()] : [this.#waiting.get(job)];
    for (const one of waiting) {
      if (name === 'Failed' || name === 'Lost') one?.failed(new Error(value));
      else one?.found({ name, value, buffers });
    }
  }

  #ask(body, buffers = []) {
    const job = ++this.#jobs;
    const answer = this.#answer(job);
    this.worker.postMessage({ json: JSON.stringify({ job, body }), buffers }, buffers);
    return answer;
  }

  /** Opens weights (their bytes are given away) and takes the case's picture in. */
  async open(weights, { png, mask, side }) {
    const { value } = await this.ready;
    if (value.device !== (this.kind === 'engine-webgpu' ? 'webgpu' : 'cpu')) throw new Error(`${this.kind} computes on ${value.device}`);
    await this.#ask({ AddPicture: { id: 1, name: 'case.png' } }, [png.slice(0)]);
    await this.#ask({ OpenFile: { name: 'case.safetensors' } }, [weights]);
    this.predicts = { Predict: { picture: 1, frame: { x: 0, y: 0, side }, mask } };
    return value.adapter;
  }

  /** One prediction: what the engine says that the network took, from upload to read-back, and the drawing as RGBA. */
  async predict() {
    const { value, buffers } = await this.#ask(this.predicts);
    return { ms: value.network_ms, rgba: new Uint8Array(buffers[1]) };
  }
}
