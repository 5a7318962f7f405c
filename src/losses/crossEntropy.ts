import { Workspace } from "../kernels/workspace.ts";
import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";
import { SettingsError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Numbers, Tensor, zeros } from "../tensor/tensor.ts";
import { computed, type Loss } from "./loss.ts";

/** Class numbers, 0 … classes − 1, one per row; for tokens one per token, row by row. */
export type Labels = ArrayLike<number>;

/** softmax(x)ᵢⱼ = exp(xᵢⱼ) / Σₖ exp(xᵢₖ), shifted by the row's maximum so that nothing overflows; x is (batch, …, classes). */
export function softmax(logits: Tensor, workspace = new Workspace()): Tensor {
  const [rows, classes] = matrixShape("softmax", logits);
  const p = workspace.tensor(logits.shape, logits.dtype);
  workspace.kernels.softmax(p.data, logits.data, rows, classes);
  return p;
}

/** Class numbers, a list or in the shape of the logits without classes; or for each row a share of each class, as mixup makes them. */
export type ClassTargets = Labels | Tensor;

export interface CrossEntropyOptions {
  /** mean over the batch, or sum */
  readonly sizeAverage?: boolean;
  /** ε: the target is (1 − ε)·onehot(label) + ε/classes. Szegedy et al. 2016, arXiv:1512.00567 */
  readonly labelSmoothing?: number;
  /** the weight of each class; the mean over labels is then divided by the sum of their weights, as in PyTorch */
  readonly classWeights?: readonly number[] | undefined;
}

/**
 * Mean over the batch (or, with sizeAverage false, the sum) of −log p[label], p = softmax(logits), logits (batch, classes).
 * Logits (batch, tokens, classes) with labels (batch, tokens) are as many rows as tokens: the mean is over all tokens.
 * With class weights c and labels, a row counts c[label], and the mean divides by the sum of these: Σ c[label]·(…) / Σ c[label]; it is 0
 * if all of them are 0. With targets q that are probabilities, (batch, classes), the row is −Σⱼ cⱼ·qⱼ·log pⱼ, and the mean divides
 * by the number of rows. Both are PyTorch's.
 * Throws ShapeError for an empty batch, another number of labels, and labels outside of the classes.
 */
export class CrossEntropyLoss implements Loss<ClassTargets> {
  readonly kind = "crossEntropy";
  readonly targetKinds = ["classes", "probabilities"] as const;
  readonly sizeAverage: boolean;
  readonly labelSmoothing: number;
  readonly classWeights: readonly number[] | undefined;
  /** with class weights: the sum of those of the last batch's labels */
  readonly weight?: () => number;
  private total = 1;
  private losses?: Tensor;
  private gradient?: Tensor;

