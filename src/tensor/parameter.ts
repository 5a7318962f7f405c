import { type DType, type Shape, Tensor } from "./tensor.ts";

/** What an optimizer trains: `gradient` has the shape of `value` and is overwritten by every backward pass. */
export interface Parameter {
  /** "w" or "b" inside its layer; the network's name for it is `<layer>_<key>`, such as fc1_w */
  readonly key: string;
  value: Tensor;
  gradient: Tensor;
  /** whether it holds a vector for each symbol or place and is no linear map, which matters to Muon */
  readonly isTable?: true;
}

/** A parameter of zeros. */
export function zeroParameter(key: string, shape: Shape, dtype: DType): Parameter {
  return { key, value: Tensor.zeros(shape, dtype), gradient: Tensor.zeros(shape, dtype) };
}

/** What a layer keeps beside its parameters and saves with them, such as a running mean: no gradient, no optimizer. */
export interface Buffer {
  /** "mean" inside its layer, `<layer>_mean` in a network */
  readonly key: string;
  readonly value: Tensor;
}
