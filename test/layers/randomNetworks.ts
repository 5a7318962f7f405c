import { type LayerDescription, type NetworkDescription, RandomState, Tensor } from "../../src/index.ts";
import fc from "../properties.ts";

const activations = [
  "gelu",
  "geluExact",
  "relu",
  "leakyRelu",
  "tanh",
  "sigmoid",
  "silu",
  "softplus",
  "elu",
  "selu",
  "hardSwish",
] as const;
const initializers = ["scaled", "he", "xavier", "lecun", "orthogonal", "identity", "zeros"] as const;

export type Chain = readonly LayerDescription[];

/** A layer that keeps the shape of its inputs, whose last dimension is `features`. */
function keeping(features: number, depth: number): fc.Arbitrary<LayerDescription> {
  const inner = (): fc.Arbitrary<LayerDescription[]> =>
    fc.array(keeping(features, depth - 1), { minLength: 1, maxLength: 3 });
  const linear = fc.record({ kind: fc.constant("linear" as const), outputs: fc.constant(features) });
  const simple: fc.Arbitrary<LayerDescription>[] = [
    fc.constantFrom(...activations).map((kind) => ({ kind })),
    fc.record({ kind: fc.constant("leakyRelu" as const), negativeSlope: fc.constantFrom(0, 0.01, 0.2) }),
    fc.record(
      { kind: fc.constant("softplus" as const), beta: fc.constantFrom(2, 0.5), threshold: fc.constantFrom(1, 30) },
      { requiredKeys: ["kind"] },
    ),
    fc.record({ kind: fc.constant("elu" as const), alpha: fc.constantFrom(0, 0.5, 2) }),
    fc.constantFrom({ kind: "pRelu" as const }, { kind: "pRelu" as const, perChannel: true }),
    fc.record({ kind: fc.constant("dropout" as const), keepProb: fc.constantFrom(0, 0.3, 1) }),
    fc.record(
      {
        kind: fc.constant("batchNorm" as const),
        epsilon: fc.constantFrom(1e-5, 1e-3),
        momentum: fc.constantFrom(0.1, 0.3),
      },
      { requiredKeys: ["kind"] },
    ),
    fc.record(
      { kind: fc.constant("layerNorm" as const), epsilon: fc.constantFrom(1e-5, 1e-3) },
      { requiredKeys: ["kind"] },
    ),
    fc.record({ kind: fc.constant("scale" as const), factor: fc.constantFrom(0.5, 3) }),
    linear,
  ];
  if (depth === 0) return fc.oneof(...simple);
  const nested = fc.constantFrom("residual" as const, "sequential" as const);
  return fc.oneof(...simple, fc.record({ kind: nested, layers: inner() }));
}

/** A linear layer with any options. */
const linear = (outputs: number): fc.Arbitrary<LayerDescription> =>
  fc
    .tuple(
      fc.constantFrom<(typeof initializers)[number] | undefined>(undefined, ...initializers),
      fc.constantFrom(undefined, 0, 0.02),
    )
    .map(([initializer, initScale]) => ({
      kind: "linear" as const,
      outputs,
      ...(initializer && { initializer }),
      ...(initScale !== undefined && { initScale }),
    }));

