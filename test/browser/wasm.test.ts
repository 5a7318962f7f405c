import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** Products in a worker of a page, since a page's own thread may not wait for others. */
const worker = `
  try {
    const { wasmKernels } = await import("/src/kernels/wasm.ts");
    const { scalarKernels } = await import("/src/kernels/scalar.ts");
    await import("/src/kernels/registerDefaultKernels.ts");
    const { defaultKernels } = await import("/src/kernels/defaultKernels.ts");
    const n = 150;
    const run = async (threads) => {
      const kernels = wasmKernels({ threads });
      const [a, b, c] = [0, 1, 2].map(() => kernels.allocate("float64", n * n));
      a.forEach((_, i) => { a[i] = Math.sin(i); b[i] = Math.cos(i); });
      for (let repeat = 0; repeat < 20; repeat++) {
        kernels.matmul(c, a, b, n, n, n);
        await new Promise((done) => setTimeout(done, 10));
      }
      const expected = new Float64Array(n * n);
      scalarKernels.matmul(expected, a.slice(), b.slice(), n, n, n);
      const error = Math.max(...expected.map((value, i) => Math.abs(value - c[i])));
      kernels.close();
      return { threads: kernels.threads, error, bits: Array.from(new BigUint64Array(new Float64Array(c).buffer)).join() };
    };
    const [one, two] = [await run(1), await run(2)];
    postMessage({ threads: [one.threads, two.threads], errors: [one.error, two.error], sameBits: one.bits === two.bits,
      default: [defaultKernels().name, defaultKernels().threads / navigator.hardwareConcurrency] });
  } catch (error) {
    postMessage(String(error.stack));
  }`;
const page = `<script type="module">
  await import("/src/kernels/registerDefaultKernels.ts");
  const { defaultKernels } = await import("/src/kernels/defaultKernels.ts");
  const own = [defaultKernels().name, defaultKernels().threads];
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => fetch("/result", { method: "POST", body: JSON.stringify({ own, ...data }) });
</script>`;

/** Serves the sources as they are, without their types, to a page that is isolated as shared memory demands. */
function serve(report: (result: string) => void) {
  return createServer((request, response) => {
    const [path, file] = [request.url ?? "/", join(root, request.url ?? "/")];
    if (path === "/result") {
      request.setEncoding("utf8").on("data", report);
      response.end();
    } else if (path === "/" || path === "/worker.js" || (path.startsWith("/src/") && existsSync(file))) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      response.setHeader("Content-Type", path === "/" ? "text/html" : "text/javascript");
      const source =
        path === "/" ? page : path === "/worker.js" ? worker : stripTypeScriptTypes(readFileSync(file, "utf8"));
      response.end(source);
    } else {
      response.writeHead(404).end();
    }
  });
}

test.skipIf(!browser)(
  "the WebAssembly kernels in a browser: 1 and 2 threads, equal bits, right",
  { timeout: 60_000 },
  async () => {
    const profile = mkdtempSync(join(tmpdir(), "handgrad-browser-"));
    const { promise, resolve: report } = Promise.withResolvers<string>();
    const server = serve(report).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const child = spawn(browser as string, [...flags, ...quiet, `--user-data-dir=${profile}`, url], {
      stdio: "ignore",
    });
    const ended = new Promise((exit) => child.once("exit", exit));
    try {
      const { threads, errors, sameBits, own, default: inWorker } = JSON.parse(await promise);
      expect(own).toEqual(["wasm", 1]); // a page's own thread must not wait for others
      expect(inWorker).toEqual(["wasm", 1]); // all cores
      expect(threads).toEqual([1, 2]);
      expect(Math.max(...errors)).toBeLessThan(1e-12);
      expect(sameBits).toBe(true);
    } finally {
      child.kill();
      await ended;
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  },
);
