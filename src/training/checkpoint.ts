import * as v from "valibot";
import { parseBoundedJson } from "../formats/boundedJson.ts";
import { crc32 } from "../formats/crc32.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import { count, explain, finite, index, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import { type Numbers, Tensor } from "../tensor/tensor.ts";
import { version } from "../version.ts";
import type { History, StepTrace } from "./history.ts";
import type { BufferState, TrainerState } from "./trainerState.ts";

/** A run's state and a description of the run (settings, data, kernels) as JSON. */
export interface Checkpoint {
  readonly state: TrainerState;
  readonly about: unknown;
  /** of the library that wrote it */
  readonly version: string;
  /** further tensors by name, such as the batch of a replay */
  readonly extra: Readonly<Record<string, Tensor>>;
}

/** The checksum is at the same place in every file; its own characters are computed as eight zeros. */
const head = '{"__metadata__":{"checksum":"';
const checksumAt = 8 + head.length;
const checksumLength = 8;

const stream = v.object({ pos: index, hasGauss: v.boolean(), gauss: finite });
const description = v.object({
  format: v.literal("handgrad checkpoint"),
  formatVersion: v.picklist([1, 2]),
  version: v.string(),
  epoch: index,
  stepInEpoch: index,
  metric: v.optional(v.picklist(["accuracy", "rSquared"]), "accuracy"),
  optimizer: v.object({ kind: v.string(), step: index, learningRate: finite }),
  random: stream,
  dropoutRandom: stream,
  augmentationRandom: v.nullable(stream),
  position: index,
  best: v.nullable(
    v.object({
      epoch: index,
      /** null if it is not defined (NaN) */
      score: v.optional(v.nullable(finite)),
      /** the score in version 1 */
      valAccuracy: v.optional(finite),
      loss: v.nullish(finite),
    }),
  ),
  schedule: v.nullable(v.record(v.string(), finite)),
  average: v.nullable(v.object({ step: index })),
  /** the number of steps between measurements of the gradients; version 0.1 made none */
  traceEvery: v.optional(count),
  about: v.unknown(),
});

/**
 * The state of a run as one safetensors file: every number exactly, lists of whole numbers as float64, the rest as JSON in the metadata,
 * and a CRC-32 of the whole file.
 */
export function encodeCheckpoint(
  state: TrainerState,
  about: unknown,
  extra: Checkpoint["extra"] = {},
): Uint8Array<ArrayBuffer> {
  const { epoch, stepInEpoch, network, optimizer, random, dropoutRandom, batches, history, best } = state;
  const { augmentationRandom } = state;
  const vector = (data: ArrayLike<number>) => new Tensor([data.length], Float64Array.from(data));
  const flat = (data: Numbers) => new Tensor([data.length], data);
  const flats = (buffers: BufferState["buffers"]) =>
    Object.fromEntries(Object.entries(buffers).map(([key, data]) => [key, flat(data)]));
  const tensors = {
    ...under("network", network),
    ...under("optimizer", flats(optimizer.buffers)),
    ...under("average", flats(state.average?.buffers ?? {})),
    ...under("best", best?.parameters ?? {}),
    ...under("history", mapValues(historySeries(history), vector)),
    ...under("random", {
      key: vector(random.key),
      dropoutKey: vector(dropoutRandom.key),
      ...(augmentationRandom && { augmentationKey: vector(augmentationRandom.key) }),
    }),
    ...under("batches", { order: vector(batches.order) }),
    ...under("extra", extra),
  };
  const streamOf = ({ pos, hasGauss, gauss }: TrainerState["random"]) => ({ pos, hasGauss, gauss });
  const described: v.InferInput<typeof description> = {
    format: "handgrad checkpoint",
    formatVersion: 2,
    metric: history.metric,
    version,
    epoch,
    stepInEpoch,
    optimizer: { kind: optimizer.kind, step: optimizer.step, learningRate: optimizer.learningRate },
    random: streamOf(random),
    dropoutRandom: streamOf(dropoutRandom),
    augmentationRandom: augmentationRandom ? streamOf(augmentationRandom) : null,
    position: batches.position,
    best: best ? { epoch: best.epoch, score: best.score, loss: best.loss } : null,
    schedule: state.schedule ?? null,
    average: state.average ? { step: state.average.step } : null,
    ...(history.trace && { traceEvery: history.trace.every }),
    about,
  };
  const metadata = { checksum: "0".repeat(checksumLength), handgrad: JSON.stringify(described) };
  const bytes = encodeSafetensors(tensors, metadata);
  new TextEncoder().encodeInto(hex(crc32(bytes)), bytes.subarray(checksumAt));
  return bytes;
}

