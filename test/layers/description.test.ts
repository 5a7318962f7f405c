import { describe, expect, test } from "vitest";
import {
  BatchNorm,
  Dropout,
  describeNetwork,
  Flatten,
  Gelu,
  Layer,
  LayerNorm,
  Linear,
  makeNetwork,
  type NetworkDescription,
  parseLayers,
  RandomState,
  Residual,
  Sequential,
  SettingsError,
  type Shape,
  summarize,
  Tensor,
  tinyNet,
} from "../../src/index.ts";
import fc from "../properties.ts";
import { type Chain, networks as imageNetworks, inputsFor, tokenNetworks } from "./randomNetworks.ts";

const networks = fc.oneof(imageNetworks, tokenNetworks);

/** What a description says where it leaves something out, written out by hand from the documentation. */
function withDefaults(layers: Chain): object[] {
  return layers.map((layer) => {
    const options: Record<string, unknown> = { ...layer };
    if (layer.kind === "linear") {
      options.initializer ??= layer.initScale === undefined ? "he" : "scaled";
    }
    if (layer.kind === "leakyRelu") options.negativeSlope ??= 0.01;
    if (layer.kind === "elu" && options.alpha === 1) delete options.alpha;
    if (layer.kind === "batchNorm") options.momentum ??= 0.1;
    if (layer.kind === "batchNorm" || layer.kind === "layerNorm") options.epsilon ??= 1e-5;
    if (layer.kind === "multiHeadAttention") options.causal ??= false;
    if (layer.kind === "positionEmbedding") {
      options.table ??= "trained";
      delete options.length; // that of the inputs, where it is left out
    }
    if (layer.kind === "residual" || layer.kind === "sequential") options.layers = withDefaults(layer.layers);
    return options;
  });
}

const seeded = (description: NetworkDescription, seed: number) =>
  makeNetwork(description, { random: new RandomState(seed) });

/** The names of parameters by the rule of the documentation: fc, bn, ln, res counted by kind, nested ones by path. */
function expectedNames(layers: Chain, path = ""): string[] {
  const ofAttention = ["q", "k", "v", "o"].flatMap((of) => [`w${of}`, `b${of}`]);
  const prefixes: Record<string, string> = {
    linear: "fc",
    batchNorm: "bn",
    layerNorm: "ln",
    pRelu: "prelu",
    residual: "res",
    embedding: "emb",
    positionEmbedding: "pos",
    multiHeadAttention: "mha",
  };
  const counts: Record<string, number> = {};
  return layers.flatMap((layer) => {
    const nested = "layers" in layer;
    if (nested ? expectedNames(layer.layers).length === 0 : !(layer.kind in prefixes)) return [];
    if (layer.kind === "positionEmbedding" && layer.table === "sinusoidal") return [];
    const prefix = prefixes[layer.kind] ?? layer.kind;
    counts[prefix] = (counts[prefix] ?? 0) + 1;
    const name = `${path}${layer.name || `${prefix}${counts[prefix]}`}_`;
    if (nested) return expectedNames(layer.layers, name);
    const single = ["embedding", "positionEmbedding", "pRelu"].includes(layer.kind);
    return (single ? ["w"] : layer.kind === "multiHeadAttention" ? ofAttention : ["w", "b"]).map((key) => name + key);
  });
}

