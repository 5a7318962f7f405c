import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import { dtypeOf, type Numbers } from "../tensor/tensor.ts";
import {
  checkRange,
  checkTrainable,
  type DecayOptions,
  decayOf,
  type Optimizer,
  restoreBuffers,
  type Trainable,
  zerosBeside,
} from "./optimizer.ts";
import { Orthogonalizer } from "./orthogonalize.ts";

export interface MuonOptions extends DecayOptions {
  readonly learningRate: number;
  /** μ of the matrices */
  readonly momentum?: number;
  /** looks ahead by one step of momentum */
  readonly nesterov?: boolean;
  /** the learning rate of Adam as a multiple of `learningRate`, so that both follow a schedule */
  readonly adamRatio?: number;
  /** names of layers whose matrices Adam trains too, such as the first or the last: ["fc3"] */
  readonly adamLayers?: readonly string[];
  /** of Adam */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** A parameter's part of the flat buffers; `matrix` where Muon trains it. */
export interface MuonPart {
  readonly start: number;
  readonly end: number;
  readonly matrix?: readonly [rows: number, columns: number];
}

/**
 * Momentum whose step is orthogonalized, for every matrix W of (inputs, outputs): M ← μM + (1−μ)g, W ← W − η·√max(1, outputs/inputs)·O − λW
 * with O the nearly orthogonal matrix (`Orthogonalizer`) with the singular vectors of M, or with Nesterov's look-ahead of (1−μ)g + μM. All
 * directions of a matrix move equally, even those with small gradients. Weights of convolutions (height, width, inputs, outputs) are
 * matrices of (height·width·inputs, outputs).
 *
 * All other parameters, such as biases and embeddings, and the layers in `adamLayers` are trained by Adam with the learning rate adamRatio·η and the
 * same decay. Jordan et al. 2024; PyTorch's Muon for matrices, whose decay is `scaledWeightDecay`. Throws SettingsError, also for a network
 * without the shapes of its parameters and for layers that it does not have.
 */
export class Muon implements Optimizer {
  readonly kind = "muon";
  learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly adamRatio: number;
  readonly adamLayers: readonly string[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly parts: readonly MuonPart[];
  /** Not those of a step in shards, which divide sums over rows: all processes orthogonalize the same gradient. */
  private readonly kernels: Kernels;
  private readonly orthogonalizer: Orthogonalizer;
  private readonly direction: Numbers;
  private readonly m: Numbers;
  /** for the parameters that Adam trains; undefined if there are none */
  private readonly v: Numbers | undefined;
  private t = 0;

  constructor(network: Trainable, options: MuonOptions) {
    const { learningRate, momentum = 0.95, nesterov = true } = options ?? ({} as MuonOptions);
    const { adamRatio = 0.015, adamLayers = [], beta1 = 0.9, beta2 = 0.95, epsilon = 1e-10 } = options ?? {};
    const { weightDecay = 0, scaledWeightDecay = 0 } = options ?? {};
    this.network = checkTrainable("Muon", network);
    this.learningRate = checkRange("Muon: learningRate", learningRate, 0);
    this.momentum = checkRange("Muon: momentum", momentum, 0, 1);
    this.nesterov = nesterov;
    this.adamRatio = checkRange("Muon: adamRatio", adamRatio, 0);
    this.adamLayers = adamLayers;
    this.beta1 = checkRange("Muon: beta1", beta1, 0, 1);
    this.beta2 = checkRange("Muon: beta2", beta2, 0, 1);
    this.epsilon = checkRange("Muon: epsilon", epsilon, 0);
    this.weightDecay = checkRange("Muon: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Muon: scaledWeightDecay", scaledWeightDecay, 0);
    this.parts = muonParts(network, adamLayers);
    this.kernels = network.workspace.kernels;
    const matrices = this.parts.flatMap(({ matrix }) => (matrix ? [matrix] : []));
    this.orthogonalizer = new Orthogonalizer(this.kernels, network.values, matrices);
    const dtype = dtypeOf(network.values);
    this.direction = this.kernels.allocate(dtype, Math.max(1, ...matrices.map(([rows, columns]) => rows * columns)));
    this.m = zerosBeside(network);
    const others = this.parts.reduce((sum, { start, end, matrix }) => sum + (matrix ? 0 : end - start), 0);
    if (others > 0) this.v = this.kernels.allocate(dtype, others);
  }

  step(): void {
    this.t++;
    let offset = 0;
    for (const { start, end, matrix } of this.parts) {
      const of = (buffer: Numbers) => buffer.subarray(start, end);
      const [values, gradients, m] = [of(this.network.values), of(this.network.gradients), of(this.m)];
      if (matrix) this.moveMatrix(values, gradients, m, matrix);
      else if (this.v) {
        this.moveByAdam(values, gradients, m, this.v.subarray(offset, offset + end - start));
        offset += end - start;
      }
    }
  }

  // m ← m + (1−μ)(g − m)   D = m, or g + μ(m − g)   θ ← θ − η·√max(1, outputs/inputs)·orthogonal(D) − λθ
  private moveMatrix(
    values: Numbers,
    gradients: Numbers,
    m: Numbers,
    [rows, columns]: readonly [number, number],
  ): void {
    const { kernels, momentum, learningRate } = this;
    kernels.updates.blend(m, gradients, 1 - momentum);
    const direction = this.direction.subarray(0, values.length);
    direction.set(this.nesterov ? gradients : m);
    if (this.nesterov) kernels.updates.blend(direction, m, momentum);
    this.orthogonalizer.apply(direction, rows, columns);
    const rate = learningRate * Math.sqrt(Math.max(1, columns / rows));
    kernels.sgd(values, direction, rate, decayOf(this));
  }

  private moveByAdam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers): void {
    const { beta1, beta2, epsilon, weightDecay, scaledWeightDecay, t } = this;
    const learningRate = this.adamRatio * this.learningRate;
    const decay = decayOf({ weightDecay, scaledWeightDecay, learningRate });
    const options = { learningRate, beta1, beta2, epsilon, weightDecay: decay, step: t };
    this.kernels.adam(values, gradients, m, v, options);
  }

