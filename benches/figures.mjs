// Arithmetic and spelling of figures, without anything measured.

/** Median of numbers. */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Median, least and number of times. */
export const gist = (values) => ({ median: median(values), least: Math.min(...values), count: values.length });

/** Mean, standard error of the mean, and the values. */
export const spread = (values) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(square / values.length), values };
};

/** Three digits of a number, all of a large one. */
export const figure = (value) => {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
};
