import type { Numbers } from "../tensor/tensor.ts";
import type { ImageKernels } from "./imageKernels.ts";
import { type Kernels, type NormKernels, shardDepth } from "./kernels.ts";
import { mergeRanks, type Ranks } from "./ranks.ts";
import { ShardSum } from "./shardSum.ts";

export interface ShardedKernelsOptions {
  /** the number of equal parts that the rows of this process are divided into */
  readonly shards: number;
  readonly ranks: Ranks;
  /**
   * Weight gradients with more than `length` numbers are computed in parts of whole rows; `done` is called with each part as soon
   * as it is final.
   */
  readonly parts?: { readonly length: number; readonly done: (part: Numbers) => void } | undefined;
}

/**
 * Kernels for a batch that is divided into equal shards of neighbouring rows. Row-wise operations use `base`. Sums over rows are
 * computed for each shard and added in the tree of `ShardSum`.
 *
 * Sums that are gradients of parameters (matmulTransposeA, sumRows, dw and db of normalization) cover this process only;
 * `GradientExchange` adds them over the ranks. Statistics of batch normalization cover all ranks.
 */
export function shardedKernels(base: Kernels, { shards, ranks, parts }: ShardedKernelsOptions): Kernels {
  const sum = new ShardSum(base);
  const { name, threads, updates, attention } = base;
  return {
    name,
    threads,
    updates,
    attention,
    ranks: ranks.size,
    norms: shardedNorms(base, sum, { shards, ranks }),
    images: shardedImages(base, sum, shards),
    allocate: base.allocate.bind(base),
    allocateBytes: base.allocateBytes.bind(base),
    matmul: base.matmul.bind(base),
    matmulTransposeB: base.matmulTransposeB.bind(base),
    linear: base.linear.bind(base),
    activate: base.activate.bind(base),
    multiply: base.multiply.bind(base),
    swapAxes: base.swapAxes.bind(base),
    softmax: base.softmax.bind(base),
    crossEntropy: base.crossEntropy.bind(base),
    addScaled: base.addScaled.bind(base),
    addSign: base.addSign.bind(base),
    sgd: base.sgd.bind(base),
    adam: base.adam.bind(base),
    gather: base.gather.bind(base),
    close: base.close.bind(base),

    matmulTransposeA(c, a, b, m, k, n) {
      // Groups of shards that the base kernels add up: nodes of the same tree
      let together = 1;
      if (base.matmulTransposeAShards) {
        while (together < shards && (2 * together * k) / shards <= shardDepth) together *= 2;
      }
      const groups = shards / together;
      const rows = k / groups;
      if (parts && together > 1 && c.length > parts.length) {
        // Computes some columns of a (rows of c) at a time, so that a part is sent while the next one is computed
        const each = Math.max(1, Math.ceil(m / Math.ceil(c.length / parts.length)));
        for (let first = 0; first < m; first += each) {
          const columns = Math.min(each, m - first);
          const ofC = c.subarray(first * n, (first + columns) * n);
          sum.tree(ofC, groups, (group, out) => {
            const start = group * rows * m + first;
            const ofA = a.subarray(start, start + (rows - 1) * m + columns);
            base.matmulTransposeAShards?.(out, ofA, part(b, group, rows * n), columns, rows, n, together, m);
          });
          parts.done(ofC);
        }
        return;
      }
      sum.tree(c, groups, (group, out) => {
        const [ofA, ofB] = [part(a, group, rows * m), part(b, group, rows * n)];
        if (together > 1) base.matmulTransposeAShards?.(out, ofA, ofB, m, rows, n, together);
        else base.matmulTransposeA(out, ofA, ofB, m, rows, n);
      });
    },

    sumShards(out, ofShard) {
      sum.tree(out, shards, (shard, into) => ofShard(shard, shards, into));
    },

    sumRows(out, x, rows, columns) {
      const each = rows / shards;
      sum.tree(out, shards, (shard, into) => base.sumRows(into, part(x, shard, each * columns), each, columns));
    },
  };
}

function part(x: Numbers, shard: number, length: number): Numbers {
  return x.subarray(shard * length, (shard + 1) * length);
}

/** The gradient of the weights is a sum over the images; everything else is computed image by image. */
function shardedImages({ images }: Kernels, sum: ShardSum, shards: number): ImageKernels {
  return {
    conv2d: images.conv2d.bind(images),
    conv2dInput: images.conv2dInput.bind(images),
    maxPool2d: images.maxPool2d.bind(images),
    maxPool2dBackward: images.maxPool2dBackward.bind(images),
    averagePool2d: images.averagePool2d.bind(images),
    averagePool2dBackward: images.averagePool2dBackward.bind(images),
    movePixels: images.movePixels.bind(images),

    conv2dWeights(dw, dy, x, of) {
      const shard = { ...of, batch: of.batch / shards };
      sum.tree(dw, shards, (number, out) => {
        images.conv2dWeights(out, part(dy, number, dy.length / shards), part(x, number, x.length / shards), shard);
      });
    },
  };
}

