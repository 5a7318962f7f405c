import { parentPort, workerData } from "node:worker_threads";
import { keepOwnRows } from "../../src/data/datasetInParts.ts";
import { decodeCheckpoint, encodeCheckpoint, fit } from "../../src/index.ts";
import { openKernels } from "../../src/node/kernels/kernels.ts";
import { memoryRanks } from "./memoryRanks.ts";
import { symbolOptions, tinyOptions, tinySplits } from "./tinyRun.ts";

/** What a thread is told: its place, the run, where it stops, where it continues. */
export interface RankTask {
  readonly rank: number;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
  readonly settings: object;
  /** what the rows are (default: pictures) */
  readonly data?: "symbols";
  readonly kernels: "scalar" | "wasm" | "native";
  /** the step after which rank `size - 1` is asked to stop */
  readonly stopAt?: number;
  readonly from?: Uint8Array;
}

const { rank, size, memory, settings, data, kernels, stopAt, from } = workerData as RankTask;
const opened = openKernels({ kernels, threads: 1 });
const ranks = memoryRanks(rank, size, memory);
const own = (dataset: typeof tinySplits.train) => keepOwnRows(dataset, { count: 8, ranks });
const inParts = "inParts" in settings;
const { train, validation } = tinySplits;
const splits = inParts ? { train: own(train), validation: own(validation) } : tinySplits;
const options = data === "symbols" ? symbolOptions(settings, opened) : tinyOptions(settings, opened, splits);
const stop = new AbortController();
const { history, state, stopped } = await fit({
  ...options,
  sharding: { ...(options.sharding as { shards: number }), ranks },
  resume: from && decodeCheckpoint(from, { name: "memory" }).state,
  signal: stop.signal,
  onStep: ({ step }) => {
    if (step === stopAt && rank === size - 1) stop.abort(new Error("stop"));
  },
});
const { network } = options;
parentPort?.postMessage({
  parameters: Buffer.from(network.values.buffer, network.values.byteOffset, network.values.byteLength).toString("hex"),
  buffers: JSON.stringify(Object.entries(network.save()).map(([name, { data }]) => [name, Array.from(data)])),
  history: JSON.stringify(history),
  stopped,
  ownRows: splits.train.inputs.length / 48,
  state: state && encodeCheckpoint(state, null),
});
opened.close();
