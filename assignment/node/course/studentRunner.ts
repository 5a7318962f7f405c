import { readSync, writeSync } from "node:fs";
import { formatWithOptions } from "node:util";
import { deserialize } from "node:v8";
import { StudentHost } from "../../course/host.ts";
import { lockGlobals } from "../../course/lockdown.ts";
import { NdArray } from "../../course/project/array.ts";
import type { FromRunner, TrainRequest } from "../../course/runner.ts";
import { StudentConsole } from "../../course/studentConsole.ts";
import { studentMath } from "../../course/studentMath.ts";
import { rejectionReply, trainReply } from "../../course/trainReply.ts";
import { trainStudent } from "../../course/trainStudent.ts";
import type { Reply, Request } from "../../course/wire.ts";
import { answersDescriptor, encodeFrame, type Start } from "./frames.ts";
import { findPlace, placeOf, serveProject } from "./projectModules.ts";

// The process that runs a student's code (started by studentProcess.ts). Everything that the code must not reach is in a constant
// of these modules before its first line runs.

const { exit } = process;
const turn = setImmediate;
const source = import.meta.url;

function write(value: FromRunner): void {
  const frame = encodeFrame(value);
  for (let start = 0; start < frame.length; ) start += writeSync(answersDescriptor, frame, start);
}

/** The next frame; ends the process with its parent. */
function read(): unknown {
  const length = readBytes(4);
  return deserialize(readBytes(new DataView(length.buffer).getUint32(0, true)));
}

function readBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let have = 0; have < count; ) {
    const got = readSync(0, bytes, have, count - have, null);
    if (got === 0) exit(0);
    have += got;
  }
  return bytes;
}

const { files, training } = read() as Start;
const output = new StudentConsole(
  (text) => write({ kind: "output", text }),
  (values) =>
    // no customInspect, because it would call the student's code with functions of Node
    formatWithOptions({ customInspect: false, maxArrayLength: 100, maxStringLength: 1000 }, ...values)
      .replace(/TypedArray\((\d+)\) \[(\w+)\]/g, "$2($1)") // Node does not see the names of frozen classes
      .replace(/\n +at [^\n]*(file|node):[^\n]*/g, "") // traces: only the student's lines
      .replaceAll("course:///", ""),
);
const ending = source.endsWith(".ts") ? ".ts" : ".js";
const array = new URL(import.meta.resolve(`../../course/${training ? "fastArray" : "project/array"}${ending}`)).href;
if (training) await import(array); // with its dependencies, which cannot be imported later
const address = serveProject(files, { caller: source, array });
let rejection: Reply | undefined;
const load = async (file: string): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return await import(address(file));
  } catch (error) {
    findPlace(error);
    throw error;
  }
};
const host = new StudentHost({ load, placeOf });
process.on("unhandledRejection", (error) => {
  rejection ??= rejectionReply(error, placeOf);
});
const { now } = performance;
const start = now.call(performance);
const clock = performance;
for (const one of [NdArray, NdArray.prototype]) Object.freeze(one);
const shownClock = Object.freeze({ now: () => now.call(clock) - start });
lockGlobals({ console: output.object(), performance: shownClock, Math: studentMath });
write({ kind: "ready" });

const trainOptions = { train: trainStudent, load, placeOf, write, now: () => now.call(clock) };

for (;;) {
  const request = read() as Request | TrainRequest;
  output.renew();
  rejection = undefined;
  const reply = request.kind === "train" ? await trainReply(request, trainOptions) : await host.handle(request);
  await new Promise<void>((resolve) => turn(() => resolve())); // rejections are reported after the microtasks
  write({ kind: "reply", reply: rejection ?? reply });
}
