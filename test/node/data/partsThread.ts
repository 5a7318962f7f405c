import { parentPort, workerData } from "node:worker_threads";
import { openData } from "../../../src/node/data/openData.ts";
import { fingerprint } from "../../../src/node/runs/fingerprint.ts";
import { type DataRequest, testPart } from "../../../src/node.ts";
import { memoryRanks } from "../../training/memoryRanks.ts";

/** One of several processes that open the same data in parts, as a thread. */
export interface PartsTask {
  readonly rank: number;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
  readonly request: DataRequest;
}

const { rank, size, memory, request } = workerData as PartsTask;
const source = await openData(request, { parts: { count: 4, ranks: memoryRanks(rank, size, memory) } });
const test = await testPart(source);
const { train, validation, normalization, preprocessing, notes } = source;
const inBytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
parentPort?.postMessage({
  /** how many images or encoded rows this rank has in memory */
  held: train.inputs.length / train.inputShape.reduce((product, length) => product * length),
  rows: [train, validation, test].map(({ labels }) => [...labels]),
  images: [train, validation, test].map(({ parts, inputs, inputShape }) => {
    const length = inputShape.reduce((product, each) => product * each);
    return Array.from(parts?.places ?? [], (place) =>
      place < 0 ? "" : inBytes(inputs.subarray(place * length, (place + 1) * length)).toString("hex"),
    );
  }),
  targets: [train, validation, test].map(({ targets }) => [...(targets?.values ?? [])]),
  ...{ normalization, preprocessing, notes, print: fingerprint(source) },
});
