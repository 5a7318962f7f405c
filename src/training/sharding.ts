import { Augmentation, type AugmentedBatch } from "../data/augment.ts";
import type { Batch } from "../data/batches.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { addTo, isPowerOfTwo, mergeRanks, oneRank, pairwise, type Ranks, sumInTree } from "../kernels/ranks.ts";
import { shardedKernels } from "../kernels/shardedKernels.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Layer } from "../layers/layer.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { AnyLoss } from "../losses/loss.ts";
import { RandomState } from "../random/randomState.ts";
import { HandgradError, SettingsError } from "../tensor/errors.ts";
import { type Numbers, Tensor } from "../tensor/tensor.ts";
import { GradientExchange, mostNumbers } from "./gradientExchange.ts";

export interface ShardingOptions {
  /** the number of shards: a power of two that divides the batch size */
  readonly shards: number;
  /** of the streams of dropout and augmentation (default: 0) */
  readonly seed?: number;
  /** the processes that share each batch, each with the same number of shards (default: only this one) */
  readonly ranks?: Ranks;
}

/** Several processes trained together, and one of them was asked to stop: all have stopped after the same step. */
export class StoppedTogether extends HandgradError {
  override name = "StoppedTogether";

  constructor() {
    super("training was stopped in all processes, because one of them was asked to stop");
  }
}

/** The purpose of a stream, as a part of its seed. */
const purposes = { dropout: 1, augmentation: 2 } as const;

/** Why a batch size does not fit a number of shards, with the sizes near it that do; undefined if it fits. */
export function batchMisfit(batchSize: number, shards: number): string | undefined {
  if (batchSize % shards === 0) return undefined;
  const near = [Math.floor(batchSize / shards), Math.ceil(batchSize / shards)].filter((each) => each > 0);
  const sizes = near.map((each) => each * shards).join(" or ");
  return `batchSize: expected a multiple of ${shards}, the shards of a batch, such as ${sizes}, found ${batchSize}`;
}

/**
 * Training whose bits do not depend on the number of processes. A batch consists of equal shards of neighbouring rows. All sums over
 * the batch are made in a fixed tree over the shards, and the streams of dropout and augmentation come from seed, step and shard.
 * Throws SettingsError if the numbers of shards, ranks and rows do not fit, and for layers and losses that mix rows in other ways.
 */
export class Sharding {
  readonly shards: number;
  readonly ranks: Ranks;
  /** of this process, one after the other */
  readonly localShards: number;
  readonly kernels: Kernels;
  /** draws the masks of dropout, from a separate stream for each shard */
  readonly random: RandomState;
  /** whether this process is asked to stop; after a step `stopAgreed` tells whether any is */
  stopAsked = false;
  stopAgreed = false;
  private readonly seed: number;
  private readonly firstShard: number;
  private step = 0;
  private readonly exchange: GradientExchange | undefined;

  constructor(
    { shards, seed = 0, ranks = oneRank }: ShardingOptions,
    network: Sequential,
    { loss, batchSize }: { readonly loss: AnyLoss; readonly batchSize: number },
  ) {
    if (!isPowerOfTwo(shards)) throw new SettingsError(`shards: expected a power of two, found ${shards}`);
    if (!isPowerOfTwo(ranks.size) || ranks.size > shards) {
      throw new SettingsError(
        `shards: expected a number of processes that is a power of two up to ${shards}, the shards of a batch, found ${ranks.size}`,
      );
    }
    const misfit = batchMisfit(batchSize, shards);
    if (misfit) throw new SettingsError(misfit);
    checkLayers(network.layers);
    checkLoss(loss);
    this.shards = shards;
    this.ranks = ranks;
    this.seed = seed;
    this.localShards = shards / ranks.size;
    this.firstShard = ranks.rank * this.localShards;
    const { kernels } = network.workspace;
    this.exchange = ranks.size > 1 ? new GradientExchange(ranks, kernels, network) : undefined;
    const parts = this.exchange && { length: mostNumbers, done: this.exchange.finalPart };
    this.kernels = shardedKernels(kernels, { shards: this.localShards, ranks, parts });
    this.random = new ShardedRandom(this.localShards, (shard) => this.stream("dropout", shard));
  }

  /** Before each step: its number, from which the streams are derived. */
  begin(step: number): void {
    this.step = step;
    this.ranks.atStep?.(step);
    (this.random as ShardedRandom).begin();
  }

  /** The rows of a batch that belong to this process. */
  rowsOf(rows: Int32Array): Int32Array {
    const each = rows.length / this.ranks.size;
    return rows.subarray(this.ranks.rank * each, (this.ranks.rank + 1) * each);
  }

  /** Called by the backward pass with the place from which on all gradients are final; undefined in one process. */
  get onFinal(): ((offset: number) => void) | undefined {
    return this.exchange?.finalFrom;
  }

  /** After the backward pass: waits until the gradients of all ranks are added up, in the tree of the shards. */
  addGradients(): void {
    this.exchange?.finish();
  }

  /** Each shard is augmented with its own stream; mixup mixes the rows of a shard. */
  augment(
    { settings, salt }: Augmentation,
    batch: Batch,
    options: { readonly classes: number; readonly workspace: Workspace },
  ): AugmentedBatch {
    const parts = Array.from({ length: this.localShards }, (_, shard) => {
      const augmentation = new Augmentation(settings, { random: this.stream("augmentation", shard), salt });
      const labels = shardOf(batch.labels, shard, this.localShards);
      const inputs = shardOfTensor(batch.inputs, shard, this.localShards);
      const rows = batch.rows && shardOf(batch.rows, shard, this.localShards);
      const targets = batch.targets && shardOfTensor(batch.targets, shard, this.localShards);
      return augmentation.apply({ inputs, labels, targets, rows, epoch: batch.epoch }, options);
    });
    const inputs = joined(
      parts.map((part) => part.inputs),
      options.workspace,
    );
    if (!parts[0].softTargets) return { ...batch, inputs };
    const softTargets = joined(
      parts.map((part) => part.softTargets as Tensor),
      options.workspace,
    );
    return { ...batch, inputs, softTargets };
  }

