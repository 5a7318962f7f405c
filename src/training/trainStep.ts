import type { Augmentation, AugmentedBatch } from "../data/augment.ts";
import type { Batch } from "../data/batches.ts";
import { type Dataset, targetKindOf } from "../data/dataset.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { ClassTargets } from "../losses/crossEntropy.ts";
import type { AnyLoss } from "../losses/loss.ts";
import type { Optimizer, Trainable } from "../optimizers/optimizer.ts";
import type { RandomState } from "../random/randomState.ts";
import type { Regularizer } from "../regularizers.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { FoldedTargets } from "./memberLoss.ts";
import type { Sharding } from "./sharding.ts";
import type { Teacher } from "./teacher.ts";

/** READ THIS FIRST: everything that takes part in one training step. */
export interface Training {
  readonly network: Sequential;
  readonly loss: AnyLoss;
  readonly optimizer: Optimizer;
  readonly regularizer?: Regularizer | undefined;
  /** changes the images of each batch */
  readonly augmentation?: Augmentation | undefined;
  /** a trained network whose answers are part of the targets */
  readonly teacher?: Teacher | undefined;
  /** the number of classes, which mixup needs */
  readonly classes?: number | undefined;
  /** limits the gradients before the optimizer's step */
  readonly clip?: ((network: Trainable) => void) | undefined;
  /** divides each batch into shards, which several processes may share */
  readonly sharding?: Sharding | undefined;
}

/** Throws SettingsError that names the data for a loss that does not take its targets. */
export function checkTargets({ kind, targetKinds }: AnyLoss, data: Pick<Dataset, "name" | "targets">): void {
  const found = targetKindOf(data);
  if (!targetKinds || targetKinds.includes(found)) return;
  throw new SettingsError(
    `loss ${kind}: expected ${alternatives(targetKinds)} to train for, found ${found} in ${data.name}`,
  );
}

/** "numbers, labels or probabilities" */
function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;
}

/** The rows of a batch, in memory of the workspace. */
export type ReadBatch = (workspace: Workspace) => Batch;

/**
 * One step of training on a batch; its loss, before the step and without the penalty. `random` draws the masks of dropout;
 * `onGradients` is called before the gradients are clipped, and must not change them.
 */
export function trainStep(
  training: Training,
  read: ReadBatch,
  random: RandomState,
  onGradients?: (network: Trainable) => void,
): number {
  const { network, loss, optimizer, regularizer, clip, sharding } = training;
  return network.workspace.step(() => {
    const { inputs, targets } = prepareBatch(training, read);

    const outputs = network.forward(inputs, { mode: "train", random, inputGradient: false });
    loss.compute(outputs, targets as never, network.workspace);
    // With several processes, the gradients of each layer are added up as soon as they are final.
    network.backwardParameters(loss.backward(), sharding?.onFinal);
    sharding?.addGradients();
    regularizer?.addGradient(network.workspace.kernels, network.values, network.gradients);
    onGradients?.(network);
    clip?.(network);
    optimizer.step();

    return loss.value();
  }, sharding?.kernels);
}

/** Reads a batch; augmentation changes its images, and a teacher its targets. */
export function prepareBatch(
  training: Training,
  read: ReadBatch,
): { inputs: Tensor; targets: ClassTargets | FoldedTargets } {
  const { workspace } = training.network;
  const { inputs, labels, targets = labels, softTargets = targets, folds } = augmented(training, read(workspace));
  const wanted = training.teacher?.targets(inputs, softTargets, workspace) ?? softTargets;
  return { inputs, targets: folds ? { targets: wanted, folds } : wanted };
}

function augmented({ network, augmentation, classes = 0, sharding }: Training, batch: Batch): AugmentedBatch {
  if (!augmentation) return batch;
  const options = { classes, workspace: network.workspace };
  return sharding ? sharding.augment(augmentation, batch, options) : augmentation.apply(batch, options);
}
