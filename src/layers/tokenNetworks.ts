import { SettingsError } from "../tensor/errors.ts";
import type { LayerDescription } from "./registry.ts";

export interface MixerOptions {
  /** (height, width, channels) */
  readonly image: readonly [height: number, width: number, channels: number];
  /** the side of a patch in pixels; it divides height and width */
  readonly patch: number;
  /** features of each token */
  readonly width: number;
  /** the number of blocks */
  readonly depth: number;
  /** hidden features of the networks that mix the tokens of a feature (default: half the width) */
  readonly tokensHidden?: number;
  /** hidden features of the networks that mix the features of a token (default: four times the width) */
  readonly channelsHidden?: number;
  readonly classes: number;
}

/**
 * An MLP-Mixer as plain data (Tolstikhin et al. 2021, arXiv:2105.01601): patches, a linear layer that embeds them, `depth` blocks of a
 * network over the tokens and one over the features, each after a layer normalization and with its input added; the mean over the
 * tokens, and a linear layer to the classes. Throws SettingsError for a patch that does not divide the image.
 */
export function mixerLayers(options: MixerOptions): LayerDescription[] {
  const { image, patch, width, depth, classes } = options;
  const { tokensHidden = Math.ceil(width / 2), channelsHidden = 4 * width } = options;
  const [height, breadth] = image;
  if (height % patch !== 0 || breadth % patch !== 0) {
    throw new SettingsError(
      `mixerLayers: patch: expected a number that divides ${height} and ${breadth}, found ${patch}`,
    );
  }
  const tokens = (height / patch) * (breadth / patch);
  const transposed = { kind: "transpose" } as const;
  const block: LayerDescription[] = [
    residual({ kind: "layerNorm" }, transposed, ...perceptron(tokensHidden, tokens), transposed),
    residual({ kind: "layerNorm" }, ...perceptron(channelsHidden, width)),
  ];
  return [
    { kind: "patches", size: patch },
    { kind: "linear", outputs: width, initializer: "xavier" },
    ...Array.from({ length: depth }, () => block).flat(),
    { kind: "layerNorm" },
    { kind: "globalAveragePool1d" },
    { kind: "linear", outputs: classes, initializer: "zeros" },
  ];
}

export interface TransformerOptions {
  /** the number of symbols; inputs are whole numbers below it, (batch, tokens) */
  readonly symbols: number;
  /** features of each token; a multiple of `heads` */
  readonly width: number;
  /** the number of blocks */
  readonly depth: number;
  readonly heads: number;
  /** each token sees itself and those before it, but none after it (default: false) */
  readonly causal?: boolean;
  /** hidden features of the networks behind attention (default: four times the width) */
  readonly hidden?: number;
  /** the number of outputs: of each token, or of the mean over the tokens if `pooled` */
  readonly classes: number;
  /** one output for all tokens (default: false, one for each) */
  readonly pooled?: boolean;
}

/**
 * A transformer as plain data (Vaswani et al. 2017, arXiv:1706.03762), with layer normalization in front of attention and networks, as in
 * GPT-2: an embedding with trained positions, `depth` blocks of attention and a network over the features, each with its input added; a
 * layer normalization, and a linear layer to the classes of each token.
 */
export function transformerLayers(options: TransformerOptions): LayerDescription[] {
  const { symbols, width, depth, heads, causal = false, classes, pooled = false } = options;
  const { hidden = 4 * width } = options;
  const block: LayerDescription[] = [
    residual({ kind: "layerNorm" }, { kind: "multiHeadAttention", heads, ...(causal && { causal }) }),
    residual({ kind: "layerNorm" }, ...perceptron(hidden, width)),
  ];
  return [
    { kind: "embedding", rows: symbols, columns: width },
    { kind: "positionEmbedding" },
    ...Array.from({ length: depth }, () => block).flat(),
    { kind: "layerNorm" },
    ...(pooled ? [{ kind: "globalAveragePool1d" } as const] : []),
    { kind: "linear", outputs: classes, initializer: "zeros" },
  ];
}

const residual = (...layers: readonly LayerDescription[]): LayerDescription => ({ kind: "residual", layers });

/** hidden features with GELU between two linear layers */
const perceptron = (hidden: number, outputs: number): LayerDescription[] => [
  { kind: "linear", outputs: hidden, initializer: "xavier" },
  { kind: "gelu" },
  { kind: "linear", outputs, initializer: "xavier" },
];
