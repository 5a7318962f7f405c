import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Numbers } from "../tensor/tensor.ts";

/** The data of an optimizer at one moment: all values, and its state by name. */
export interface UpdateMoment {
  readonly values: Numbers;
  readonly state: { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> };
}

/** One step of an optimizer, as copies. */
export interface UpdateTrace {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly gradients: Numbers;
  readonly before: UpdateMoment;
  readonly after: UpdateMoment;
}

/** Makes one step of an optimizer with the current gradients of its network, and records the data before and after it. */
export function traceUpdate(optimizer: Optimizer): UpdateTrace {
  const { learningRate, network } = optimizer;
  const gradients = network.gradients.slice();
  const before = momentOf(optimizer);
  optimizer.step();
  return { optimizer, learningRate, gradients, before, after: momentOf(optimizer) };
}

function momentOf(optimizer: Optimizer): UpdateMoment {
  const { step, buffers } = optimizer.state();
  const copies = Object.entries(buffers).map(([name, buffer]) => [name, buffer.slice()]);
  return { values: optimizer.network.values.slice(), state: { step, buffers: Object.fromEntries(copies) } };
}
