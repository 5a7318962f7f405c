/** What a kind needs, where it does not do without options. */
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
  frequencies: { keep: 2 },
  groupClasses: { groups: [0, 1] },
  meanOfViews: { count: 2 },
  views: { flip: true },
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
