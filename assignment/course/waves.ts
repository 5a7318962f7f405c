/** f(x) = Σ cᵢ·exp(xᵢ/2)·cos(xᵢ₊₁), the last with the first: a smooth function whose derivatives are all different. */
export function waves(x: ArrayLike<number>, coefficients: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += coefficients[i] * Math.exp(x[i] / 2) * Math.cos(x[(i + 1) % x.length]);
  return sum;
}
