import type { Normalization } from "../data/dataset.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { ClassTargets } from "../losses/crossEntropy.ts";
import { SettingsError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The rows that a teacher answers at once: few, so that the outputs of its layers stay in the cache. */
const rowsAtOnce = 50;

export interface TeacherOptions {
  /** w, the share of the teacher's answers in the targets, from 0 to 1 (default: 0.9) */
  readonly weight?: number | undefined;
  /** what the teacher's inputs are normalized with, if the inputs of training are normalized in another way */
  readonly normalizations?: { readonly own: Normalization; readonly training: Normalization } | undefined;
}

/**
 * Knowledge distillation: a trained network whose answers are part of the targets of another one. For inputs x with the target t, a class
 * or a probability of each class, the target becomes q = (1 − w)·t + w·softmax(teacher(x)). The teacher sees the same changed images as the
 * student. Hinton, Vinyals & Dean 2015, arXiv:1503.02531, with temperature 1; the same images: Beyer et al. 2022, arXiv:2106.05237.
 */
export class Teacher {
  readonly network: Sequential;
  readonly weight: number;
  private readonly rescale: ((from: Tensor, to: Tensor) => void) | undefined;

  /** Throws SettingsError for a weight that is not from 0 to 1. */
  constructor(network: Sequential, { weight = 0.9, normalizations }: TeacherOptions = {}) {
    if (!(weight >= 0 && weight <= 1))
      throw new SettingsError(`teacher: weight: expected a number from 0 to 1, found ${weight}`);
    this.network = network;
    this.weight = weight;
    this.rescale = normalizations && rescaling(normalizations.training, normalizations.own);
  }

  /** The targets q of a batch, (batch, classes), in memory of `workspace`. */
  targets(inputs: Tensor, targets: ClassTargets, workspace: Workspace): Tensor {
    const { network, weight } = this;
    const [rows, ...shape] = inputs.shape;
    const size = inputs.size / rows;
    const classes = network.outputShape([1, ...shape])[1];
    const mixed = workspace.tensor([rows, classes], inputs.dtype);
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const end = Math.min(rows, start + rowsAtOnce);
      const part = new Tensor([end - start, ...shape], inputs.data.subarray(start * size, end * size));
      network.workspace.step(() => {
        const answers = network.forward(this.toInputs(part));
        const answered = mixed.data.subarray(start * classes, end * classes);
        network.workspace.kernels.softmax(answered, answers.data, end - start, classes);
      });
    }
    for (let i = 0; i < mixed.size; i++) mixed.data[i] *= weight;
    if (targets instanceof Tensor) for (let i = 0; i < mixed.size; i++) mixed.data[i] += (1 - weight) * targets.data[i];
    else for (let row = 0; row < rows; row++) mixed.data[row * classes + targets[row]] += 1 - weight;
    return mixed;
  }

  private toInputs(part: Tensor): Tensor {
    if (!this.rescale) return part;
    const inputs = this.network.workspace.tensor(part.shape, part.dtype);
    this.rescale(part, inputs);
    return inputs;
  }
}

/** From inputs in one normalization to another; undefined if both are the same. The channel is the last dimension. */
function rescaling(from: Normalization, to: Normalization): ((inputs: Tensor, rescaled: Tensor) => void) | undefined {
  const channels = from.mean.length;
  // (x·σ + μ − μ′) / σ′
  const factors = from.deviation.map((deviation, c) => deviation / to.deviation[c]);
  const offsets = from.mean.map((mean, c) => (mean - to.mean[c]) / to.deviation[c]);
  if (factors.every((factor) => factor === 1) && offsets.every((offset) => offset === 0)) return undefined;
  return ({ data }, { data: rescaled }) => {
    for (let i = 0; i < data.length; i += channels)
      for (let c = 0; c < channels; c++) rescaled[i + c] = data[i + c] * factors[c] + offsets[c];
  };
}
