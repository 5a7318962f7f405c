import { checkRange, type Trainable } from "./optimizer.ts";

/** Scales all gradients so that their norm is at most `maximum`; their direction stays. Returns ‖g‖ before. Pascanu et al. 2013 */
export function clipByNorm({ gradients, workspace }: Trainable, maximum: number): number {
  checkRange("clipByNorm: maximum", maximum, 0);
  const { updates } = workspace.kernels;
  const squares = new Float64Array(1);
  updates.sumSquares(squares, gradients);
  const norm = Math.sqrt(squares[0]);
  if (norm > maximum) updates.scale(gradients, maximum / norm);
  return norm;
}

/** g ← max(−limit, min(limit, g)), each gradient by itself; a NaN stays, to be seen. */
export function clipByValue({ gradients, workspace }: Trainable, limit: number): void {
  checkRange("clipByValue: limit", limit, 0);
  workspace.kernels.updates.clamp(gradients, limit);
}
