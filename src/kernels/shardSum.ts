import type { Numbers } from "../tensor/tensor.ts";
import type { Kernels } from "./kernels.ts";
import { Scratch } from "./scratch.ts";

/**
 * Sums over shards in an aligned pairwise tree, ((0 + 1) + (2 + 3)) + …. Each half of the tree is the tree of half the shards, so
 * a rank with a part of the shards computes a node of the whole tree, and the sum has the same bits for any number of ranks.
 */
export class ShardSum {
  private readonly kernels: Kernels;
  readonly scratch: Scratch;

  constructor(kernels: Kernels) {
    this.kernels = kernels;
    this.scratch = new Scratch(kernels);
  }

  /** `part(shard, out)` computes one shard; `merge(a, b)` stores the node of both in a, by default their sum. */
  tree(
    out: Numbers,
    shards: number,
    part: (shard: number, out: Numbers) => void,
    merge: (a: Numbers, b: Numbers) => void = (a, b) => this.kernels.addScaled(a, b, 1),
  ): void {
    const node = (first: number, count: number, into: Numbers): void => {
      if (count === 1) {
        part(first, into);
        return;
      }
      const half = count / 2;
      const other = this.scratch.array(`tree ${half}`, out);
      node(first, half, into);
      node(first + half, half, other);
      merge(into, other);
    };
    node(0, shards, out);
  }
}