  state() {
    return { step: this.t, buffers: this.buffers };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Muon", this.buffers, buffers);
    this.t = step;
  }

  private get buffers(): Readonly<Record<string, Numbers>> {
    return this.v ? { m: this.m, v: this.v } : { m: this.m };
  }
}

/** The place of each parameter in the flat buffers, and which are matrices. Throws SettingsError as `Muon` does. */
export function muonParts(network: Trainable, adamLayers: readonly string[]): readonly MuonPart[] {
  const { parameters, parameterNames = [] } = network;
  if (!parameters) {
    throw new SettingsError(
      "Muon: expected a network with the shapes of its parameters, found flat buffers alone; pass the Sequential itself",
    );
  }
  const isOf = (layer: string, name: string | undefined) => name?.startsWith(`${layer}_`) ?? false;
  const missing = adamLayers.find((layer) => !parameterNames.some((name) => isOf(layer, name)));
  if (missing !== undefined) {
    const layers = [...new Set(parameterNames.map((name) => name.slice(0, name.lastIndexOf("_"))))].join(", ");
    throw new SettingsError(`Muon: adamLayers: expected layers with parameters (${layers}), found ${missing}`);
  }
  let start = 0;
  return parameters.map(({ value, isTable }, i) => {
    const part = { start, end: start + value.size };
    start = part.end;
    if (value.rank < 2 || isTable || adamLayers.some((layer) => isOf(layer, parameterNames[i]))) return part;
    const columns = value.shape[value.rank - 1];
    return { ...part, matrix: [value.size / columns, columns] as const };
  });
}
