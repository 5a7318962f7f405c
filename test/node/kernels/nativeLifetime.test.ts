import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { root } from "../../../scripts/buildNative.ts";
import { nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";

// Threads must never keep a process from ending or crash it, whichever way it ends.

const kernelsUrl = pathToFileURL(join(root, "src", "node", "kernels", "nativeKernels.ts")).href;

/** Runs a script in a process of its own, with `work()`, which uses kernels on three threads and leaves them open. */
function run(script: string) {
  const prelude = `
    const { nativeKernels } = await import(${JSON.stringify(kernelsUrl)});
    const work = () => {
      const kernels = nativeKernels({ threads: 3 });
      const a = kernels.allocate("float32", 90_000), c = kernels.allocate("float32", 90_000);
      a.fill(1);
      for (let i = 0; i < 20; i++) kernels.matmul(c, a, a, 300, 300, 300);
      if (c.some((value) => value !== 300)) throw new Error("wrong result");
      return kernels;
    };`;
  const result = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", prelude + script], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return { signal: result.signal, status: result.status, stdout: result.stdout.trim(), stderr: result.stderr };
}

describe.skipIf(!nativeStatus().available)("a process with native threads", () => {
  it.each([
    ["runs to its end", "work();", 0],
    ["calls process.exit", "work(); process.exit(7);", 7],
    ["closes them", "work().close();", 0],
    ["dies of an exception", "work(); throw new Error('on purpose');", 1],
    [
      "leaves them to garbage collection",
      "for (let i = 0; i < 100; i++) { work(); if (i % 10 === 9) { await new Promise(setImmediate); gc(); await new Promise(setImmediate); } }",
      0,
    ],
  ])("that %s ends", (_name, script, status) => {
    expect(run(script)).toMatchObject({ signal: null, status });
  });

  it("serves several worker threads at once, which end or are terminated", () => {
    const script = `
      const { Worker } = await import("node:worker_threads");
      const body = (loop) => \`
        const { nativeKernels } = await import(${JSON.stringify(kernelsUrl)});
        const { parentPort } = await import("node:worker_threads");
        const kernels = nativeKernels({ threads: 2 });
        const a = kernels.allocate("float64", 40_000), c = kernels.allocate("float64", 40_000);
        a.fill(1);
        do kernels.matmul(c, a, a, 200, 200, 200); while (\${loop});
        parentPort.postMessage(c.every((value) => value === 200));\`;
      const start = (loop) => new Worker(new URL("data:text/javascript," + encodeURIComponent(body(loop))));
      const results = [];
      for (let round = 0; round < 5; round++) {
        const workers = [start(false), start(false), start(false)];
        results.push(...await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
        }))));
        work().close();
      }
      const endless = start(true);
      await new Promise((resolve) => endless.once("online", () => setTimeout(resolve, 300)));
      await endless.terminate();
      console.log(results.length, results.every(Boolean));`;
    expect(run(script)).toMatchObject({ signal: null, status: 0, stdout: "15 true" });
  });

  it("says so when the system gives it no more threads", () => {
    const script = `
      let message = "none";
      try { const open = []; for (;;) open.push(nativeKernels({ threads: 2 })); } catch (error) { message = error.message; }
      console.log(message);`;
    expect(run(script)).toMatchObject({
      signal: null,
      status: 0,
      stdout: expect.stringMatching(/could not start|too many/),
    });
  });
});
