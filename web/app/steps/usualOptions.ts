import type { Shape } from "handgrad";

/** The required options of a kind, if it has any. */
export const usualOptions: Readonly<Record<string, object>> = {
  scale: { factor: 0.5 },
  linear: { outputs: 4 },
  dropout: { keepProb: 0.75 },
  residual: { layers: [{ kind: "linear", outputs: 4 }, { kind: "gelu" }] },
  sequential: { layers: [{ kind: "linear", outputs: 4 }, { kind: "gelu" }] },
  ensemble: {
    layers: [
      { kind: "linear", outputs: 2 },
      { kind: "linear", outputs: 2 },
    ],
  },
  dct: { keep: 2 },
  groupClasses: { groups: [0, 1] },
  testTimeAverage: { count: 2 },
  testTimeAugmentation: { flip: true },
  piecewiseLinear: {
    edges: [
      [0, 0.5, 1],
      [0, 0.5, 1],
    ],
  },
  patches: { size: 3 },
  embedding: { rows: 5, columns: 4 },
  multiHeadAttention: { heads: 2 },
  conv2d: { outputs: 2, kernel: 3 },
  maxPool2d: { size: 2 },
  averagePool2d: { size: 2 },
};

/** The same, fitted to the input of the layer: (rows, …, width), images as (rows, height, width, channels). */
export function fittingOptions(kind: string, shape: Shape): object | undefined {
  const width = shape[shape.length - 1];
  const [height, across] = shape.length === 4 ? [shape[1], shape[2]] : [width, width];
  const most = (size: number) => Math.max(1, Math.min(size, height, across));
  switch (kind) {
    case "residual": {
      const same =
        shape.length === 4
          ? { kind: "conv2d", outputs: width, kernel: 3, padding: "same" }
          : { kind: "linear", outputs: width };
      return { layers: [same, { kind: "gelu" }] };
    }
    case "multiHeadAttention":
      return { heads: width % 2 === 0 ? 2 : 1 };
    case "groupClasses":
      return { groups: Array.from({ length: width }, (_, i) => i % 2) };
    case "piecewiseLinear":
      return { edges: Array.from({ length: width }, () => [0, 0.5, 1]) };
    case "patches":
      return { size: [3, 2, 1].find((size) => height % size === 0 && across % size === 0) };
    case "conv2d":
      return { outputs: 2, kernel: most(3) };
    case "maxPool2d":
    case "averagePool2d":
      return { size: most(2) };
    default:
      return usualOptions[kind];
  }
}
