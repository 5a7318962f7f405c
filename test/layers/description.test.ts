import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  activations,
  describeNetwork,
  Layer,
  type LayerDescription,
  Linear,
  makeNetwork,
  parseLayers,
  RandomState,
  Sequential,
  SettingsError,
  type Shape,
  ShapeError,
  summarize,
  type Tensor,
} from "../../src/index.ts";

const activation = fc.constantFrom(...Object.keys(activations)).map((kind) => ({ kind }) as LayerDescription);
const size = fc.integer({ min: 1, max: 6 });

/** Layers that take and give (batch, …, features). */
const simple: fc.Arbitrary<LayerDescription> = fc.oneof(
  fc.record({
    kind: fc.constant("linear" as const),
    outputs: size,
    initializer: fc.constantFrom("he" as const, "xavier" as const, "lecun" as const, undefined),
  }),
  activation,
  fc.record({ kind: fc.constant("leakyRelu" as const), negativeSlope: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant("dropout" as const), keepProb: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant("batchNorm" as const),
    momentum: fc.constantFrom(0.1, 0.5),
    epsilon: fc.constantFrom(1e-5, 1e-3),
  }),
  fc.constant({ kind: "layerNorm" as const }),
);

/** What keeps the number of features, for residual blocks. */
const keeping = fc.oneof(
  activation,
  fc.constant({ kind: "layerNorm" as const }),
  fc.constant({ kind: "batchNorm" as const }),
);

const { layer: anyLayer } = fc.letrec<{ layer: LayerDescription }>((tie) => ({
  layer: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    simple,
    fc.array(keeping, { minLength: 1, maxLength: 3 }).map((layers): LayerDescription => ({ kind: "residual", layers })),
    fc
      .array(tie("layer"), { minLength: 1, maxLength: 3 })
      .map((layers): LayerDescription => ({ kind: "sequential", layers })),
  ),
}));
const chain = fc.array(anyLayer, { minLength: 1, maxLength: 6 });
const shape = fc.constantFrom<Shape>([4], [2, 3], [3, 2, 2]);

