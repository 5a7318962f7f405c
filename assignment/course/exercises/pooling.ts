import type { RandomState } from "../../../src/random/randomState.ts";
import type { Mistake, Quantities } from "../exercise.ts";
import type { LayerCase } from "../layerExperiments.ts";
import { quantity, randomQuantity } from "../quantities.ts";
import type { Quantity } from "../wire.ts";

// The common parts of the two pooling layers: windows of 2×2 pixels, side by side.

/** How code finds the windows; omitted parts are as in the exercise. */
export interface Windows {
  /** the distance of windows (2) */
  readonly stride?: number;
  /** the number of windows along a side (length / 2, rounded down) */
  readonly count?: (length: number) => number;
  /** the places of a window in x, row by row */
  readonly pixels?: (n: number, i: number, j: number, c: number, shape: readonly number[]) => readonly number[];
}

export const halved = (length: number): number => Math.floor(length / 2);

export const place = (
  n: number,
  i: number,
  j: number,
  c: number,
  [, height, width, channels]: readonly number[],
): number => ((n * height + i) * width + j) * channels + c;

/** Calls `visit` for each window with its place in y and its places in x. */
function eachWindow(
  shape: readonly number[],
  { stride = 2, count = halved, pixels }: Windows,
  visit: (yAt: number, xAt: readonly number[]) => void,
): readonly number[] {
  const [batch, height, width, channels] = shape;
  const outputs = [batch, count(height), count(width), channels];
  const square = (n: number, i: number, j: number, c: number): number[] => {
    const inside = [0, 1, 2, 3].map((at) => [stride * i + (at >> 1), stride * j + (at & 1)]);
    return inside
      .filter(([row, column]) => row < height && column < width)
      .map(([row, column]) => place(n, row, column, c, shape));
  };
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < outputs[1]; i++)
      for (let j = 0; j < outputs[2]; j++)
        for (let c = 0; c < channels; c++) visit(at++, pixels?.(n, i, j, c, shape) ?? square(n, i, j, c));
  return outputs;
}

/** y from the values of each window. */
export function pooled(x: Quantity, pick: (values: readonly number[]) => number, windows: Windows = {}): Quantity {
  const y: number[] = [];
  const shape = eachWindow(x.shape, windows, (yAt, xAt) => {
    y[yAt] = pick(xAt.map((at) => x.data[at] ?? Number.NaN));
  });
  return quantity(shape, y);
}

/** dx from the values of each window and its dy: what each value of the window gets. */
export function unpooled(
  { x, dy }: LayerCase,
  share: (values: readonly number[], dy: number) => readonly number[],
  windows: Windows = {},
): Quantity {
  const dx = new Float64Array(x.data.length);
  eachWindow(x.shape, windows, (yAt, xAt) => {
    const shares = share(
      xAt.map((at) => x.data[at] ?? Number.NaN),
      dy.data[yAt] ?? Number.NaN,
    );
    for (const [i, at] of xAt.entries()) dx[at] += shares[i];
  });
  return quantity(x.shape, dx);
}

export function cases(random: RandomState): readonly [LayerCase, LayerCase, LayerCase, ...LayerCase[]] {
  const one = (batch: number, height: number, width: number, channels: number, special?: string): LayerCase => ({
    x: randomQuantity(random, [batch, height, width, channels]),
    dy: randomQuantity(random, [batch, halved(height), halved(width), channels]),
    dims: { batch, channels },
    ...(special && { special }),
  });
  return [
    one(2, 6, 4, 3),
    one(3, 4, 8, 2),
    one(3, 4, 8, 2),
    one(2, 5, 7, 2, "for an odd height and width"),
    one(1, 2, 2, 1, "for a single window"),
  ];
}

