const blocks = "▁▂▃▄▅▆▇█";

/** Numbers as a line of at most `width` blocks, scaled from the lowest to the highest number; a block can be the mean of several numbers. */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const [start, end] = [Math.floor((i * values.length) / columns), Math.floor(((i + 1) * values.length) / columns)];
    const part = values.slice(start, Math.max(end, start + 1));
    return part.reduce((sum, value) => sum + value / part.length, 0);
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const height = (value: number) => (high > low ? Math.round(((value - low) / (high - low)) * (blocks.length - 1)) : 0);
  return means.map((value) => blocks[height(value)]).join("");
}