/** Options that are left out and options that are undefined mean the same. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a network as data", () => {
  test("description → network → description → network: the same description, names and bits", () => {
    fc.assert(
      fc.property(chain, shape, (layers, inputShape) => {
        const one = makeNetwork({ inputShape, layers }, { random: new RandomState(3) });
        const described = describeNetwork(one, inputShape);
        const two = makeNetwork(described, { random: new RandomState(3) });
        expect(plain(describeNetwork(two, inputShape))).toEqual(plain(described));
        expect(two.parameterNames).toEqual(one.parameterNames);
        expect(two.values).toEqual(one.values);
        const loaded = makeNetwork(described, { parameters: one.save() });
        expect(loaded.values).toEqual(one.values);
        expect(plain(describeNetwork(loaded, inputShape))).toEqual(plain(described));
      }),
      { numRuns: 200 },
    );
  });

  test("what was asked for is what is described", () => {
    const layers: LayerDescription[] = [
      { kind: "flatten" },
      { kind: "linear", name: "first", outputs: 5, initializer: "scaled", initScale: 0.5 },
      { kind: "batchNorm" },
      { kind: "gelu" },
      {
        kind: "residual",
        layers: [{ kind: "linear", outputs: 5 }, { kind: "layerNorm", epsilon: 0.1 }, { kind: "tanh" }],
      },
      { kind: "dropout", keepProb: 0.7 },
      { kind: "linear", outputs: 3 },
    ];
    const network = makeNetwork({ inputShape: [2, 2], layers }, { random: new RandomState(1) });
    expect(describeNetwork(network, [2, 2])).toEqual({ inputShape: [2, 2], layers, dtype: "float32" });
    expect(network.parameterNames).toEqual([
      ...["first_w", "first_b", "bn1_w", "bn1_b"],
      ...["res1_fc1_w", "res1_fc1_b", "res1_ln1_w", "res1_ln1_b", "fc2_w", "fc2_b"],
    ]);
  });

  test("images: frequencies, groups of classes and views", () => {
    const layers: LayerDescription[] = [
      { kind: "views", flip: true, shift: 1 },
      { kind: "frequencies", keep: 2, power: 0.5 },
      { kind: "linear", outputs: 4 },
      { kind: "groupClasses", groups: [0, 1, 1, 0] },
      { kind: "meanOfViews", count: 18 },
    ];
    const network = makeNetwork({ inputShape: [4, 4, 3], layers }, { random: new RandomState(1) });
    expect(describeNetwork(network, [4, 4, 3]).layers).toEqual(layers);
    expect(network.outputShape([5, 4, 4, 3])).toEqual([5, 2]);
    expect(network.outputShape([5, 4, 4, 3], "train")).toEqual([5, 4]);
  });
});

class Double extends Layer {
  readonly kind = "double";
  override readonly parameters = [];
  override readonly buffers = [{ key: "seen", value: new Linear(1, 1, { initializer: "zeros" }).w.value }];
  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  forward(x: Tensor): Tensor {
    return x;
  }
  backward(dy: Tensor): Tensor {
    return dy;
  }
}

test("a layer of one's own is called after its kind, and cannot be described", () => {
  const network = new Sequential([new Double(), new Double()]);
  expect(Object.keys(network.save())).toEqual(["double1_seen", "double2_seen"]);
  expect(() => describeNetwork(network, [2])).toThrow(
    /^double1 \(double\): expected a layer of a kind in layerKinds, found "double"; save its parameters with encodeSafetensors/,
  );
});

test.each([
  [7, /^layers: expected a list of layers, found number$/],
  [[{ kind: "conv9" }], /^layers\[0\]\.kind: expected one of flatten, linear, .*, found "conv9"$/],
  [["gelu"], /^layers\[0\]\.kind: expected one of .*, found "gelu"$/],
  [[{ kind: "linear" }], /^layers\[0\]\.outputs: expected a value, found none$/],
  [[{ kind: "linear", outputs: 0 }], /^layers\[0\]\.outputs: expected a number of at least 1, found 0$/],
  [[{ kind: "linear", outputs: 2.5 }], /^layers\[0\]\.outputs: expected a whole number, found 2\.5$/],
  [[{ kind: "linear", outputs: 2, bias: 1 }], /^layers\[0\]\.bias: there is no such setting$/],
  [
    [{ kind: "gelu" }, { kind: "residual", layers: [{ kind: "dropout", keepProb: 2 }] }],
    /^layers\[1\]\.layers\[0\]\.keepProb: expected a number of at most 1, found 2$/,
  ],
  [[{ kind: "residual", layers: [] }], /^layers\[0\]\.layers: expected at least 1 of them, found \[\]$/],
  [[{ kind: "gelu", name: "a b" }], /^layers\[0\]\.name: expected a text without spaces and slashes, found "a b"$/],
])("%j is refused with place, expected and found", (input, message) => {
  expect(() => parseLayers(input)).toThrow(SettingsError);
  expect(() => parseLayers(input)).toThrow(message);
});

test("layers that do not fit each other are refused with their place", () => {
  const make = (layers: LayerDescription[], inputShape: Shape = [4]) =>
    makeNetwork({ inputShape, layers }, { random: new RandomState(1) });
  expect(() => make([{ kind: "residual", layers: [{ kind: "linear", outputs: 3 }] }])).toThrow(ShapeError);
  expect(() => make([{ kind: "gelu" }, { kind: "frequencies", keep: 2 }])).toThrow(
    /^layers\[1\]: Frequencies: wanted images .* \(its inputs are \(batch, 4\)\)$/,
  );
  let nested: LayerDescription = { kind: "gelu" };
  for (let i = 0; i < 20; i++) nested = { kind: "sequential", layers: [nested] };
  expect(() => make([nested])).toThrow(/expected at most 16 layers inside of each other/);
});

test("the summary counts parameters and multiply-adds: 3072-128-20", () => {
  const layers: LayerDescription[] = [
    { kind: "flatten" },
    { kind: "linear", outputs: 128 },
    { kind: "gelu" },
    { kind: "linear", outputs: 20 },
  ];
  const network = makeNetwork({ inputShape: [32, 32, 3], layers }, { random: new RandomState(1) });
  const { parameters, multiplyAdds, rows } = summarize(network, [32, 32, 3]);
  expect(parameters).toBe(3072 * 128 + 128 + 128 * 20 + 20);
  expect(multiplyAdds).toBe(3072 * 128 + 128 * 20);
  expect(rows.map(({ outputShape }) => outputShape)).toEqual([
    "(batch, 3072)",
    "(batch, 128)",
    "(batch, 128)",
    "(batch, 20)",
  ]);
  expect(network.summary([32, 32, 3])).toContain("395,924");
  fc.assert(
    fc.property(chain, shape, (described, inputShape) => {
      const made = makeNetwork({ inputShape, layers: described }, { random: new RandomState(3) });
      const summary = summarize(made, inputShape);
      expect(summary.parameters).toBe(made.values.length);
      const top = summary.rows.filter(({ depth }) => depth === 0);
      expect(top.reduce((sum, row) => sum + row.parameters, 0)).toBe(made.values.length);
      expect(top.reduce((sum, row) => sum + row.multiplyAdds, 0)).toBe(summary.multiplyAdds);
    }),
    { numRuns: 100 },
  );
});