const layouts: readonly (readonly [cause: string, words: string, windows: Windows])[] = [
  ["stride", "the windows overlap: they should be two pixels apart", { stride: 1 }],
  [
    "stride",
    "the windows overlap, and there are too many of them: they should be two pixels apart",
    { stride: 1, count: (length) => length - 1 },
  ],
  [
    "stride",
    "the windows overlap, and there are as many as pixels: they should be two pixels apart",
    { stride: 1, count: (length) => length },
  ],
  [
    "shape",
    "a last odd row or column has a window of its own; it should be left out",
    { count: (length) => Math.ceil(length / 2) },
  ],
  [
    "wrong-layout",
    "x is read as (batch, channels, height, width)",
    {
      pixels: (n, i, j, c, [, h, w, channels]) =>
        [0, 1, 2, 3].map((at) => ((n * channels + c) * h + 2 * i + (at >> 1)) * w + 2 * j + (at & 1)),
    },
  ],
  [
    "wrong-layout",
    "height and width of x are exchanged in the position of a pixel",
    {
      pixels: (n, i, j, c, [, h, w, channels]) =>
        [0, 1, 2, 3].map((at) => ((n * w + 2 * i + (at >> 1)) * h + 2 * j + (at & 1)) * channels + c),
    },
  ],
  [
    "wrong-window",
    "a window is the two pixels of one row",
    { pixels: (n, i, j, c, shape) => [0, 1].map((at) => place(n, 2 * i, 2 * j + at, c, shape)) },
  ],
  [
    "wrong-window",
    "a window is the two pixels of one column",
    { pixels: (n, i, j, c, shape) => [0, 1].map((at) => place(n, 2 * i + at, 2 * j, c, shape)) },
  ],
  [
    "wrong-window",
    "a window is the two pixels of its diagonal",
    { pixels: (n, i, j, c, shape) => [0, 1].map((at) => place(n, 2 * i + at, 2 * j + at, c, shape)) },
  ],
  [
    "wrong-window",
    "a window has three rows and columns",
    {
      pixels: (n, i, j, c, shape) =>
        Array.from({ length: 9 }, (_, at) => [2 * i + Math.floor(at / 3), 2 * j + (at % 3)])
          .filter(([row, column]) => row < shape[1] && column < shape[2])
          .map(([row, column]) => place(n, row, column, c, shape)),
    },
  ],
  [
    "one-channel",
    "the first channel is used for all channels",
    {
      pixels: (n, i, j, _c, shape) => [0, 1, 2, 3].map((at) => place(n, 2 * i + (at >> 1), 2 * j + (at & 1), 0, shape)),
    },
  ],
  [
    "mixed-channels",
    "a window contains all channels; each channel should be pooled by itself",
    {
      pixels: (n, i, j, _c, shape) =>
        [0, 1, 2, 3].flatMap((at) =>
          Array.from({ length: shape[3] }, (_, c) => place(n, 2 * i + (at >> 1), 2 * j + (at & 1), c, shape)),
        ),
    },
  ],
  [
    "one-example",
    "the first image is used for all examples",
    {
      pixels: (_n, i, j, c, shape) => [0, 1, 2, 3].map((at) => place(0, 2 * i + (at >> 1), 2 * j + (at & 1), c, shape)),
    },
  ],
  [
    "wrong-window",
    "windows start at the position of the output and not at twice that",
    { pixels: (n, i, j, c, shape) => [0, 1, 2, 3].map((at) => place(n, i + (at >> 1), j + (at & 1), c, shape)) },
  ],
];

/** Mistakes in the position of windows, in forward and backward, in forward alone, and in backward alone. */
export function windowMistakes(results: (one: LayerCase, windows: Windows) => Quantities): Mistake<LayerCase>[] {
  return [["y", "dx"], ["y"], ["dx"]].flatMap((names) =>
    layouts.map(([cause, words, windows]) => ({
      cause,
      message: names[0] === "y" ? words : `in backward, ${words}`,
      results: (one) => {
        const all = results(one, windows);
        return Object.fromEntries(names.map((name) => [name, all[name]]));
      },
    })),
  );
}