/** Valid networks for images: views around, layers on pixels, dct or flatten, layers on rows, groups of classes. */
export const networks: fc.Arbitrary<NetworkDescription> = fc
  .record({
    side: fc.constantFrom(3, 4),
    channels: fc.constantFrom(1, 2, 3),
    onPixels: fc.boolean(),
    keep: fc.option(fc.constantFrom(1, 2, 3)),
    hidden: fc.constantFrom(2, 5),
    groups: fc.option(fc.constantFrom<number[]>([0, 1, 1], [2, 0, 1])),
    views: fc.option(fc.record({ flip: fc.boolean(), shift: fc.constantFrom(0, 1) })),
    named: fc.boolean(),
    dtype: fc.constantFrom("float32" as const, "float64" as const),
  })
  .chain(({ side, channels, onPixels, keep, hidden, groups, views, named, dtype }) => {
    const count = views ? (views.flip ? 2 : 1) * (views.shift > 0 ? 9 : 1) : 1;
    const list = <T>(parts: readonly (fc.Arbitrary<T> | false)[]) =>
      fc.tuple(...parts.filter((part) => part !== false)).map((made) => made.flat() as LayerDescription[]);
    const fixed = (...layers: Chain) => fc.constant<Chain>(layers);
    const several = (features: number) => fc.array(keeping(features, 2), { maxLength: 3 }) as fc.Arbitrary<Chain>;
    return list<Chain>([
      views ? fixed({ kind: "testTimeAugmentation", ...views }) : false,
      onPixels ? several(channels) : false,
      fixed(keep ? { kind: "dct", keep, power: 0.2 } : { kind: "flatten" }),
      linear(hidden).map((layer) => [layer]),
      several(hidden),
      linear(3).map((layer) => [layer]),
      groups ? fixed({ kind: "groupClasses", groups }) : false,
      views ? fixed({ kind: "testTimeAverage", count }) : false,
    ]).map((layers) => {
      const withNames = layers.map((layer, i) => (i % 2 === 1 ? { ...layer, name: `part${i}` } : layer));
      return { inputShape: [side, side, channels], layers: named ? withNames : layers, dtype };
    });
  });

/** Valid networks for symbols or patches: embeddings of two kinds, attention, blocks that mix tokens, then their mean or all of them. */
export const tokenNetworks: fc.Arbitrary<NetworkDescription> = fc
  .record({
    tokens: fc.constantFrom(3, 4, 6),
    features: fc.constantFrom(4, 6),
    symbols: fc.boolean(),
    positions: fc.constantFrom("trained" as const, "sinusoidal" as const, undefined),
    longer: fc.boolean(),
    named: fc.boolean(),
    pooled: fc.boolean(),
    dtype: fc.constantFrom("float32" as const, "float64" as const),
  })
  .chain(({ tokens, features, symbols, positions, longer, named, pooled, dtype }) => {
    const attention = fc.record({
      kind: fc.constant("multiHeadAttention" as const),
      heads: fc.constantFrom(1, 2),
      causal: fc.boolean(),
    });
    const transposed = { kind: "transpose" } as const;
    const mixing = keeping(tokens, 1).map((layer) => [transposed, layer, transposed]);
    const block = fc.oneof(
      attention.map((layer): Chain => [layer]),
      attention.map((layer): Chain => [{ kind: "residual", layers: [{ kind: "layerNorm" }, layer] }]),
      mixing.map((layers): Chain => [{ kind: "residual", layers }]),
      keeping(features, 1).map((layer): Chain => [layer]),
    );
    return fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => {
      const start: Chain = symbols
        ? [{ kind: "embedding", rows: 9, columns: features }]
        : [
            { kind: "patches", size: 2 },
            { kind: "linear", outputs: features },
          ];
      const position: Chain = positions
        ? [{ kind: "positionEmbedding", table: positions, ...(longer && { length: tokens + 2 }) }]
        : [];
      const layers: LayerDescription[] = [
        ...start,
        ...position,
        ...blocks.flat(),
        ...(pooled ? [{ kind: "globalAveragePool1d" } as const] : []),
        { kind: "linear", outputs: 3, ...(named && { name: "head" }) },
      ];
      return { inputShape: symbols ? [tokens] : [2, 2 * tokens, 3], layers, dtype };
    });
  });

/** Inputs that a network of a description takes: whole numbers where it begins with an embedding, else normal ones. */
export function inputsFor({ inputShape, layers, dtype }: NetworkDescription, rows: number, seed: number): Tensor {
  const x = Tensor.zeros([rows, ...inputShape], dtype);
  const random = new RandomState(seed);
  const [first] = layers;
  if (first.kind === "embedding") for (let i = 0; i < x.size; i++) x.data[i] = random.randint(0, first.rows);
  else random.fillRandn(x.data);
  return x;
}
