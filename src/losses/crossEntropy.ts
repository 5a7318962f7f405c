import { Workspace } from "../kernels/workspace.ts";
import { SettingsError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Tensor } from "../tensor/tensor.ts";
import type { Loss } from "./loss.ts";

/** Class numbers, 0 … classes − 1, one a row. */
export type Labels = ArrayLike<number>;

/** softmax(x)ᵢⱼ = exp(xᵢⱼ) / Σₖ exp(xᵢₖ), shifted by the row's maximum so that nothing overflows; x is (batch, classes). */
export function softmax(logits: Tensor, workspace = new Workspace()): Tensor {
  const [rows, classes] = matrixShape("softmax", logits);
  const p = workspace.tensor(logits.shape, logits.dtype);
  workspace.kernels.softmax(p.data, logits.data, rows, classes);
  return p;
}

export interface CrossEntropyOptions {
  /** mean over the batch, or sum */
  readonly sizeAverage?: boolean;
  /** ε: the target is (1 − ε)·onehot(label) + ε/classes. Szegedy et al. 2016, arXiv:1512.00567 */
  readonly labelSmoothing?: number;
  readonly workspace?: Workspace;
}

/**
 * Mean over the batch (or, with sizeAverage false, the sum) of −log p[label], p = softmax(logits), logits (batch, classes).
 * Throws ShapeError for an empty batch, another number of labels, and labels outside of the classes.
 */
export class CrossEntropyLoss implements Loss<Labels> {
  workspace: Workspace;
  readonly sizeAverage: boolean;
  readonly labelSmoothing: number;
  private losses?: Tensor;
  private gradient?: Tensor;

  constructor({ sizeAverage = true, labelSmoothing = 0, workspace = new Workspace() }: CrossEntropyOptions = {}) {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new SettingsError(`CrossEntropyLoss: labelSmoothing must be at least 0 and below 1, got ${labelSmoothing}`);
    }
    this.sizeAverage = sizeAverage;
    this.labelSmoothing = labelSmoothing;
    this.workspace = workspace;
  }

  forward(logits: Tensor, labels: Labels): number {
    this.compute(logits, labels);
    return this.value();
  }

  // J = −scale·Σᵢ log p[i, labels[i]]   dlogits = scale·(p − onehot(labels)), scale = 1/batch or 1
  compute(logits: Tensor, labels: Labels): void {
    const [rows, classes] = matrixShape("CrossEntropyLoss", logits);
    const checked = checkLabels(labels, rows, classes);
    this.losses = this.workspace.tensor([rows], logits.dtype);
    this.gradient = this.workspace.tensor(logits.shape, logits.dtype);
    const scale = this.sizeAverage ? 1 / rows : 1;
    this.workspace.kernels.crossEntropy(
      this.losses.data,
      this.gradient.data,
      logits.data,
      checked,
      rows,
      classes,
      scale,
    );
    if (this.labelSmoothing > 0) this.smooth(logits, checked, scale);
  }

  // With the target (1−ε)·onehot + ε/classes, each row: J += ε(x[label] − mean x)   dx += scale·ε(onehot − 1/classes)
  private smooth(logits: Tensor, labels: Int32Array, scale: number): void {
    const [losses, gradient] = [this.computed(this.losses).data, this.computed(this.gradient).data];
    const classes = logits.shape[1];
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

  value(): number {
    const { data } = this.computed(this.losses);
    let sum = 0;
    for (const loss of data) sum += loss;
    return this.sizeAverage ? sum / data.length : sum;
  }

  backward(): Tensor {
    return this.computed(this.gradient);
  }

  private computed(tensor: Tensor | undefined): Tensor {
    if (!tensor) throw new ShapeError("CrossEntropyLoss: backward and value need a forward pass first");
    return tensor;
  }
}

function matrixShape(what: string, x: Tensor): readonly [number, number] {
  const [rows, classes] = x.shape;
  if (x.rank !== 2 || x.size === 0)
    throw new ShapeError(`${what}: expected (batch, classes), got ${formatShape(x.shape)}`);
  return [rows, classes];
}

function checkLabels(labels: Labels, rows: number, classes: number): Int32Array {
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