describe("any valid network as plain data", () => {
  test("describing what was made gives the same description; as JSON too", () => {
    fc.assert(
      fc.property(networks, (description) => {
        const network = seeded(description, 1);
        const described = describeNetwork(network, description.inputShape);
        expect({ ...described, layers: withDefaults(described.layers) }).toEqual({
          ...description,
          layers: withDefaults(description.layers),
        });
        const again = seeded(JSON.parse(JSON.stringify(described)), 1);
        expect(again.parameterNames).toEqual(network.parameterNames);
        expect(describeNetwork(again, description.inputShape)).toEqual(described);
      }),
      { numRuns: 150 },
    );
  });

  test("parameters have the names of the documentation", () => {
    fc.assert(
      fc.property(networks, (description) => {
        expect(seeded(description, 1).parameterNames).toEqual(expectedNames(description.layers));
      }),
      { numRuns: 100 },
    );
  });

  test("the same seed gives the same bits, and its saved parameters an equal network", () => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 0, max: 1000 }), (description, seed) => {
        const network = seeded(description, seed);
        expect(seeded(description, seed).values).toEqual(network.values);
        const restored = makeNetwork(description, { parameters: network.save() });
        const x = inputsFor(description, 2, seed);
        expect(restored.forward(x)).toEqual(network.forward(x));
        expect(describeNetwork(restored, description.inputShape)).toEqual(
          describeNetwork(network, description.inputShape),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("the totals of a summary are those of the network, and the rows of the top level add up to them", () => {
    fc.assert(
      fc.property(networks, (description) => {
        const network = seeded(description, 1);
        const { rows, parameters, multiplyAdds } = summarize(network, description.inputShape);
        expect(parameters).toBe(network.values.length);
        const top = rows.filter(({ depth }) => depth === 0);
        expect(top.reduce((sum, row) => sum + row.parameters, 0)).toBe(parameters);
        expect(top.reduce((sum, row) => sum + row.multiplyAdds, 0)).toBe(multiplyAdds);
        expect(multiplyAdds).toBe(expectedProducts(description.layers, description.inputShape));
      }),
      { numRuns: 60 },
    );
  });
});

/** Multiply-adds by hand: a linear layer has inputs × outputs for each row; the DCT is two matrix products for each image. */
function expectedProducts(layers: Chain, inputShape: Shape): number {
  let [sum, shape]: [number, readonly number[]] = [0, inputShape];
  for (const layer of layers) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (layer.kind === "linear") {
      sum += size * layer.outputs;
      shape = [...shape.slice(0, -1), layer.outputs];
    } else if (layer.kind === "flatten") shape = [size];
    else if (layer.kind === "embedding") shape = [...shape, layer.columns];
    else if (layer.kind === "patches") shape = [size / (shape[2] * layer.size ** 2), shape[2] * layer.size ** 2];
    else if (layer.kind === "transpose") shape = [shape[1], shape[0]];
    else if (layer.kind === "globalAveragePool1d") shape = [shape[1]];
    else if (layer.kind === "multiHeadAttention") {
      const [tokens, features] = shape;
      const seen = layer.causal ? (tokens * (tokens + 1)) / 2 : tokens * tokens;
      sum += 4 * size * features + seen * features + features * seen; // linear layers, scores, sums of values
    } else if (layer.kind === "dct") {
      const [height, width, channels] = shape;
      const { keep } = layer;
      sum += height * (width * channels) * (keep * channels) + keep * height * (keep * channels);
      shape = [keep * keep * channels];
    } else if ("layers" in layer) sum += expectedProducts(layer.layers, shape);
  }
  return sum;
}

test("the summary of 3072-128-20: 395,924 parameters, 3072·128 + 128·20 = 395,776 multiply-adds", () => {
  const network = tinyNet({ random: new RandomState(1) });
  expect(summarize(network, [32, 32, 3])).toMatchObject({ parameters: 395_924, multiplyAdds: 395_776 });
  const lines = network.summary([32, 32, 3]).split("\n");
  expect(lines.at(-2)).toMatch(/^total +395,924 +395,776$/);
  expect(lines.at(-1)).toContain("395,924 parameters are 1.6 MB in float32");
});

test("a summary of inputs that do not fit shows the chain of shapes", () => {
  expect(() => tinyNet({ random: new RandomState(1) }).summary([32, 32, 1])).toThrow(
    "fc1 (linear 3072→128): expected input of shape (batch, …, 3072), got (1, 1024)\n  (1, 32, 32, 1) → flatten (1, 1024) → fc1 (linear 3072→128) ✗",
  );
});

