/** A smooth function of many numbers: its value at x; the gradient is written into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  readonly iterations?: number;
  /** ends when no number of the gradient is larger, relative to the largest at the start (or 1) */
  readonly tolerance?: number;
}

/** The number of remembered steps. */
const memory = 10;

/**
 * Minimizes a function from `x`, which becomes the result: limited-memory BFGS with steps that are halved until the value is lower.
 * Nocedal & Wright 2006, algorithm 7.5. Returns the number of iterations.
 */
export function lbfgs(objective: Objective, x: Float64Array, options: LbfgsOptions = {}): number {
  const { iterations = 300, tolerance = 1e-6 } = options;
  const steps: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const limit = tolerance * Math.max(1, largest(gradient));
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (!(largest(gradient) > limit)) return iteration;
    const direction = descent(gradient, steps);
    const directionalDerivative = dot(direction, gradient);
    let size = steps.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let nextValue = Infinity;
    for (let halvings = 0; halvings < 30; halvings++, size /= 2) {
      for (let i = 0; i < x.length; i++) next[i] = x[i] + size * direction[i];
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * size * directionalDerivative) break;
    }
    if (!(nextValue < value)) return iteration;
    const s = next.map((each, i) => each - x[i]);
    const y = nextGradient.map((each, i) => each - gradient[i]);
    const product = dot(s, y);
    if (product > 1e-12 * dot(y, y)) steps.push({ s, y, rho: 1 / product });
    if (steps.length > memory) steps.shift();
    x.set(next);
    gradient = nextGradient;
    value = nextValue;
  }
  return iterations;
}

/** −H·g, H the inverse Hessian estimated from the remembered steps. */
function descent(gradient: Float64Array, steps: readonly { s: Float64Array; y: Float64Array; rho: number }[]) {
  const q = gradient.map((each) => -each);
  const alphas: number[] = [];
  for (const { s, y, rho } of steps.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i] -= alpha * y[i];
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  for (const { s, y, rho } of steps) {
    const beta = (alphas.pop() as number) - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += beta * s[i];
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
