import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Numbers } from "../../tensor/tensor.ts";

/** Whether the native kernels run here, with which instruction set, from which file; and, in words, why or why not. */
export interface NativeStatus {
  readonly available: boolean;
  readonly isa?: string;
  readonly file?: string;
  readonly reason: string;
}

/** A kernel of native/addon.cpp: the number of the engine, then the arrays of the contract, then its numbers. */
type NativeKernel<Arrays extends readonly unknown[], Values extends readonly unknown[]> = (
  engine: number,
  ...rest: readonly [...Arrays, ...Values]
) => void;

type Matrices = readonly [c: Numbers, a: Numbers, b: Numbers];
type Sizes = readonly [m: number, k: number, n: number];
type AdamRates = readonly [beta1: number, beta2: number, epsilon: number, weightDecay: number, step: number];
type Rows = readonly [rows: number, columns: number];
type Normalized = readonly [y: Numbers, mean: Numbers, spread: Numbers, x: Numbers, w: Numbers, b: Numbers];
type NormGradients = readonly [dx: Numbers, dw: Numbers, db: Numbers, dy: Numbers];
type NormInputs = readonly [x: Numbers, mean: Numbers, spread: Numbers, w: Numbers];

/** A Window2d of src/kernels/imageKernels.ts as numbers, height before width. */
export type Window = readonly [
  ...[batch: number, inputHeight: number, inputWidth: number, outputHeight: number, outputWidth: number],
  ...[channels: number, kernelHeight: number, kernelWidth: number, strideHeight: number, strideWidth: number],
  ...[dilationHeight: number, dilationWidth: number, paddingTop: number, paddingLeft: number],
];
/** A Convolution2d likewise. */
export type Geometry = readonly [...Window, outputs: number, groups: number];

export interface NativeAddon {
  /** The number of a new engine with its own threads; `isa` is the name of an instruction set or "" for the widest. */
  open(threads: number, isa: string, bfloat16: boolean): number;
  /** Why `open` would have no products in bfloat16 here; undefined where it has them. */
  bfloat16Problem(isa: string): string | undefined;
  close(engine: number): void;
  /** The set that `open` would use, undefined when there is none of that name here. */
  instructionSet(isa: string): string | undefined;
  /** How many bytes the memory of a buffer begins behind a multiple of 64. */
  misalignment(buffer: ArrayBuffer): number;
  /** The activations that this file has; the place in this list is the number that `activate` takes. */
  readonly activations: readonly string[];

  matmul: NativeKernel<Matrices, Sizes>;
  matmulTransposeA: NativeKernel<Matrices, Sizes>;
  matmulTransposeB: NativeKernel<Matrices, Sizes>;
  /** matmulTransposeAShards; not in files that were built before it had a stride */
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
  /** sums[p] = Σ x² over the piece p of x; sums has room for all pieces. */
  sumSquares: NativeKernel<readonly [x: Numbers, sums: Float64Array], readonly [length: number, pieceLength: number]>;

  batchNorm: NativeKernel<Normalized, readonly [...Rows, epsilon: number]>;
  batchNormEvaluate: NativeKernel<Normalized, readonly [...Rows, epsilon: number]>;
  batchNormBackward: NativeKernel<readonly [...NormGradients, ...NormInputs], readonly [...Rows, epsilon: number]>;
  layerNorm: NativeKernel<Normalized, readonly [...Rows, epsilon: number]>;
  layerNormBackward: NativeKernel<readonly [...NormGradients, ...NormInputs], Rows>;

  /** `workspace` takes the packed weights. */
  conv2d: NativeKernel<
    readonly [y: Numbers, x: Numbers, w: Numbers, b: Numbers | undefined, workspace: Numbers],
    Geometry
  >;
  conv2dInput: NativeKernel<
    readonly [dx: Numbers, dy: Numbers, w: Numbers, b: undefined, workspace: Numbers],
    Geometry
  >;
  /** Pixels are summed in `chunks`; the workspace holds the sums of all but the first. */
  conv2dWeights: NativeKernel<
    readonly [dw: Numbers, dy: Numbers, x: Numbers, workspace: Numbers],
    readonly [...Geometry, chunks: number]
  >;
  maxPool2d: NativeKernel<readonly [y: Numbers, places: Uint8Array, x: Numbers], Window>;
  maxPool2dBackward: NativeKernel<readonly [dx: Numbers, dy: Numbers, places: Uint8Array], Window>;
  averagePool2d: NativeKernel<readonly [y: Numbers, x: Numbers], readonly [...Window, countPadding: number]>;
  averagePool2dBackward: NativeKernel<readonly [dx: Numbers, dy: Numbers], readonly [...Window, countPadding: number]>;
}

/** An engine and the addon it runs in. */
export interface NativeEngine {
  readonly addon: NativeAddon;
  readonly engine: number;
}

/** The addon where it loads, and in any case the reason; `isa` is forced by tests through HANDGRAD_NATIVE_ISA. */
export interface LoadedAddon {
  readonly addon?: NativeAddon;
  readonly isa: string;
  readonly status: NativeStatus;
}

/** Every function that an addon must have; one that was built from other sources may lack some. */
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
  swapAxes: true,
} satisfies Record<
  Exclude<keyof NativeAddon, "activations" | "matmulTransposeAStrided">,
  true
>) as (keyof NativeAddon)[];

const loaded = new Map<string, LoadedAddon>();

/**
 * Looks for the addon once for each forced instruction set: the file that was built on this machine first, which exists only
 * where somebody wanted it, then the one of the release. Tests force a file through HANDGRAD_NATIVE_ADDON.
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
        { file: join(root, "prebuilds", platform, "handgrad.node"), origin: "comes with the package" },
      ];
  const failures: string[] = [];
  for (const { file, origin } of candidates) {
    if (!existsSync(file)) continue;
    try {
      const addon = createRequire(import.meta.url)(file) as NativeAddon;
      // A file without the list of activations is older than the sources: its numbers may mean something else
      const missing = [
        ...functionNames.filter((name) => typeof addon[name] !== "function"),
        ...(Array.isArray(addon.activations) ? [] : ["activations"]),
      ];
      if (missing.length > 0) {
        failures.push(`${file}: of another version: it has no ${missing.join(", ")}; run npm run build:native`);
        continue;
      }
      const chosen = addon.instructionSet(isa);
      if (chosen) return { addon, isa, status: { available: true, isa: chosen, file, reason: `${chosen}, ${origin}` } };
      failures.push(`${file}: no instruction set "${isa}" here`);
    } catch (error) {
      failures.push(`${file}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 0) failures.push(whyNotBuilt(join(root, "build", "native", "status.json")));
  return { isa, status: { available: false, reason: failures.join("; ") } };
}

/** What scripts/buildNative.ts noted when it could not build. */
function whyNotBuilt(statusFile: string): string {
  try {
    return (JSON.parse(readFileSync(statusFile, "utf8")) as { reason: string }).reason;
  } catch {
    return "not built: npm run build:native builds them where there is a C++ compiler";
  }
}

/** The folder of package.json, whether this runs from the sources or from dist/. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
