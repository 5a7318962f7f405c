import { wasmKernels } from "handgrad";
import { serveWorker } from "../../shared/worker/serve.ts";
import type { OpenTable } from "../data/readTable.ts";
import type { PlaygroundApi } from "./protocol.ts";
import { Runner } from "./runner.ts";

// A message to itself is handled after waiting messages, without the delay of a timer
const { port1: receiver, port2: sender } = new MessageChannel();
let waiting: () => void = () => {};
receiver.onmessage = () => waiting();

const runner = new Runner({
  // One thread, because these networks are too small to divide; strict, so that a link shows the same bits on every machine
  kernels: wasmKernels({ threads: 1, strict: true }),
  now: () => performance.now(),
  soon: (run) => {
    waiting = run;
    sender.postMessage(0);
  },
  later: (run, ms) => setTimeout(run, ms),
});

let table: OpenTable | undefined;

serveWorker({
  watch: (_, { emit, signal }) =>
    new Promise((done) => {
      runner.onFrame = emit;
      signal.addEventListener("abort", () => done());
    }),
  open: (opening) => runner.open(opening),
  run: (rate) => runner.run(rate),
  pause: () => runner.pause(),
  step: () => runner.step(),
  epoch: () => runner.epoch(),
  assign: ({ index, value }) => runner.assign(index, value),
  drawn: () => runner.drawn(),
  weights: () => runner.weights(),
  openTable: async (file) => {
    table = undefined;
    const { OpenTable } = await import("../data/readTable.ts");
    table = await OpenTable.read(file);
    return table.info;
  },
  tablePoints: (choice) => {
    if (!table) throw new Error("the table is no longer open; choose it again");
    return table.points(choice);
  },
} satisfies PlaygroundApi);
