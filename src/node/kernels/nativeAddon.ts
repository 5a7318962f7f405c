import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { activations } from "../../kernels/activations.ts";
import type { Numbers } from "../../tensor/tensor.ts";

/** Whether the native kernels run on this machine, with which instruction set and from which file; and the reason as text. */
export interface NativeStatus {
  readonly available: boolean;
  readonly isa?: string;
  readonly file?: string;
  readonly reason: string;
}

/** A kernel of native/addon.cpp. Its arguments are the number of the engine, then the arrays and the numbers of the contract. */
type NativeKernel<Arrays extends readonly unknown[], Values extends readonly unknown[]> = (
  engine: number,
  ...rest: readonly [...Arrays, ...Values]
) => void;

type Matrices = readonly [c: Numbers, a: Numbers, b: Numbers];
type Sizes = readonly [m: number, k: number, n: number];
type AdamRates = readonly [beta1: number, beta2: number, epsilon: number, weightDecay: number, step: number];
type Rows = readonly [rows: number, columns: number];
type Normalized = readonly [y: Numbers, mean: Numbers, spread: Numbers, x: Numbers, w: Numbers, b: Numbers];
type NormGradients = readonly [
  ...[dx: Numbers, dw: Numbers, db: Numbers, dy: Numbers],
  ...[x: Numbers, mean: Numbers, spread: Numbers, w: Numbers],
];

/** A Window2d of src/kernels/imageKernels.ts as numbers, height before width. */
export type Window = readonly [
  ...[batch: number, inputHeight: number, inputWidth: number, outputHeight: number, outputWidth: number],
  ...[channels: number, kernelHeight: number, kernelWidth: number, strideHeight: number, strideWidth: number],
  ...[dilationHeight: number, dilationWidth: number, paddingTop: number, paddingLeft: number],
];
/** A Convolution2d as numbers. */
export type Geometry = readonly [...Window, outputs: number, groups: number];

export interface NativeAddon {
  /** Opens an engine with its own threads and returns its number. `isa` is the name of an instruction set, or "" for the widest one. */
  open(threads: number, isa: string, bfloat16: boolean): number;
  /** Why this machine has no products in bfloat16; undefined if it has them. */
  bfloat16Problem(isa: string): string | undefined;
  close(engine: number): void;
  /** The instruction set that `open` uses; undefined if there is none with this name. */
  instructionSet(isa: string): string | undefined;
  /** The address of a buffer modulo 64. */
  misalignment(buffer: ArrayBuffer): number;
  /** The activations in this file. The index in this list is the number for `activate`. */
  readonly activations: readonly string[];

