import type * as v from "valibot";
import type { RandomState } from "../random/randomState.ts";
import type { DType, Shape } from "../tensor/tensor.ts";
import type { Layer } from "./layer.ts";

/** The context in which a layer is made, besides its options. */
export interface LayerContext {
  readonly name: string;
  /** the shape of one input of this layer, without the batch */
  readonly inputShape: Shape;
  /** draws the parameters; without it they start as they are and are loaded afterwards */
  readonly random: RandomState | undefined;
  readonly dtype: DType;
  /** checks that a number of parameters is allowed before they are allocated; throws SettingsError if it is not */
  readonly claim: (parameters: number) => void;
  /** makes the layers inside of this one, for inputs of the given shape; `option` names their list in messages ("layers" by default) */
  readonly inner: (layers: readonly object[], inputShape: Shape, option?: string) => Layer[];
}

/** One kind of layer as data: the schema of its options, and the layer that they make. `Layer.options` is the inverse. */
export interface LayerKind<Schema extends v.GenericSchema = v.GenericSchema> {
  readonly schema: Schema;
  create(options: v.InferOutput<Schema>, context: LayerContext): Layer;
}

/** Infers the type of the options from the schema. */
export function layerKind<Schema extends v.GenericSchema>(kind: LayerKind<Schema>): LayerKind<Schema> {
  return kind;
}
