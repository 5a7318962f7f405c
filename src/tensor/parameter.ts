import { type DType, type Shape, Tensor } from "./tensor.ts";

/** Numbers that an optimizer trains: `gradient` has the shape of `value` and is overwritten by every backward pass. */
export interface Parameter {
  /** "w" or "b" inside its layer; the network's name for it is `<layer>_<key>`, such as fc1_w */
  readonly key: string;
  value: Tensor;
  gradient: Tensor;
  /** whether it is a table with a vector for each symbol or position and not a linear map; Muon treats these differently */
  readonly isTable?: true;
}

/** A parameter of zeros. */
export function zeroParameter(key: string, shape: Shape, dtype: DType): Parameter {
  return { key, value: Tensor.zeros(shape, dtype), gradient: Tensor.zeros(shape, dtype) };
}

/** An array that a layer saves with its parameters, such as a running mean; it has no gradient and is not trained. */
export interface Buffer {
  /** "mean" inside its layer, `<layer>_mean` in a network */
  readonly key: string;
  readonly value: Tensor;
}
