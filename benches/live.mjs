// A program that lives through a benchmark and takes steps when asked: `bench step`, or its peer.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A line of `/proc/PID/FILE`, or nothing where a system has none. */
const proc = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};
const TICK_MS = 10; // of Linux's accounting, on every platform that Chromium and PyTorch know

export class Live {
  /** Starts a command with so many threads. */
  constructor([program, ...words], { threads = 0, ...options } = {}) {
    const env = { ...process.env };
    if (threads) for (const name of ['RAYON_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS']) env[name] = threads;
    this.child = spawn(program, words, { ...options, env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((_, failed) => {
      this.child.on('error', failed);
      this.child.on('exit', (code) => failed(new Error(`${program} ended with ${code}`)));
    });
    this.ended.catch(() => {});
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.times = [];
    this.cpu = [];
  }

  /** What it says next. */
  async next() {
    const { value, done } = await this.lines.next();
    return done ? this.ended : JSON.parse(value);
  }

  /** Milliseconds of processor that it has used, over all threads. */
  #used() {
    const fields = proc(this.child.pid, 'stat').split(') ').at(-1).split(' ');
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  }

  /** So many steps; keeps their times, and the processor's time of each, unless they are for warming up. */
  async steps(count, { keep = true } = {}) {
    // Threads of another program that spin before they sleep are asleep by then.
    await sleep(400);
    const before = this.#used();
    this.child.stdin.write(`${count}\n`);
    const said = await this.next();
    if (keep) {
      this.times.push(...said.times);
      this.cpu.push((this.#used() - before) / count);
    }
    return said;
  }

  /** Largest resident memory so far, bytes; NaN where the system does not tell. */
  peak() {
    return 1024 * Number(proc(this.child.pid, 'status').match(/VmHWM:\s+(\d+)/)?.[1] ?? NaN);
  }

  end() {
    this.child.stdin.end();
  }
}

/** Throws where two sides do not take the same step: loss and gradient of the first, from the same weights on the same batch. */
export function alike(ours, theirs, tolerance) {
  for (const name of ['loss', 'gradient_norm']) {
    const error = Math.abs(ours[name] / theirs[name] - 1);
    if (!(error <= tolerance)) throw new Error(`${name}: ${ours[name]} and ${theirs[name]} differ by ${error}; no more than ${tolerance} would be the same step`);
  }
}
