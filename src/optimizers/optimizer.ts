import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError, typeName } from "../tensor/errors.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { dtypeOf, type Numbers } from "../tensor/tensor.ts";

/** The input of an optimizer: the flat buffers of a network. */
export interface Trainable {
  readonly values: Numbers;
  readonly gradients: Numbers;
  readonly workspace: { readonly kernels: Kernels };
  /** the parameters in order, with their names, for optimizers that need shapes */
  readonly parameters?: readonly Pick<Parameter, "value" | "isTable">[];
  readonly parameterNames?: readonly string[];
}

/** One `step` moves all values along their gradients. */
export interface Optimizer {
  readonly kind: string;
  /** the parameters that it trains */
  readonly network: Trainable;
  /** may be changed between steps, by a schedule */
  learningRate: number;
  step(): void;
  /** Everything that the next step depends on besides the values and gradients, by name: the state for checkpoints. */
  state(): { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> };
  restore(state: { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> }): void;
}

/** Both conventions of decoupled weight decay, which are added up when both are given. */
export interface DecayOptions {
  /** λ in θ ← … − λθ, NOT multiplied by the learning rate: the assignment's convention. */
  readonly weightDecay?: number;
  /** λ in θ ← … − ηλθ: multiplied by the learning rate, as in PyTorch's AdamW, and so following its schedule */
  readonly scaledWeightDecay?: number;
}

/** The share of θ that one step subtracts: λ + η·λ′. Without the scaled decay it is exactly λ. */
export function decayOf(optimizer: Required<DecayOptions> & { readonly learningRate: number }): number {
  return optimizer.weightDecay + optimizer.learningRate * optimizer.scaledWeightDecay;
}

/** A zeroed buffer beside the values, in the memory of the network's kernels. */
export function zerosBeside({ values, workspace }: Trainable): Numbers {
  return workspace.kernels.allocate(dtypeOf(values), values.length);
}

/** Copies saved buffers into those of an optimizer, by name. Throws SettingsError if one is missing or of another length. */
export function restoreBuffers(
  optimizer: string,
  own: Readonly<Record<string, Numbers>>,
  saved: Readonly<Record<string, Numbers>>,
): void {
  for (const [name, buffer] of Object.entries(own)) {
    if (saved[name]?.length !== buffer.length) {
      throw new SettingsError(
        `${optimizer}: state ${name} must hold ${buffer.length} values, got ${saved[name]?.length}`,
      );
    }
  }
  for (const [name, buffer] of Object.entries(own)) buffer.set(saved[name]);
}

/** The network, if it is one. Throws SettingsError for anything else, such as its list of parameters. */
export function checkTrainable<Network extends Trainable>(what: string, network: Network): Network {
  if (network?.values instanceof Object && network.gradients instanceof Object && network.workspace) return network;
  throw new SettingsError(
    `${what}: expected the network to train, found ${typeName(network)}; pass the Sequential itself`,
  );
}

/** The value, if it is a number from low up to (not including) high; else throws SettingsError. */
export function checkRange(what: string, value: number, low: number, high = Infinity): number {
  if (typeof value === "number" && value >= low && value < high) return value;
  const range = high === Infinity ? `a number of at least ${low}` : `a number of at least ${low} and below ${high}`;
  throw new SettingsError(`${what}: expected ${range}, found ${typeof value === "number" ? value : typeName(value)}`);
}
