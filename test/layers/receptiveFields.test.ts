import { expect, test } from "vitest";
import {
  Dct,
  Flatten,
  type LayerDescription,
  type Linear,
  makeNetwork,
  parseSettings,
  prepareFit,
  RandomState,
  type Sequential,
  SettingsError,
  type Shape,
  setReceptiveFields,
  syntheticSplits,
  Tensor,
} from "../../src/index.ts";

const inputShape = [6, 8, 3] as const;
const [height, width, channels] = inputShape;
const outputs = 5;
const size = 1.5;

function makeWith(first: LayerDescription, initializer: "he" | "zeros" = "he"): Sequential {
  const layers: LayerDescription[] = [first, { kind: "linear", outputs, initializer }, { kind: "gelu" }];
  return makeNetwork({ inputShape, layers, dtype: "float64" }, { random: new RandomState(3) });
}

/** The weights of one output, as a batch of one row. */
function column({ layers }: Sequential, output: number): Tensor {
  const { value } = (layers[1] as Linear).w;
  const [inputs] = value.shape;
  return new Tensor(
    [1, inputs],
    Float64Array.from({ length: inputs }, (_, i) => value.data[i * outputs + output]),
  );
}

test.each([
  { first: { kind: "flatten" } as const, transform: new Flatten() },
  {
    first: { kind: "dct", keep: 6, power: 0.2 } as const,
    transform: new Dct(inputShape, { keep: 6, dtype: "float64" }),
  },
  {
    first: { kind: "dct", keep: 3, power: 1 } as const,
    transform: new Dct(inputShape, { keep: 3, dtype: "float64" }),
  },
])(
  "weights after $first.kind are multiplied by exp(−d²/2s²), d the distance of their pixel from a drawn centre, and keep their norm",
  ({ first, transform }) => {
    const [before, after] = [makeWith(first), makeWith(first)];
    setReceptiveFields(after, inputShape, { size, random: new RandomState(9) });
    const random = new RandomState(9);
    for (let output = 0; output < outputs; output++) {
      const [p, q] = [height * random.randomSample(), width * random.randomSample()];
      const old = column(before, output);
      transform.forward(new Tensor([1, ...inputShape], new Float64Array(height * width * channels)));
      const pixels = transform.backward(old);
      const changed = pixels.data.map((weight, i) => {
        const [y, x] = [Math.floor(i / channels / width) + 0.5, (Math.floor(i / channels) % width) + 0.5];
        return weight * Math.exp(-((y - p) ** 2 + (x - q) ** 2) / (2 * size ** 2));
      });
      const expected = transform.forward(new Tensor([1, ...inputShape], changed)).data;
      const scale = Math.hypot(...old.data) / Math.hypot(...expected);
      column(after, output).data.forEach((weight, i) => {
        expect(weight).toBeCloseTo(scale * expected[i], 12);
      });
    }
  },
);

test("weights that are zero stay zero", () => {
  const network = makeWith({ kind: "flatten" }, "zeros");
  setReceptiveFields(network, inputShape, { size, random: new RandomState(1) });
  expect(column(network, 0).data.every((weight) => weight === 0)).toBe(true);
});

test("the setting changes the first weights only, and one seed gives one start", () => {
  const { train, validation } = syntheticSplits({
    random: new RandomState(1),
    sizes: { train: 200, validation: 10, test: 10 },
  });
  const start = (receptiveField?: number) =>
    prepareFit(parseSettings({ layers: [3072, 4, 20], receptiveField }), { train, validation }).network.save();
  const [plain, local, again] = [start(), start(2), start(2)];
  expect(local).toEqual(again);
  expect(local.fc1_w.data).not.toEqual(plain.fc1_w.data);
  expect(local.fc2_w.data).toEqual(plain.fc2_w.data);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("size %d: expected a positive number of pixels", (wrong) => {
  const make = () =>
    setReceptiveFields(makeWith({ kind: "flatten" }), inputShape, { size: wrong, random: new RandomState(1) });
  expect(make).toThrow(SettingsError);
  expect(make).toThrow(`receptiveField: expected a positive number of pixels, found ${wrong}`);
});

test.each<[string, Shape, LayerDescription[], string]>([
  ["a table", [7], [{ kind: "linear", outputs }], "expected images (height, width, channels), found inputs (7)"],
  [
    "a convolution",
    inputShape,
    [{ kind: "conv2d", outputs, kernel: 3 }, { kind: "flatten" }],
    "expected a network that begins with flatten or dct and then linear, found conv2d, flatten",
  ],
])("%s has no receptive fields to set", (_, shape, layers, message) => {
  const network = makeNetwork({ inputShape: shape, layers }, { random: new RandomState(1) });
  const make = () => setReceptiveFields(network, shape, { size, random: new RandomState(1) });
  expect(make).toThrow(SettingsError);
  expect(make).toThrow(message);
});
