/** The eigenvalues λ, the largest first, and for each its eigenvector of length 1 whose largest entry is positive. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

const mostSweeps = 100;

/**
 * A = Σ λₖ·vₖ·vₖᵀ of a symmetric matrix (n, n), row-major: Jacobi's rotations, each of which makes one off-diagonal entry 0, in a fixed order
 * until all are 0. For small matrices: a sweep costs 6·n³ operations. Jacobi 1846; Golub & Van Loan 2013, section 8.5.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const v = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const negligible = (Number.EPSILON * Math.sqrt(matrix.reduce((sum, x) => sum + x * x, 0))) / n;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDiagonal = true;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p * n + q]) <= negligible) continue;
        isDiagonal = false;
        rotate(a, v, n, p, q);
      }
    }
    if (isDiagonal) break;
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => a[j * n + j] - a[i * n + i]);
  return {
    values: Float64Array.from(order, (k) => a[k * n + k]),
    vectors: order.map((k) => pointed(Float64Array.from({ length: n }, (_, i) => v[i * n + k]))),
  };
}

/** A ← JᵀAJ and V ← VJ, with the rotation J in the plane of p and q that makes A[p, q] zero: t = tan θ is the smaller root of t² + 2τt − 1. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  const turn = (x: Float64Array, i: number, j: number): void => {
    const [left, right] = [x[i], x[j]];
    x[i] = c * left - s * right;
    x[j] = s * left + c * right;
  };
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q);
  [a[p * n + q], a[q * n + p]] = [0, 0];
}

/** The vector or its negative. */
function pointed(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
