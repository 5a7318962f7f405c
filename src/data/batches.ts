import type { Workspace } from "../kernels/workspace.ts";
import type { RandomState } from "../random/randomState.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import { type DType, type Numbers, sizeOf, type Tensor } from "../tensor/tensor.ts";
import type { Dataset, Normalization } from "./dataset.ts";
import { normalizationTable } from "./normalize.ts";

/** Rows as the network receives them: inputs (rows, …inputShape) and a label for each row. */
export interface Batch {
  readonly inputs: Tensor;
  readonly labels: Int32Array;
  /** targets (rows, width), if rows do not have one class each */
  readonly targets?: Tensor;
  /** for each row, the number of the copy of an ensemble's members that must not be trained on it (Dataset.folds) */
  readonly folds?: Int32Array;
  /** the rows of the data set in this batch, and the epoch, from 0; alternating flips depend on both */
  readonly rows?: Int32Array;
  readonly epoch?: number;
}

/** Reads chosen rows of a data set as batches, normalizing bytes on the way, so that the data set stays as bytes. */
export class BatchReader {
  readonly dataset: Dataset;
  readonly dtype: DType;
  private readonly table: Numbers | undefined;
  private readonly rowLength: number;

  constructor(
    dataset: Dataset,
    { dtype, normalization }: { readonly dtype: DType; readonly normalization?: Normalization },
  ) {
    this.dataset = dataset;
    this.dtype = dtype;
    this.rowLength = sizeOf(dataset.inputShape);
    if (dataset.labels.length === 0) throw new DataError(`${dataset.name}: there are no rows`);
    if (dataset.inputs instanceof Uint8Array) {
      if (!normalization) throw new SettingsError(`${dataset.name}: images need a normalization (mean and deviation)`);
      this.table = normalizationTable(normalization, dtype);
    }
  }

  read(indices: Int32Array, workspace: Workspace): Batch {
    const { inputs: source, inputShape, labels, parts } = this.dataset;
    const inputs = workspace.tensor([indices.length, ...inputShape], this.dtype);
    const places = parts ? indices.map((row) => this.placeOf(row)) : indices;
    if (source instanceof Uint8Array) {
      workspace.kernels.gather(inputs.data, source, places, this.rowLength, this.table as Numbers);
    } else {
      const { rowLength } = this;
      for (let row = 0; row < places.length; row++) {
        inputs.data.set(source.subarray(places[row] * rowLength, (places[row] + 1) * rowLength), row * rowLength);
      }
    }
    const batch = { inputs, labels: Int32Array.from(indices, (index) => labels[index]) };
    const all = this.dataset.targets;
    if (!all) return batch;
    const { values, width } = all;
    const targets = workspace.tensor([indices.length, width], this.dtype);
    for (let row = 0; row < indices.length; row++) {
      targets.data.set(values.subarray(indices[row] * width, (indices[row] + 1) * width), row * width);
    }
    return { ...batch, targets };
  }

  private placeOf(row: number): number {
    const { name, parts } = this.dataset;
    const place = parts?.places[row] ?? -1;
    if (place < 0) throw new DataError(`${name}: row ${row} is read by another process; open the data without parts`);
    return place;
  }
}

/** The position in a sequence of batches. The next batch depends on this and the random stream only. */
export interface BatchesState {
  readonly order: Int32Array;
  readonly position: number;
}

/**
 * The training batches. The first epoch uses the stored order; when fewer rows than a batch are left, the order is reset to 0 …
 * N−1 and shuffled by `random`. ⌊N / batchSize⌋ batches make an epoch. Throws SettingsError unless 1 ≤ batchSize ≤ N.
 */
export class Batches {
  readonly batchSize: number;
  readonly perEpoch: number;
  private readonly random: RandomState;
  private order: Int32Array;
  private position = 0;

  constructor(rows: number, { batchSize, random }: { readonly batchSize: number; readonly random: RandomState }) {
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > rows) {
      throw new SettingsError(
        `batchSize must be a whole number from 1 to the ${rows} rows of the data, got ${batchSize}`,
      );
    }
    this.batchSize = batchSize;
    this.perEpoch = Math.floor(rows / batchSize);
    this.random = random;
    this.order = Int32Array.from({ length: rows }, (_, index) => index);
  }

  /** The rows of the next batch; a view that stays valid until the order is shuffled again. */
  next(_step?: number): Int32Array {
    if (this.order.length - this.position < this.batchSize) {
      this.order.forEach((_, index, order) => {
        order[index] = index;
      });
      this.random.shuffle(this.order);
      this.position = 0;
    }
    this.position += this.batchSize;
    return this.order.subarray(this.position - this.batchSize, this.position);
  }

  state(): BatchesState {
    return { order: this.order.slice(), position: this.position };
  }

  restore({ order, position }: BatchesState): void {
    if (order.length !== this.order.length || !(position >= 0 && position <= order.length)) {
      throw new SettingsError(
        `Batches: expected a saved order of ${this.order.length} rows, found ${order.length} rows at position ${position}`,
      );
    }
    this.order = order.slice();
    this.position = position;
  }
}
