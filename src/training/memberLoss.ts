import { Workspace } from "../kernels/workspace.ts";
import { Ensemble } from "../layers/ensemble.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { ClassTargets } from "../losses/crossEntropy.ts";
import type { Loss } from "../losses/loss.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Targets of a batch with folds: a copy of an ensemble's members is not trained on the rows of its fold. */
export interface FoldedTargets {
  readonly targets: ClassTargets;
  readonly folds: Int32Array;
}

/**
 * The loss of an ensemble's members: each row of the batch counts for every member except the copies of its fold, so each member has its
 * own loss. `of` takes the outputs that count. Other networks keep their loss.
 */
export function memberLoss<Of extends Loss<never>>(
  of: Of,
  network: Sequential,
): Of | Loss<ClassTargets | FoldedTargets> {
  const ensemble = network.layers.at(-1);
  if (!(ensemble instanceof Ensemble)) return of;
  const loss = of as unknown as Loss<ClassTargets>;
  const { copies, members } = ensemble;
  // Not the memory of the network, which would be kept for every number of rows
  const workspace = new Workspace(network.workspace.kernels);
  let last: { readonly outputs: Tensor; readonly places: Int32Array } | undefined;
  const compute = (outputs: Tensor, given: ClassTargets | FoldedTargets): void => {
    const { targets, folds } = isFolded(given) ? given : { targets: given, folds: undefined };
    const batch = outputs.shape[0] / members.length;
    // row m·batch + i of the outputs is the output of member m for row i
    const places = Int32Array.from({ length: outputs.shape[0] }, (_, place) => place).filter(
      (place) => !folds || folds[place % batch] !== Math.floor(place / batch) % copies,
    );
    last = { outputs, places };
    const rows = places.map((place) => place % batch);
    const wanted = targets instanceof Tensor ? pickRows(targets, rows) : rows.map((row) => targets[row]);
    loss.compute(pickRows(outputs, places), wanted, workspace);
  };
  return {
    kind: loss.kind,
    ...(loss.targetKinds && { targetKinds: loss.targetKinds }),
    compute,
    forward(outputs: Tensor, targets: ClassTargets | FoldedTargets) {
      compute(outputs, targets);
      return loss.value();
    },
    value: () => loss.value(),
    // rows that do not count have gradient 0
    backward() {
      const picked = loss.backward();
      const { outputs, places } = last as NonNullable<typeof last>;
      const gradient = Tensor.zeros(outputs.shape, outputs.dtype);
      const width = outputs.shape[1];
      places.forEach((place, i) => {
        for (let j = 0; j < width; j++) gradient.data[place * width + j] = picked.data[i * width + j];
      });
      return gradient;
    },
  };
}

function isFolded(targets: ClassTargets | FoldedTargets): targets is FoldedTargets {
  return "folds" in targets;
}

function pickRows({ data, shape, dtype }: Tensor, rows: Int32Array): Tensor {
  const width = shape[1];
  const picked = Tensor.zeros([rows.length, width], dtype);
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) picked.data[i * width + j] = data[row * width + j];
  });
  return picked;
}
