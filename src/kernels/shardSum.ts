import { dtypeOf, type Numbers } from "../tensor/tensor.ts";
import type { Kernels } from "./kernels.ts";

/**
 * Sums over shards in an aligned pairwise tree, ((0 + 1) + (2 + 3)) + …: half of the tree is the tree of half the shards. So a rank with
 * a part of the shards has a node of the whole tree, and the sum has the same bits for any number of ranks.
 */
export class ShardSum {
  private readonly kernels: Kernels;
  private readonly scratch = new Map<string, Numbers>();

  constructor(kernels: Kernels) {
    this.kernels = kernels;
  }

  /** An array that keeps its place between steps, for one kind of use at a time. */
  buffer(use: string, like: Numbers, length = like.length): Numbers {
    const dtype = dtypeOf(like);
    const key = `${use}:${dtype}:${length}`;
    let found = this.scratch.get(key);
    if (!found) {
      found = this.kernels.allocate(dtype, length);
      this.scratch.set(key, found);
    }
    return found;
  }

  /** `part(shard, out)` computes one shard; `merge(a, b)` puts the node of both into a, by default their sum. */
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
      const other = this.buffer(`tree ${half}`, out);
      node(first, half, into);
      node(first + half, half, other);
      merge(into, other);
    };
    node(0, shards, out);
  }
}
