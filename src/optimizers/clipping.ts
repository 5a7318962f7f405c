import { checkRange, type Trainable } from "./optimizer.ts";

/** ‖g‖ = √(Σ g²) over all gradients of a network. */
export function gradientNorm({ gradients, workspace }: Trainable): number {
  const squares = new Float64Array(1);
  workspace.kernels.updates.sumSquares(squares, gradients);
  return Math.sqrt(squares[0]);
}

/** Scales all gradients so that their norm is at most `maximum`; their direction stays. Returns ‖g‖ before. Pascanu et al. 2013 */
export function clipByNorm(network: Trainable, maximum: number): number {
  checkRange("clipByNorm: maximum", maximum, 0);
  const norm = gradientNorm(network);
  if (norm > maximum) network.workspace.kernels.updates.scale(network.gradients, maximum / norm);
  return norm;
}

/** g ← max(−limit, min(limit, g)), each gradient by itself; NaN stays NaN, so that it is noticed. */
export function clipByValue({ gradients, workspace }: Trainable, limit: number): void {
  checkRange("clipByValue: limit", limit, 0);
  workspace.kernels.updates.clamp(gradients, limit);
}
