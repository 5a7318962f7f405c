import type { BatchReader } from "../data/batches.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { Labels } from "../losses/crossEntropy.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { RandomState } from "../random/randomState.ts";
import type { Regularizer } from "../regularizers.ts";

/** READ THIS FIRST: everything that takes part in one training step. */
export interface Training {
  readonly network: Sequential;
  readonly loss: Loss<Labels>;
  readonly optimizer: Optimizer;
  readonly regularizer?: Regularizer | undefined;
}

/**
 * One step of training on the given rows; the loss of the batch, before the step and without the penalty.
 * `random` draws the masks of dropout.
 */
export function trainStep(training: Training, reader: BatchReader, rows: Int32Array, random: RandomState): number {
  const { network, loss, optimizer, regularizer } = training;
  return network.workspace.step(() => {
    const { inputs, labels } = reader.read(rows, network.workspace);

    const outputs = network.forward(inputs, { mode: "train", random });
    loss.compute(outputs, labels);
    network.backwardParameters(loss.backward());
    regularizer?.addGradient(network.workspace.kernels, network.values, network.gradients);
    // Here all gradients lie in network.gradients: the one place where several machines would add theirs up.
    optimizer.step();

    return loss.value();
  });
}