function shardedNorms(base: Kernels, sum: ShardSum, { shards, ranks }: ShardedKernelsOptions): NormKernels {
  const { norms } = base;
  return {
    batchNormEvaluate: norms.batchNormEvaluate.bind(norms),
    layerNorm: norms.layerNorm.bind(norms),

    // For two groups with equal numbers of rows: μ = (μ₁ + μ₂)/2, σ² = (σ₁² + σ₂²)/2 + ((μ₁ − μ₂)/2)²   (Chan, Golub & LeVeque 1979)
    batchNorm(y, mean, variance, x, w, b, rows, columns, epsilon) {
      const each = rows / shards;
      const both = sum.scratch.array("statistics", x, 2 * columns); // mean, then variance
      const merge = (a: Numbers, other: Numbers): void => {
        for (let j = 0; j < columns; j++) {
          const half = (a[j] - other[j]) / 2;
          a[j] = (a[j] + other[j]) / 2;
          a[columns + j] = (a[columns + j] + other[columns + j]) / 2 + half * half;
        }
      };
      const ofShard = (shard: number, out: Numbers): void => {
        const [mean, variance] = [out.subarray(0, columns), out.subarray(columns)];
        norms.batchNorm(
          part(y, shard, each * columns),
          mean,
          variance,
          part(x, shard, each * columns),
          w,
          b,
          each,
          columns,
          epsilon,
        );
      };
      sum.tree(both, shards, ofShard, merge);
      mergeRanks(ranks, both, merge, sum.scratch.array("other rank", x, 2 * columns));
      mean.set(both.subarray(0, columns));
      variance.set(both.subarray(columns));
      norms.batchNormEvaluate(y, mean, variance, x, w, b, rows, columns, epsilon);
    },

    // dx with the sums over all rows of all ranks; dw and db are those of this process
    batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon) {
      const each = rows / shards;
      const both = sum.scratch.array("gradients", x, 2 * columns); // dw, then db
      sum.tree(both, shards, (shard, out) => {
        norms.batchNormBackward(
          part(dx, shard, each * columns),
          out.subarray(0, columns),
          out.subarray(columns),
          part(dy, shard, each * columns),
          part(x, shard, each * columns),
          mean,
          variance,
          w,
          each,
          columns,
          epsilon,
        );
      });
      dw.set(both.subarray(0, columns));
      db.set(both.subarray(columns));
      const add = (a: Numbers, other: Numbers): void => base.addScaled(a, other, 1);
      mergeRanks(ranks, both, add, sum.scratch.array("other rank", x, 2 * columns));
      batchNormInputGradient(dx, both, { dy, x, mean, variance, w, rows: rows * ranks.size, columns, epsilon });
    },

    layerNormBackward(dx, dw, db, dy, x, mean, inverse, w, rows, columns) {
      const each = rows / shards;
      const both = sum.scratch.array("gradients", x, 2 * columns);
      sum.tree(both, shards, (shard, out) => {
        norms.layerNormBackward(
          part(dx, shard, each * columns),
          out.subarray(0, columns),
          out.subarray(columns),
          part(dy, shard, each * columns),
          part(x, shard, each * columns),
          part(mean, shard, each),
          part(inverse, shard, each),
          w,
          each,
          columns,
        );
      });
      dw.set(both.subarray(0, columns));
      db.set(both.subarray(columns));
    },
  };
}

interface BatchNormParts {
  readonly dy: Numbers;
  readonly x: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
  readonly w: Numbers;
  /** the number of rows in the whole batch */
  readonly rows: number;
  readonly columns: number;
  readonly epsilon: number;
}

/** dx = w/√(σ² + ε)·(dy − db/n − x̂·dw/n) = factor·dy − slope·(x − μ) − constant, with dw and db of the whole batch in `sums`. */
function batchNormInputGradient(dx: Numbers, sums: Numbers, parts: BatchNormParts): void {
  const { dy, x, mean, variance, w, rows, columns, epsilon } = parts;
  const factor = new Float64Array(columns);
  const slope = new Float64Array(columns);
  const constant = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const inverse = 1 / Math.sqrt(variance[j] + epsilon);
    factor[j] = w[j] * inverse;
    slope[j] = (factor[j] * inverse * sums[j]) / rows;
    constant[j] = (factor[j] * sums[columns + j]) / rows;
  }
  for (let start = 0; start < x.length; start += columns) {
    for (let j = 0; j < columns; j++) {
      dx[start + j] = factor[j] * dy[start + j] - slope[j] * (x[start + j] - mean[j]) - constant[j];
    }
  }
}
