// A case that `bench case` wrote: the picture, its mask, its smooth fill, and what our native program draws of it.

const TYPES = { F32: Float32Array, I64: BigInt64Array };

/** Tensors of a safetensors file: `{ name: { shape, values } }`. */
function tensors(bytes) {
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + length)));
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    entries.map(([name, { dtype, shape, data_offsets: [from, to] }]) => [name, { shape, values: new TYPES[dtype](bytes.slice(8 + length + from, 8 + length + to)) }]),
  );
}

export const bytes = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.arrayBuffer();
};

/** The case under a path without its ending. */
export async function open(path) {
  const [file, png] = await Promise.all([bytes(`${path}.safetensors`), bytes(`${path}.png`)]);
  const { picture, fill, drawn, order: places } = tensors(file);
  const order = Int32Array.from(places.values, Number);
  const back = new Int32Array(order.length);
  order.forEach((place, at) => (back[place] = at));
  const columns = Math.round(Math.sqrt(order.length));
  const mask = { grid: { rows: columns, columns }, hidden: [...back].map((at) => at >= order.length / 4) };
  return { picture, fill, drawn, order, back, png, mask, side: picture.shape[2] };
}

/** How far a drawing is from the case's, relative to the largest value there (at least 1). */
export function apart({ drawn }, values) {
  let [most, largest] = [0, 1];
  for (let i = 0; i < values.length; i++) {
    most = Math.max(most, Math.abs(values[i] - drawn.values[i]));
    largest = Math.max(largest, Math.abs(drawn.values[i]));
  }
  return values.length === drawn.values.length ? most / largest : Infinity;
}

/** The same for bytes of RGBA, in levels of 255. */
export function apartInLevels({ drawn }, rgba) {
  const area = rgba.length / 4;
  let most = area * 3 === drawn.values.length ? 0 : Infinity;
  for (let i = 0; i < area * 3; i++) {
    const [channel, at] = [Math.floor(i / area), i % area];
    most = Math.max(most, Math.abs(rgba[4 * at + channel] - 255 * Math.min(1, Math.max(0, drawn.values[i]))));
  }
  return most;
}
