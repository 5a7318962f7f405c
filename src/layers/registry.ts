import type * as v from "valibot";
import { activationKinds } from "./activation.ts";
import { batchNorm } from "./batchNorm.ts";
import { conv2d } from "./conv2d.ts";
import { dct } from "./dct.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { type EnsembleAnswers, ensemble } from "./ensemble.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePool1d, globalAveragePool2d } from "./globalAveragePool.ts";
import { groupClasses } from "./groupClasses.ts";
import { layerNorm } from "./layerNorm.ts";
import { linear } from "./linear.ts";
import { multiHeadAttention } from "./multiHeadAttention.ts";
import { patches } from "./patches.ts";
import { piecewiseLinear } from "./piecewiseLinear.ts";
import { averagePool2d, maxPool2d } from "./pool2d.ts";
import { positionEmbedding } from "./positionEmbedding.ts";
import { pRelu } from "./pRelu.ts";
import { residual, sequential } from "./residual.ts";
import { scale } from "./scale.ts";
import { testTimeAugmentation, testTimeAverage } from "./testTimeAugmentation.ts";
import { transpose } from "./transpose.ts";

/**
 * Every kind of layer that can be described as data. A layer that is added here can be saved, loaded, trained from settings
 * and summarized; experiments/onnxLayers.ts says what it is in ONNX.
 */
export const layerKinds = {
  flatten,
  scale,
  linear,
  ...activationKinds,
  pRelu,
  dropout,
  batchNorm,
  layerNorm,
  residual,
  sequential,
  dct,
  groupClasses,
  testTimeAugmentation,
  testTimeAverage,
  ensemble,
  piecewiseLinear,
  patches,
  transpose,
  globalAveragePool1d,
  embedding,
  positionEmbedding,
  multiHeadAttention,
  conv2d,
  maxPool2d,
  averagePool2d,
  globalAveragePool2d,
};

export type LayerKindName = keyof typeof layerKinds;

/**
 * The kinds whose options hold further layers.
 * @inline
 */
type Nesting = "residual" | "sequential" | "ensemble";

/** @inline */
interface Named {
  /** "fc1": its parameters are then fc1_w and fc1_b. By default layers are numbered by kind. */
  readonly name?: string | undefined;
}

/**
 * Written out: inferred from its schema, the type would refer to itself, which TypeScript 6 (the reference's) refuses.
 * @inline
 */
interface EnsembleOptions {
  readonly copies?: number | undefined;
  readonly answers?: EnsembleAnswers | undefined;
}

/** @inline */
interface ShortcutOptions {
  readonly shortcut?: readonly LayerDescription[] | undefined;
}

/** One layer as plain data: its kind and its options. */
export type LayerDescription =
  | {
      [Kind in Exclude<LayerKindName, Nesting>]: Readonly<
        { kind: Kind } & v.InferInput<(typeof layerKinds)[Kind]["schema"]>
      > &
        Named;
    }[Exclude<LayerKindName, Nesting>]
  | ({ readonly kind: "sequential"; readonly layers: readonly LayerDescription[] } & Named)
  | ({ readonly kind: "residual"; readonly layers: readonly LayerDescription[] } & ShortcutOptions & Named)
  | ({ readonly kind: "ensemble"; readonly layers: readonly LayerDescription[] } & EnsembleOptions & Named);
