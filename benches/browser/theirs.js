// A worker with onnxruntime-web, asked like our engine: one message, one answer.

export class Theirs {
  #waiting = [];

  /** `kind` is an execution provider: `wasm` or `webgpu`. */
  constructor(kind) {
    this.worker = new Worker('ort.js', { type: 'module', name: kind });
    this.worker.onmessage = ({ data }) => this.#take(data);
    this.worker.onerror = ({ message }) => this.#take({ failed: message });
  }

  #take(answer) {
    const { found, failed } = this.#waiting.shift();
    if (answer.failed) failed(new Error(`onnxruntime-web: ${answer.failed}`));
    else found(answer);
  }

  #ask(body, buffers = []) {
    const answer = new Promise((found, failed) => this.#waiting.push({ found, failed }));
    this.worker.postMessage(body, buffers);
    return answer;
  }

  /** Opens a model (its bytes are given away). */
  open(model, { picture, fill, order, back }) {
    return this.#ask({ model, picture, fill, order, back }, [model]);
  }

  /** One prediction: time of `session.run`, output read back, and the drawing. */
  predict() {
    return this.#ask('predict');
  }
}