/** Reads what `encodeCheckpoint` wrote. Throws DataError that names the file: damaged, of another version, or not a checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array, { name }: { readonly name: string }): Checkpoint {
  verifyChecksum(bytes, name);
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  const described = parseDescription(metadata.handgrad, name);
  const read = new Reader(tensors, name);
  const { epoch, stepInEpoch, optimizer, best, average, about, position, schedule, traceEvery } = described;
  const first = described.formatVersion === 1;
  const score = best?.score === null ? Number.NaN : (best?.score ?? best?.valAccuracy);
  if (best && score === undefined) throw new DataError(`${name}: best.score: expected a number, found nothing`);
  const state: TrainerState = {
    epoch,
    stepInEpoch,
    network: read.group("network"),
    optimizer: { ...optimizer, buffers: read.buffers("optimizer") },
    random: { ...described.random, key: read.numbers("random.key") },
    dropoutRandom: { ...described.dropoutRandom, key: read.numbers("random.dropoutKey") },
    augmentationRandom: described.augmentationRandom
      ? { ...described.augmentationRandom, key: read.numbers("random.augmentationKey") }
      : undefined,
    batches: { position, order: Int32Array.from(read.numbers("batches.order")) },
    history: {
      loss: [...read.numbers("history.loss")],
      metric: described.metric,
      trainScore: [...read.numbers(first ? "history.trainAccuracy" : "history.trainScore")],
      valScore: [...read.numbers(first ? "history.valAccuracy" : "history.valScore")],
      ...read.someHistory(["trainLoss", "valLoss"]),
      ...(traceEvery && { trace: { every: traceEvery, ...read.trace() } }),
    },
    best: best
      ? { epoch: best.epoch, score: score as number, loss: best.loss ?? undefined, parameters: read.group("best") }
      : undefined,
    schedule: schedule ?? undefined,
    average: average ? { ...average, buffers: read.buffers("average") } : undefined,
  };
  return { state, about, version: described.version, extra: read.group("extra") };
}

function verifyChecksum(bytes: Uint8Array, name: string): void {
  const ascii = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (bytes.length < checksumAt + checksumLength || ascii(8, checksumAt) !== head) {
    throw new DataError(`${name}: not a Handgrad checkpoint: no checksum at byte ${checksumAt}`);
  }
  const end = checksumAt + checksumLength;
  const zeros = new Uint8Array(checksumLength).fill(48);
  const computed = hex(crc32(bytes.subarray(end), crc32(zeros, crc32(bytes.subarray(0, checksumAt)))));
  const written = ascii(checksumAt, end);
  if (written !== computed) {
    throw new DataError(
      `${name}: damaged: the checksum at byte ${checksumAt} is ${written}, of its content ${computed}`,
    );
  }
}

function parseDescription(json: string | undefined, name: string): v.InferOutput<typeof description> {
  let parsed: unknown;
  try {
    parsed = parseBoundedJson(json ?? "null");
  } catch (error) {
    throw new DataError(`${name}: the metadata "handgrad" is not JSON`, { cause: error });
  }
  const result = v.safeParse(description, parsed);
  if (result.success) return result.output;
  const problems = explain(result.issues).slice(0, 5);
  throw new DataError(problemLines(`${name}: not a checkpoint of this version of Handgrad`, problems));
}

/** The tensors of a file by the group in front of their name. */
class Reader {
  private readonly tensors: Readonly<Record<string, Tensor>>;
  private readonly name: string;

  constructor(tensors: Readonly<Record<string, Tensor>>, name: string) {
    this.tensors = tensors;
    this.name = name;
  }

  numbers(tensorName: string): Float64Array {
    if (!Object.hasOwn(this.tensors, tensorName))
      throw new DataError(`${this.name}: the tensor ${tensorName} is missing`);
    const { data, shape } = this.tensors[tensorName];
    if (data instanceof Float64Array && shape.length === 1) return data;
    throw new DataError(`${this.name}: the tensor ${tensorName} must be a list of float64`);
  }

  /** The given lists of the history, without missing ones. */
  someHistory<Name extends string>(names: readonly Name[]): { readonly [Key in Name]?: number[] } {
    const there = names.filter((name) => Object.hasOwn(this.tensors, `history.${name}`));
    return Object.fromEntries(there.map((name) => [name, [...this.numbers(`history.${name}`)]])) as never;
  }

  trace(): Pick<StepTrace, "gradientNorm" | "learningRate"> {
    const list = (name: string) => [...this.numbers(`history.${name}`)];
    return { gradientNorm: list("gradientNorm"), learningRate: list("learningRate") };
  }

  group(prefix: string): Record<string, Tensor> {
    const start = `${prefix}.`;
    const names = Object.keys(this.tensors).filter((key) => key.startsWith(start));
    const entries = names.map((key) => [key.slice(start.length), this.tensors[key]] as const);
    if (entries.some(([key]) => key === "__proto__"))
      throw new DataError(`${this.name}: ${prefix}.__proto__ is not a valid name`);
    return Object.fromEntries(entries);
  }

  buffers(prefix: string): Record<string, Numbers> {
    return Object.fromEntries(Object.entries(this.group(prefix)).map(([key, { data }]) => [key, data]));
  }
}

/** The lists of numbers in a history, by the names that they have in a checkpoint. */
function historySeries({ metric: _, trace, ...series }: History): Record<string, number[]> {
  const { gradientNorm, learningRate } = trace ?? {};
  const all = Object.entries({ ...series, gradientNorm, learningRate });
  return Object.fromEntries(all.filter((each): each is [string, number[]] => each[1] !== undefined));
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function under(prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [`${prefix}.${key}`, tensor]));
}

function hex(value: number): string {
  return value.toString(16).padStart(checksumLength, "0");
}