  matmul: NativeKernel<Matrices, Sizes>;
  matmulTransposeA: NativeKernel<Matrices, Sizes>;
  matmulTransposeB: NativeKernel<Matrices, Sizes>;
  /** matmulTransposeAShards; files that were built before it had a stride do not have it */
  matmulTransposeAStrided?: NativeKernel<Matrices, readonly [...Sizes, shards: number, stride: number]>;
  linear: NativeKernel<readonly [...Matrices, bias: Numbers], Sizes>;
  sumRows: NativeKernel<readonly [out: Numbers, x: Numbers], Rows>;
  swapAxes: NativeKernel<
    readonly [out: Numbers, x: Numbers],
    readonly [batch: number, rows: number, columns: number, inner: number]
  >;
  activate: NativeKernel<
    readonly [y: Numbers, derivative: Numbers | undefined, x: Numbers],
    readonly [length: number, activation: number, parameter: number]
  >;
  multiply: NativeKernel<readonly [out: Numbers, a: Numbers, b: Numbers], readonly [length: number]>;
  softmax: NativeKernel<readonly [p: Numbers, logits: Numbers], Rows>;
  crossEntropy: NativeKernel<
    readonly [losses: Numbers, dlogits: Numbers, logits: Numbers, labels: Int32Array],
    readonly [...Rows, scale: number]
  >;
  addScaled: NativeKernel<readonly [y: Numbers, x: Numbers], readonly [length: number, factor: number]>;
  addSign: NativeKernel<readonly [y: Numbers, x: Numbers], readonly [length: number, factor: number]>;
  sgd: NativeKernel<
    readonly [values: Numbers, gradients: Numbers],
    readonly [length: number, learningRate: number, weightDecay: number]
  >;
  adam: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, m: Numbers, v: Numbers],
    readonly [length: number, learningRate: number, ...AdamRates]
  >;
  gather: NativeKernel<
    readonly [out: Numbers, source: Uint8Array, indices: Int32Array, table: Numbers],
    readonly [rows: number, rowLength: number, channels: number]
  >;

  momentum: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, velocity: Numbers],
    readonly [length: number, learningRate: number, momentum: number, nesterov: number, weightDecay: number]
  >;
  rmsprop: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, v: Numbers],
    readonly [length: number, learningRate: number, alpha: number, epsilon: number, weightDecay: number]
  >;
  adagrad: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, sum: Numbers],
    readonly [length: number, learningRate: number, epsilon: number, weightDecay: number]
  >;
  lion: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, m: Numbers],
    readonly [length: number, learningRate: number, beta1: number, beta2: number, weightDecay: number]
  >;
  amsgrad: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, largest: Numbers],
    readonly [length: number, learningRate: number, ...AdamRates]
  >;
  nadam: NativeKernel<
    readonly [values: Numbers, gradients: Numbers, m: Numbers, v: Numbers],
    readonly [length: number, ofGradient: number, ofMoment: number, ...AdamRates]
  >;
  blend: NativeKernel<readonly [average: Numbers, values: Numbers], readonly [length: number, share: number]>;
  scale: NativeKernel<readonly [x: Numbers], readonly [length: number, factor: number]>;
  clamp: NativeKernel<readonly [x: Numbers], readonly [length: number, limit: number]>;
  /** sums[p] = Σ x² over piece p of x; `sums` has an element for each piece. */
  sumSquares: NativeKernel<readonly [x: Numbers, sums: Float64Array], readonly [length: number, pieceLength: number]>;

  /** Rows are summed in blocks; `sums` is memory for two sums of each column and block. With `derivative`, the activation is applied. */
  batchNorm: NativeKernel<
    readonly [...Normalized, sums: Numbers, derivative: Numbers | undefined],
    readonly [...Rows, epsilon: number, blockRows: number, activation: number, parameter: number]
  >;
  batchNormEvaluate: NativeKernel<Normalized, readonly [...Rows, epsilon: number]>;
  batchNormBackward: NativeKernel<
    readonly [...NormGradients, sums: Numbers, derivative: Numbers | undefined],
    readonly [...Rows, epsilon: number, blockRows: number]
  >;
  layerNorm: NativeKernel<Normalized, readonly [...Rows, epsilon: number]>;
  layerNormBackward: NativeKernel<NormGradients, Rows>;

  /** `workspace` is memory for the packed weights. */
  conv2d: NativeKernel<
    readonly [y: Numbers, x: Numbers, w: Numbers, b: Numbers | undefined, workspace: Numbers],
    Geometry
  >;
  /** conv2d and an activation of y; files that were built before it was written do not have it */
  conv2dActivate?: NativeKernel<
    readonly [y: Numbers, x: Numbers, w: Numbers, b: Numbers | undefined, workspace: Numbers],
    readonly [...Geometry, activation: number, parameter: number]
  >;
  conv2dInput: NativeKernel<
    readonly [dx: Numbers, dy: Numbers, w: Numbers, b: undefined, workspace: Numbers],
    Geometry
  >;
  /** Pixels are summed in `chunks`; the workspace is memory for the sums of all chunks except the first. */
  conv2dWeights: NativeKernel<
    readonly [dw: Numbers, dy: Numbers, x: Numbers, workspace: Numbers],
    readonly [...Geometry, chunks: number]
  >;
  maxPool2d: NativeKernel<readonly [y: Numbers, places: Uint8Array, x: Numbers], Window>;
  maxPool2dBackward: NativeKernel<readonly [dx: Numbers, dy: Numbers, places: Uint8Array], Window>;
  averagePool2d: NativeKernel<readonly [y: Numbers, x: Numbers], readonly [...Window, countPadding: number]>;
  averagePool2dBackward: NativeKernel<readonly [dx: Numbers, dy: Numbers], readonly [...Window, countPadding: number]>;
  movePixels: NativeKernel<
    readonly [out: Numbers, x: Numbers, lines: Int32Array, columns: Int32Array, partners: Int32Array | undefined],
    readonly [
      ...[batch: number, height: number, width: number, channels: number],
      ...[top: number, bottom: number, left: number, right: number],
    ]
  >;
}

