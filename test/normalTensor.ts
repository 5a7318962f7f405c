import { type DType, RandomState, type Shape, Tensor } from "../src/index.ts";

/** A tensor of normal random numbers. The same seed gives the same numbers in both types, rounded in float32. */
export function normalTensor(shape: Shape, seed: number, dtype: DType = "float64"): Tensor {
  const tensor = Tensor.zeros(shape, dtype);
  new RandomState(seed).fillRandn(tensor.data);
  return tensor;
}