  constructor(options: CrossEntropyOptions = {}) {
    const { sizeAverage = true, labelSmoothing = 0, classWeights } = options;
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new SettingsError(`CrossEntropyLoss: labelSmoothing must be at least 0 and below 1, got ${labelSmoothing}`);
    }
    if (
      classWeights &&
      !(classWeights.every((weight) => weight >= 0 && weight < Infinity) && classWeights.some(Boolean))
    ) {
      throw new SettingsError(
        `CrossEntropyLoss: classWeights must be numbers of at least 0, not all 0, got ${classWeights}`,
      );
    }
    this.classWeights = classWeights;
    if (classWeights) this.weight = () => this.total;
    this.sizeAverage = sizeAverage;
    this.labelSmoothing = labelSmoothing;
  }

  forward(logits: Tensor, targets: ClassTargets): number {
    this.compute(logits, targets);
    return this.value();
  }

  // J = −scale·Σᵢ log p[i, labels[i]]   dlogits = scale·(p − onehot(labels)), scale = 1/batch or 1
  compute(logits: Tensor, targets: ClassTargets, workspace = new Workspace()): void {
    const [rows, classes] = matrixShape("CrossEntropyLoss", logits);
    const labels = labelsOf(logits, targets);
    if (labels instanceof Tensor || this.classWeights) {
      this.computeSoftTargets(logits, labels, workspace);
      return;
    }
    this.total = rows;
    const checked = checkLabels(labels, rows, classes);
    this.losses = workspace.tensor([rows], logits.dtype);
    this.gradient = workspace.tensor(logits.shape, logits.dtype);
    const scale = this.sizeAverage ? 1 / rows : 1;
    workspace.kernels.crossEntropy(this.losses.data, this.gradient.data, logits.data, checked, rows, classes, scale);
    if (this.labelSmoothing > 0) this.smooth(logits, checked, scale);
  }

  // With the target (1−ε)·onehot + ε/classes, each row: J += ε(x[label] − mean x)   dx += scale·ε(onehot − 1/classes)
  private smooth(logits: Tensor, labels: Int32Array, scale: number): void {
    const [losses, gradient] = [computed(this.kind, this.losses).data, computed(this.kind, this.gradient).data];
    const [, classes] = matrixShape("CrossEntropyLoss", logits);
    const epsilon = this.labelSmoothing;
    labels.forEach((label, row) => {
      const start = row * classes;
      let sum = 0;
      for (let j = start; j < start + classes; j++) {
        sum += logits.data[j];
        gradient[j] -= (scale * epsilon) / classes;
      }
      gradient[start + label] += scale * epsilon;
      losses[row] += epsilon * (logits.data[start + label] - sum / classes);
    });
  }

  // r = c ⊙ ((1−ε)q + ε/classes), J = −scale·Σ r·log p   dlogits = scale·(p·Σⱼ rⱼ − r)
  // scale = 1/Σ c[label] for labels, 1/batch for probabilities, or 1 for the sum
  private computeSoftTargets(logits: Tensor, targets: ClassTargets, workspace: Workspace): void {
    const [rows, classes] = matrixShape("CrossEntropyLoss", logits);
    const softTargets = softTargetsOf(targets, logits);
    const { classWeights, labelSmoothing: epsilon } = this;
    const weights = classWeights ?? Array<number>(classes).fill(1);
    if (weights.length !== classes) {
      throw new ShapeError(`CrossEntropyLoss: ${classes} classes, but ${weights.length} classWeights`);
    }
    this.total = targets instanceof Tensor ? rows : sumOfWeights(targets, weights);
    const scale = !this.sizeAverage ? 1 : this.total > 0 ? 1 / this.total : 0;
    this.losses = workspace.tensor([rows], logits.dtype);
    this.gradient = workspace.tensor(logits.shape, logits.dtype);
    const [losses, gradient, x] = [this.losses.data, this.gradient.data, logits.data];
    workspace.kernels.softmax(gradient, x, rows, classes);
    for (let row = 0; row < rows; row++) {
      const start = row * classes;
      let [maximum, sum, terms] = [-Infinity, 0, 0];
      for (let j = start; j < start + classes; j++) maximum = Math.max(maximum, x[j]);
      for (let j = start; j < start + classes; j++) {
        sum += exp(x[j] - maximum);
        softTargets[j] = weights[j - start] * ((1 - epsilon) * softTargets[j] + epsilon / classes);
        terms += softTargets[j];
      }
      losses[row] = 0;
      const logSum = log(sum);
      for (let j = start; j < start + classes; j++) {
        if (softTargets[j] !== 0) losses[row] += softTargets[j] * (logSum - (x[j] - maximum));
        gradient[j] = scale * (gradient[j] * terms - softTargets[j]);
      }
    }
  }

  value(): number {
    const { data } = computed(this.kind, this.losses);
    let sum = 0;
    for (const loss of data) sum += loss;
    return !this.sizeAverage ? sum : this.total > 0 ? sum / this.total : 0;
  }

  backward(): Tensor {
    return computed(this.kind, this.gradient);
  }
}

/** Rows and classes of logits; with tokens, each token is a row. */
function matrixShape(what: string, x: Tensor): readonly [number, number] {
  if (x.rank < 2 || x.size === 0) {
    throw new ShapeError(`${what}: expected (batch, classes) or (batch, tokens, classes), got ${formatShape(x.shape)}`);
  }
  const classes = x.shape[x.rank - 1];
  return [x.size / classes, classes];
}

/** Class numbers in a tensor as a list; soft targets stay a tensor. */
function labelsOf(logits: Tensor, targets: ClassTargets): ClassTargets {
  if (!(targets instanceof Tensor) || targets.rank !== logits.rank - 1) return targets;
  const wanted = formatShape(logits.shape.slice(0, -1));
  if (formatShape(targets.shape) === wanted) return targets.data;
  throw new ShapeError(
    `CrossEntropyLoss: logits are ${formatShape(logits.shape)}: expected labels ${wanted}, found ${formatShape(targets.shape)}`,
  );
}

/** Σ c[label] */
export function sumOfWeights(labels: Labels, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += weights[labels[i]];
  return sum;
}

/** A copy of the targets as a share of each class for each row. */
function softTargetsOf(targets: ClassTargets, logits: Tensor): Numbers {
  const [rows, classes] = matrixShape("CrossEntropyLoss", logits);
  const softTargets = zeros(logits.dtype, rows * classes);
  if (!(targets instanceof Tensor)) {
    checkLabels(targets, rows, classes).forEach((label, row) => {
      softTargets[row * classes + label] = 1;
    });
    return softTargets;
  }
  const [wanted, found] = [logits, targets].map(({ shape }) => formatShape(shape));
  if (wanted !== found) throw new ShapeError(`CrossEntropyLoss: logits are ${wanted}, soft targets are ${found}`);
  softTargets.set(targets.data);
  return softTargets;
}

function checkLabels(labels: Labels, rows: number, classes: number): Int32Array {
  if (typeof labels?.length !== "number") {
    throw new ShapeError(`CrossEntropyLoss: expected a class number for each row, found ${typeof labels}`);
  }
  if (labels.length !== rows)
    throw new ShapeError(`CrossEntropyLoss: ${rows} rows of logits, but ${labels.length} labels`);
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) {
      throw new ShapeError(
        `CrossEntropyLoss: labels must be whole numbers in 0 … ${classes - 1}, got ${labels[i]} at ${i}`,
      );
    }
  }
  return labels instanceof Int32Array ? labels : Int32Array.from(labels);
}