  /** The mean of the losses of all shards, each over its rows; if the loss weights rows, weighted by the sums of the shards. */
  lossOf(loss: AnyLoss): AnyLoss {
    const of = loss as unknown as {
      compute(outputs: Tensor, targets: unknown, workspace?: Workspace): void;
      value(): number;
      weight?(): number;
      backward(): Tensor;
    };
    const { localShards } = this;
    const values = new Float64Array(localShards);
    // The weight of each shard, and the sum over all ranks: equal weights, unless the loss weights its rows
    const weights = new Float64Array(localShards).fill(1);
    let total = this.shards;
    let gradient: Tensor | undefined;
    const compute = (outputs: Tensor, targets: Tensor | ArrayLike<number>, workspace: Workspace): void => {
      gradient = workspace.tensor(outputs.shape, outputs.dtype);
      for (let shard = 0; shard < localShards; shard++) {
        const wanted =
          targets instanceof Tensor
            ? shardOfTensor(targets, shard, localShards)
            : shardOf(targets as Int32Array, shard, localShards);
        of.compute(shardOfTensor(outputs, shard, localShards), wanted, workspace);
        if (of.weight) weights[shard] = of.weight();
        values[shard] = weights[shard] * of.value();
        shardOfTensor(gradient, shard, localShards).data.set(of.backward().data);
      }
      if (of.weight) total = sumInTree(this.ranks, weights);
      // exact for equal weights, because the number of shards is a power of two
      for (let shard = 0; shard < localShards; shard++) {
        const share = total > 0 ? weights[shard] / total : 0;
        workspace.kernels.updates.scale(shardOfTensor(gradient, shard, localShards).data, share);
      }
    };
    const value = (): number => {
      const sum = pairwise(values);
      // the request to stop is sent with the loss, so that all ranks stop after the same step
      const both = Float64Array.of(sum, this.stopAsked ? 1 : 0);
      mergeRanks(this.ranks, both, addTo);
      this.stopAgreed = both[1] > 0;
      return total > 0 ? both[0] / total : 0;
    };
    return {
      ...loss,
      kind: loss.kind,
      targetKinds: loss.targetKinds,
      compute,
      value,
      backward: () => gradient,
    } as AnyLoss;
  }

  private stream(purpose: keyof typeof purposes, shard: number): RandomState {
    return new RandomState([this.seed, purposes[purpose], this.step, this.firstShard + shard]);
  }
}

/** A stream for the masks of dropout; nothing else is drawn from it. */
class ShardedRandom extends RandomState {
  private readonly shards: number;
  private readonly streamOf: (shard: number) => RandomState;
  private streams: RandomState[] = [];

  constructor(shards: number, streamOf: (shard: number) => RandomState) {
    super(0);
    this.shards = shards;
    this.streamOf = streamOf;
  }

  begin(): void {
    this.streams = [];
  }

  override fillKeepMask(mask: Numbers, keepProb: number): void {
    for (let shard = 0; shard < this.shards; shard++) {
      this.streams[shard] ??= this.streamOf(shard);
      this.streams[shard].fillKeepMask(shardOf(mask, shard, this.shards), keepProb);
    }
  }
}

function shardOf<List extends Numbers | Int32Array>(list: List, shard: number, shards: number): List {
  const each = list.length / shards;
  return list.subarray(shard * each, (shard + 1) * each) as List;
}

function shardOfTensor({ shape, data }: Tensor, shard: number, shards: number): Tensor {
  return new Tensor([shape[0] / shards, ...shape.slice(1)], shardOf(data, shard, shards));
}

function joined(parts: readonly Tensor[], workspace: Workspace): Tensor {
  const [{ shape, dtype, size }] = parts;
  const all = workspace.tensor([shape[0] * parts.length, ...shape.slice(1)], dtype);
  parts.forEach((part, shard) => {
    all.data.set(part.data, shard * size);
  });
  return all;
}

/** Layers whose gradients are sums of kernels, which `shardedKernels` divides. */
const dividedLayers = [
  "linear",
  "conv2d",
  "batchNorm",
  "layerNorm",
  "pRelu",
  "embedding",
  "positionEmbedding",
  "multiHeadAttention",
];

/** Throws SettingsError for a layer that may sum over rows in an order that does not follow the shards. */
function checkLayers(layers: readonly Layer[]): void {
  let trained = false;
  for (const layer of layers) {
    const { kind, children, parameters } = layer;
    const refuse = (expected: string): never => {
      throw new SettingsError(`shards: ${layer.describe()} cannot be trained in shards; expected ${expected}`);
    };
    if (kind === "ensemble") refuse("a network other than the default ensemble of tables");
    if (kind === "dct" && trained) refuse("it as the first layer");
    if (parameters.length > 0 && children.length === 0 && !dividedLayers.includes(kind)) {
      refuse(`${dividedLayers.join(", ")} as layers with parameters`);
    }
    checkLayers(children);
    trained ||= parameters.length > 0;
  }
}

function checkLoss(loss: AnyLoss): void {
  if ("sizeAverage" in loss && loss.sizeAverage === false)
    throw new SettingsError("shards: expected a loss that is a mean over the rows, found a sum (sizeAverage: false)");
}
