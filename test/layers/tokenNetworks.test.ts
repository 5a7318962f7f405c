import { expect, test } from "vitest";
import {
  describeNetwork,
  evaluation,
  makeNetwork,
  mixerLayers,
  Patches,
  RandomState,
  SettingsError,
  ShapeError,
  summarize,
  Tensor,
  Transpose,
  tensor,
} from "../../src/index.ts";

test("patches: the numbers of each square, row by row, and back", () => {
  // one channel, 4 × 6 pixels, each pixel is 10·row + column
  const image = new Tensor(
    [1, 4, 6, 1],
    Float64Array.from({ length: 24 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6)),
  );
  const layer = new Patches(2);
  const tokens = layer.forward(image);
  expect(tokens.shape).toEqual([1, 6, 4]);
  expect(tokens.toArray()).toEqual([
    [
      [0, 1, 10, 11],
      [2, 3, 12, 13],
      [4, 5, 14, 15],
      [20, 21, 30, 31],
      [22, 23, 32, 33],
      [24, 25, 34, 35],
    ],
  ]);
  expect(layer.backward(tokens)).toEqual(image);
  expect(() => layer.outputShape([1, 4, 5, 1])).toThrow(ShapeError);
  for (const size of [0, 1.5, Number.NaN]) expect(() => new Patches(size)).toThrow(SettingsError);
});

test("transpose: tokens and features swap", () => {
  const y = new Transpose().forward(
    tensor([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]),
  );
  expect(y.toArray()).toEqual([
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ]);
});

test("mixerLayers: a patch embedding, blocks over tokens and features, and a classifier", () => {
  const layers = mixerLayers({ image: [8, 12, 3], patch: 4, width: 10, depth: 2, classes: 7 });
  const network = makeNetwork({ inputShape: [8, 12, 3], layers }, { random: new RandomState(1) });
  // 48 → 10; a block: 2 · 20 for the norms, 6 → 5 → 6 over tokens, 10 → 40 → 10 over features; norm; 10 → 7
  const block = 2 * 20 + (6 * 5 + 5) + (5 * 6 + 6) + (10 * 40 + 40) + (40 * 10 + 10);
  // for each of 10 features 6 · 5 · 2, for each of 6 tokens 10 · 40 · 2
  const products = 6 * 48 * 10 + 2 * (10 * 6 * 5 * 2 + 6 * 10 * 40 * 2) + 10 * 7;
  const summary = summarize(network, [8, 12, 3]);
  expect(summary).toMatchObject({
    parameters: 48 * 10 + 10 + 2 * block + 20 + 10 * 7 + 7,
    multiplyAdds: products,
  });
  expect(describeNetwork(network, [8, 12, 3]).layers.map(({ kind }) => kind)).toEqual(layers.map(({ kind }) => kind));
  expect(network.forward(Tensor.zeros([2, 8, 12, 3]), evaluation).shape).toEqual([2, 7]);
  expect(() => mixerLayers({ image: [8, 12, 3], patch: 5, width: 10, depth: 2, classes: 7 })).toThrow(
    "mixerLayers: patch: expected a number that divides 8 and 12, found 5",
  );
});
