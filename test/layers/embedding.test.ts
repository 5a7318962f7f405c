import { describe, expect, test } from "vitest";
import {
  DataError,
  Embedding,
  evaluation,
  MultiHeadAttention,
  makeNetwork,
  PositionEmbedding,
  RandomState,
  SettingsError,
  ShapeError,
  summarize,
  Tensor,
  tensor,
  transformerLayers,
} from "../../src/index.ts";

describe("embedding", () => {
  const layer = new Embedding(3, 2, { name: "letters" });
  layer.w.value.data.set([1, 2, 3, 4, 5, 6]);

  test("each whole number becomes its row, and gets its gradients", () => {
    const y = layer.forward(
      tensor([
        [2, 0],
        [2, 2],
      ]),
    );
    expect(y.toArray()).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [
        [5, 6],
        [5, 6],
      ],
    ]);
    const dx = layer.backward(new Tensor([2, 2, 2], Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40)));
    expect([...layer.w.gradient.data]).toEqual([2, 20, 0, 0, 8, 80]);
    expect(dx).toEqual(Tensor.zeros([2, 2]));
  });

  test.each([3, -1, 0.5, Number.NaN, Infinity])("%d is an error that names its place", (wrong) => {
    const message = `letters (embedding 3→2): input row 1, position 0: expected a whole number from 0 to 2, found ${wrong}`;
    expect(() => layer.forward(new Tensor([2, 2], Float32Array.of(0, 1, wrong, 1)))).toThrow(new DataError(message));
  });

  test("sizes below 1, and more rows than float32 can number, are refused", () => {
    expect(() => new Embedding(0, 2)).toThrow(SettingsError);
    expect(() => new Embedding(2, 1.5)).toThrow(SettingsError);
    expect(() => new Embedding(2 ** 24 + 1, 1)).toThrow("rows: expected at most 16777216 in float32");
  });
});

describe("positions", () => {
  test("sines and cosines by their formula; fewer tokens take the first rows", () => {
    const layer = new PositionEmbedding(4, 4, { table: "sinusoidal", dtype: "float64" });
    expect(layer.parameters).toEqual([]);
    const { data } = layer.forward(Tensor.zeros([1, 3, 4], "float64"));
    const expected = [0, 1, 2].flatMap((i) => [Math.sin(i), Math.cos(i), Math.sin(i / 100), Math.cos(i / 100)]);
    expected.forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 14);
    });
    expect(() => layer.outputShape([1, 5, 4])).toThrow(ShapeError);
  });

  test("rows behind the last token have gradient 0", () => {
    const layer = new PositionEmbedding(3, 1);
    layer.w.gradient.data.fill(7);
    layer.forward(Tensor.zeros([2, 2, 1]));
    layer.backward(new Tensor([2, 2, 1], Float32Array.of(1, 2, 3, 4)));
    expect([...layer.w.gradient.data]).toEqual([4, 6, 0]);
  });
});

test("heads must divide the features", () => {
  for (const heads of [0, 4, 1.5]) {
    expect(() => new MultiHeadAttention(6, { heads })).toThrow(
      `heads: expected a number that divides the 6 features, found ${heads}`,
    );
  }
});

test("with equal scores attention is the mean of the values that a token sees", () => {
  const layer = new MultiHeadAttention(2, { heads: 2, causal: true, dtype: "float64" });
  // queries and keys are 0; values and outputs are the inputs
  for (const { key, value } of layer.parameters) if (key === "wv" || key === "wo") value.data.set([1, 0, 0, 1]);
  const x = new Tensor([1, 3, 2], Float64Array.of(1, 10, 2, 20, 6, 60));
  const expected = [1, 10, 1.5, 15, 3, 30];
  layer.forward(x).data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 12);
  });
});

test("transformerLayers: parameters and multiply-adds by hand", () => {
  const options = { symbols: 9, width: 8, depth: 2, heads: 2, hidden: 12, classes: 5 };
  for (const causal of [false, true]) {
    const layers = transformerLayers({ ...options, causal });
    const network = makeNetwork({ inputShape: [6], layers }, { random: new RandomState(1) });
    const block = 2 * 16 + 4 * (8 * 8 + 8) + (8 * 12 + 12) + (12 * 8 + 8);
    const seen = causal ? 21 : 36;
    expect(summarize(network, [6])).toMatchObject({
      parameters: 9 * 8 + 6 * 8 + 2 * block + 16 + 8 * 5 + 5,
      multiplyAdds: 2 * (4 * 6 * 8 * 8 + 2 * seen * 8 + 2 * 6 * 8 * 12) + 6 * 8 * 5,
    });
    expect(network.forward(Tensor.zeros([2, 6]), evaluation).shape).toEqual([2, 6, 5]);
  }
  const pooled = makeNetwork(
    { inputShape: [6], layers: transformerLayers({ ...options, pooled: true }) },
    { random: new RandomState(1) },
  );
  expect(pooled.forward(Tensor.zeros([2, 6])).shape).toEqual([2, 5]);
});
