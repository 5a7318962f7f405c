import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";

/** What an optimizer works on: the flat buffers of a network. */
export interface Trainable {
  readonly values: Numbers;
  readonly gradients: Numbers;
  readonly workspace: { readonly kernels: Kernels };
}

/** One `step` moves all values along their gradients. */
export interface Optimizer {
  readonly kind: string;
  /** may be changed between steps, by a schedule */
  learningRate: number;
  step(): void;
  /** Everything that the next step depends on beside the values and gradients, by name: what a checkpoint keeps. */
  state(): { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> };
  restore(state: { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> }): void;
}

/** The value, when it is a number from low up to (not including) high. Throws SettingsError. */
export function checkRange(what: string, value: number, low: number, high = Infinity): number {
  if (!(value >= low && value < high))
    throw new SettingsError(`${what} must be at least ${low} and below ${high}, got ${value}`);
  return value;
}
