import { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { BatchesState } from "./batches.ts";
import { type RowParts, rowsOfPart } from "./rowParts.ts";

/** The part of the seed that identifies the random streams of shuffles; the streams of dropout and augmentation have 1 and 2. */
const shuffles = 3;

/**
 * Batches whose shards are drawn from fixed parts: shard s of every batch has rows of part s. A part is shuffled again for each
 * pass over it, by a stream seeded with seed, pass and part. If fewer rows than a shard are left at the end of a pass, they are
 * skipped in this pass only. Parts with different sizes begin their passes at different steps. ⌊N / batchSize⌋ batches make an
 * epoch. Everything follows from the number of the step, so there is no state. Throws SettingsError if a part has fewer rows than
 * a shard.
 */
export class PartBatches {
  readonly perEpoch: number;
  private readonly seed: number;
  private readonly batch: Int32Array;
  private readonly parts: readonly PartPasses[];

  constructor(parts: RowParts, { batchSize, seed }: { readonly batchSize: number; readonly seed: number }) {
    const { count } = parts;
    this.seed = seed;
    this.batch = new Int32Array(batchSize);
    this.perEpoch = Math.floor(parts.of.length / batchSize);
    this.parts = Array.from({ length: count }, (_, part) => ({ rows: rowsOfPart(parts, part), pass: -1 }));
    const least = Math.min(...this.parts.map(({ rows }) => rows.length));
    if (batchSize / count > least) {
      throw new SettingsError(
        `batchSize: expected at most ${count * least}, because the smallest of ${count} parts has ${least} rows, found ${batchSize}`,
      );
    }
  }

  /** The rows of a step's batch, shard after shard; valid until the next call. */
  next(step: number): Int32Array {
    const each = this.batch.length / this.parts.length;
    for (const [part, passes] of this.parts.entries()) {
      const { rows } = passes;
      const steps = Math.floor(rows.length / each);
      const pass = Math.floor(step / steps);
      if (passes.pass !== pass) {
        rows.sort(); // the order depends on this pass alone
        new RandomState([this.seed, shuffles, pass, part]).shuffle(rows);
        passes.pass = pass;
      }
      const start = (step % steps) * each;
      this.batch.set(rows.subarray(start, start + each), part * each);
    }
    return this.batch;
  }

  state(): BatchesState {
    return { order: new Int32Array(0), position: 0 };
  }

  restore(): void {}
}

interface PartPasses {
  /** the rows of the part, in the order of the pass */
  readonly rows: Int32Array;
  pass: number;
}
