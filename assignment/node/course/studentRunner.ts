import { readSync, writeSync } from "node:fs";
import { deserialize } from "node:v8";
import { problemOf, StudentHost } from "../../course/host.ts";
import { NdArray } from "../../course/project/array.ts";
import type { Reply, Request } from "../../course/wire.ts";
import { answersDescriptor, encodeFrame, type FromProcess, type Start } from "./frames.ts";
import { lockGlobals } from "./lockdown.ts";
import { findPlace, placeOf, serveProject } from "./projectModules.ts";
import { StudentConsole } from "./studentConsole.ts";

// The process that runs a student's code (started by studentProcess.ts). Everything that the code must not reach is in a constant
// of these modules before its first line runs.

const { exit } = process;
const turn = setImmediate;
const source = import.meta.url;

function write(value: FromProcess): void {
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

const { files } = read() as Start;
const output = new StudentConsole((text) => write({ kind: "output", text }));
const array = new URL(import.meta.resolve(`../../course/project/array${source.endsWith(".ts") ? ".ts" : ".js"}`)).href;
const address = serveProject(files, { caller: source, array });
let rejection: Reply | undefined;
const host = new StudentHost({
  load: async (file) => {
    try {
      return await import(address(file));
    } catch (error) {
      findPlace(error);
      throw error;
    }
  },
  placeOf,
});
process.on("unhandledRejection", (error) => {
  const { message, at } = problemOf(error, placeOf);
  const text = `a promise is rejected and nothing handles it: ${message}`;
  rejection ??= { ok: false, problem: { kind: "exception", message: text, ...(at && { at }) } };
});
const { now } = performance;
const start = now.call(performance);
const clock = performance;
for (const one of [NdArray, NdArray.prototype]) Object.freeze(one);
lockGlobals({ console: output.object(), performance: Object.freeze({ now: () => now.call(clock) - start }) });
write({ kind: "ready" });

for (;;) {
  const request = read() as Request;
  output.renew();
  rejection = undefined;
  const reply = await host.handle(request);
  await new Promise<void>((resolve) => turn(() => resolve())); // rejections are reported after the microtasks
  write({ kind: "reply", reply: rejection ?? reply });
}
