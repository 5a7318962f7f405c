import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import { Ensemble } from "../layers/ensemble.ts";
import type { Sequential } from "../layers/sequential.ts";
import { ShapeError } from "../tensor/errors.ts";
import { Tensor, zeros } from "../tensor/tensor.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

/** The number of rows that are computed together. */
const together = 500;

/** The network's ensemble, or undefined if it is not one. */
export function ensembleOf({ layers }: Sequential): Ensemble | undefined {
  const [first] = layers;
  return layers.length === 1 && first instanceof Ensemble ? first : undefined;
}

/**
 * The outputs of each kind of members of an ensemble for each row of a data set, (rows, outputs) for each kind: if rows have folds, of the
 * copy that was not trained on the row; else the mean of all copies. Throws ShapeError for a network that is not an ensemble, and the reason
 * of an abort.
 */
export async function answersOfKinds(
  network: Sequential,
  data: Dataset,
  {
    normalization,
    signal,
  }: { readonly normalization?: Normalization | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Tensor[]> {
  const ensemble = ensembleOf(network);
  if (!ensemble) throw new ShapeError("folds: expected a network that is an ensemble, found other layers");
  const { folds, labels, inputShape } = data;
  const { workspace, dtype } = network;
  const reader = new BatchReader(data, { dtype, normalization });
  const [, width] = network.outputShape([1, ...inputShape]);
  const answers = ensemble.children.map(() => new Tensor([labels.length, width], zeros(dtype, labels.length * width)));
  const yieldToEvents = yieldsToEvents();
  for (let copy = 0; copy < (folds ? ensemble.copies : 1); copy++) {
    const rows = Int32Array.from({ length: labels.length }, (_, row) => row).filter(
      (row) => !folds || folds[row] === copy,
    );
    for (let start = 0; start < rows.length; start += together) {
      await yieldToEvents();
      signal?.throwIfAborted();
      const chosen = rows.subarray(start, start + together);
      workspace.step(() => {
        const { inputs } = reader.read(chosen, workspace);
        for (const [kind, { data: to }] of answers.entries()) {
          const { data: from } = ensemble.answerOf(inputs, kind, folds ? copy : undefined);
          chosen.forEach((row, i) => {
            to.set(from.subarray(i * width, (i + 1) * width), row * width);
          });
        }
      });
    }
  }
  return answers;
}