/** An engine and its addon, with the numbers of the addon's activations by name. */
export interface NativeEngine {
  readonly activations: ReadonlyMap<string, number>;
  readonly addon: NativeAddon;
  readonly engine: number;
}

/** Whether the addon has every activation of the table, so that it can compute each together with another kernel. */
export function hasAllActivations({ activations: numbers }: NativeEngine): boolean {
  return Object.keys(activations).every((name) => numbers.has(name));
}

/** The addon, if it loads, and the reason. Tests set `isa` with HANDGRAD_NATIVE_ISA. */
export interface LoadedAddon {
  readonly addon?: NativeAddon;
  readonly isa: string;
  readonly status: NativeStatus;
}

/** The functions that an addon must have. An addon that was built from other sources may lack some. */
const functionNames = Object.keys({
  open: true,
  close: true,
  instructionSet: true,
  bfloat16Problem: true,
  misalignment: true,
  matmul: true,
  matmulTransposeA: true,
  matmulTransposeB: true,
  linear: true,
  sumRows: true,
  activate: true,
  multiply: true,
  softmax: true,
  crossEntropy: true,
  addScaled: true,
  addSign: true,
  sgd: true,
  adam: true,
  gather: true,
  momentum: true,
  rmsprop: true,
  adagrad: true,
  lion: true,
  amsgrad: true,
  nadam: true,
  blend: true,
  scale: true,
  clamp: true,
  sumSquares: true,
  batchNorm: true,
  batchNormEvaluate: true,
  batchNormBackward: true,
  layerNorm: true,
  layerNormBackward: true,
  conv2d: true,
  conv2dInput: true,
  conv2dWeights: true,
  maxPool2d: true,
  maxPool2dBackward: true,
  averagePool2d: true,
  averagePool2dBackward: true,
  movePixels: true,
  swapAxes: true,
} satisfies Record<
  Exclude<keyof NativeAddon, "activations" | "conv2dActivate" | "matmulTransposeAStrided">,
  true
>) as (keyof NativeAddon)[];

const loaded = new Map<string, LoadedAddon>();

/**
 * Loads the addon, once for each forced instruction set. A file that was built on this machine is preferred to that of the
 * package. Tests set a file with HANDGRAD_NATIVE_ADDON.
 */
export function loadNativeAddon(isa: string = process.env.HANDGRAD_NATIVE_ISA ?? ""): LoadedAddon {
  const forced = process.env.HANDGRAD_NATIVE_ADDON;
  const key = `${isa} ${forced ?? ""}`;
  const result = loaded.get(key) ?? load(isa, forced);
  loaded.set(key, result);
  return result;
}

function load(isa: string, forced: string | undefined): LoadedAddon {
  const root = packageRoot();
  const platform = `${process.platform}-${process.arch}`;
  const candidates = forced
    ? [{ file: forced, origin: "named by HANDGRAD_NATIVE_ADDON" }]
    : [
        { file: join(root, "build", "native", "handgrad.node"), origin: "built on this machine" },
        { file: join(root, "prebuilds", platform, "handgrad.node"), origin: "part of the package" },
      ];
  const failures: string[] = [];
  for (const { file, origin } of candidates) {
    if (!existsSync(file)) continue;
    try {
      const addon = createRequire(import.meta.url)(file) as NativeAddon;
      // A file without the list of activations is older than the sources, so its numbers may have another meaning
      const missing = [
        ...functionNames.filter((name) => typeof addon[name] !== "function"),
        ...(Array.isArray(addon.activations) ? [] : ["activations"]),
      ];
      if (missing.length > 0) {
        failures.push(`${file}: another version, without ${missing.join(", ")}; run npm run build:native`);
        continue;
      }
      const chosen = addon.instructionSet(isa);
      if (chosen) return { addon, isa, status: { available: true, isa: chosen, file, reason: `${chosen}, ${origin}` } };
      failures.push(`${file}: the instruction set "${isa}" is not available`);
    } catch (error) {
      failures.push(`${file}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 0) failures.push(whyNotBuilt(join(root, "build", "native", "status.json")));
  return { isa, status: { available: false, reason: failures.join("; ") } };
}

/** The reason that scripts/buildNative.ts wrote if it could not build. */
function whyNotBuilt(statusFile: string): string {
  try {
    return (JSON.parse(readFileSync(statusFile, "utf8")) as { reason: string }).reason;
  } catch {
    return "not built; npm run build:native builds them with a C++ compiler";
  }
}

/** The folder of package.json, for the sources and for dist/. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