describe("names", () => {
  const random = new RandomState(1);

  /** x ↦ a·x, with a layer kind of its own. */
  class Scale extends Layer {
    readonly kind = "gain";
    override readonly parameters = [
      { key: "a", value: new Tensor([1], Float32Array.of(1)), gradient: Tensor.zeros([1]) },
    ];
    outputShape(shape: Shape): Shape {
      return shape;
    }
    forward(x: Tensor): Tensor {
      return x;
    }
    backward(dy: Tensor): Tensor {
      return dy;
    }
  }

  test("layers without one are called after their kind, with a number; a layer of one's own after its own", () => {
    const network = new Sequential([
      new Flatten(),
      new Linear(4, 4, { random }),
      new BatchNorm(4),
      new Gelu(),
      new Residual([new Linear(4, 4, { random }), new LayerNorm(4), new Dropout(0.5)]),
      new Scale(),
      new Linear(4, 2, { random, name: "last" }),
      new Scale(),
    ]);
    expect(network.parameterNames).toEqual(
      "fc1_w fc1_b bn1_w bn1_b res1_fc1_w res1_fc1_b res1_ln1_w res1_ln1_b gain1_a last_w last_b gain2_a".split(" "),
    );
    expect(Object.keys(network.save()).slice(-2)).toEqual(["bn1_mean", "bn1_variance"]);
  });

  test("a residual with a shortcut is described, named and saved with both ways", () => {
    const description: NetworkDescription = {
      inputShape: [6, 6, 2],
      layers: [
        {
          kind: "residual",
          layers: [{ kind: "conv2d", outputs: 3, kernel: 3, stride: 2, padding: 1 }, { kind: "batchNorm" }],
          shortcut: [{ kind: "conv2d", outputs: 3, kernel: 1, stride: 2, bias: false }, { kind: "batchNorm" }],
        },
        { kind: "flatten" },
        { kind: "linear", outputs: 2 },
      ],
      dtype: "float32",
    };
    const network = makeNetwork(description, { random });
    expect(describeNetwork(network, [6, 6, 2])).toEqual(description);
    expect(network.parameterNames.slice(0, 7)).toEqual(
      "res1_conv1_w res1_conv1_b res1_bn1_w res1_bn1_b res1_shortcut_conv1_w res1_shortcut_bn1_w res1_shortcut_bn1_b".split(
        " ",
      ),
    );
    const x = Tensor.zeros([2, 6, 6, 2]);
    random.fillRandn(x.data);
    const copy = makeNetwork(description, { parameters: network.save() });
    expect(copy.forward(x).data).toEqual(network.forward(x).data);
    // The table counts both ways: 3×3 pixels of 3 outputs that see 18 and 2 numbers, and 27·2 of the linear layer
    expect(network.multiplyAdds([6, 6, 2])).toBe(9 * 3 * 20 + 54);
    expect(network.summary([6, 6, 2])).toContain("shortcut");
    const [block] = description.layers;
    expect(() =>
      makeNetwork({ ...description, layers: [{ ...block, shortcut: [{ kind: "gelu" }] }] as never }, { random }),
    ).toThrow("shortcut(x) + inner(x) needs one shape");
    expect(() => parseLayers([{ ...block, shortcut: [{ kind: "nothing" }] }])).toThrow("layers[0].shortcut[0].kind");
  });

  test("a layer of one's own cannot be described: one line says so, and what to do", () => {
    const message =
      'gain1 (gain): expected a layer of a kind in layerKinds, found "gain"; save its parameters with encodeSafetensors(network.save()) instead';
    expect(() => describeNetwork(new Sequential([new Scale()]), [4])).toThrow(new SettingsError(message));
    const nested = new Sequential([new Residual([new Scale()])]);
    expect(() => describeNetwork(nested, [4])).toThrow(new SettingsError(message));
  });
});

test("a position embedding says which inputs it needs", () => {
  const description = { inputShape: [3], layers: [{ kind: "positionEmbedding" }] } as const;
  expect(() => makeNetwork(description, { random: new RandomState(1) })).toThrow(
    "layers[0]: expected inputs of shape (batch, tokens, columns) (its inputs are (batch, 3))",
  );
});
