import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { exercises } from "../../assignment/course/exercises/index.ts";
import { sandboxScript, sandboxScriptHash } from "../../assignment/course/sandboxFrame.ts";
import type { Reply } from "../../assignment/course/wire.ts";
import { checkProject } from "../../assignment/node/course/checkProject.ts";
import { bundledCode } from "../../src/node/bundle.ts";
import { appPolicy } from "../../src/node/web/policy.ts";
import { evaluating, expressions, failures, importing, specifiers } from "../assignment/course/hostileCode.ts";
import { inWords } from "../assignment/course/processSupport.ts";
import { submissions } from "../assignment/course/submissions/index.ts";
import { withMistake } from "../assignment/course/support.ts";
import { browserName } from "./chromium.ts";

// Students' code in a worker of a page whose policy is that of the app, with and without the headers for threads.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = resolve(import.meta.dirname, "../..");
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const script = (entry: string): Promise<string> =>
  bundledCode({ minify: true, lib: { entry: join(root, entry), formats: ["iife"], name: "student" } });

let browser: Browser;
let server: Server;
let address: string;
const requests: string[] = [];

beforeAll(async () => {
  if (!browserName) return;
  const [pageCode, runtime] = await Promise.all([
    script("test/browser/studentPage.ts"),
    script("assignment/course/studentWorker.ts"),
  ]);
  const files: Record<string, string> = {
    "/": `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${appPolicy}"><body><script src="page.js"></script>`,
    "/page.js": `window.runtime = ${JSON.stringify(runtime)};\n${pageCode}`,
  };
  server = createServer(({ url = "" }, response) => {
    const isolated = url.startsWith("/isolated");
    const path = url.replace("/isolated", "").replace(/\?.*/, "");
    requests.push(path);
    if (isolated) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Content-Type", path === "/" ? "text/html" : "text/javascript");
    response.end(files[path] ?? "export default 'loaded'");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: `/usr/bin/${browserName}`,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const pages = new Map<string, Page>();
async function pageAt(path: string): Promise<Page> {
  const page = pages.get(path) ?? (await browser.newPage());
  if (!pages.has(path)) await page.goto(address + path, { waitUntil: "load" });
  pages.set(path, page);
  return page;
}

async function call(sources: readonly string[], files: Record<string, string> = {}, path = "/") {
  const page = await pageAt(path);
  return page.evaluate<{ replies: Reply[]; printed: string[] }, [readonly string[], Record<string, string>]>(
    ([given, more]) => (window as unknown as { call: (...all: unknown[]) => never }).call(given, more),
    [sources, files],
  );
}
const outcomes = async (...args: Parameters<typeof call>): Promise<string[]> =>
  (await call(...args)).replies.map(inWords);

test("the policy of the app allows the frame's script by its hash", () => {
  expect(`'sha256-${createHash("sha256").update(sandboxScript).digest("base64")}'`).toBe(sandboxScriptHash);
  expect(appPolicy).toContain(sandboxScriptHash);
});

describe.skipIf(!browserName)("in Chromium", () => {
  test("types are removed, relative files imported, and array.ts is the package's own", async () => {
    const source = `import { zeros, type NdArray } from "./array.ts";
import { three } from "./extra/b.ts";
export function run(): number { const a: NdArray = zeros(three, 2); return a.size; }`;
    const files = {
      "array.ts": "export const zeros = 1;",
      "extra/b.ts": 'export { three } from "../c.ts";',
      "c.ts": "export const three = 3;",
    };
    expect(await outcomes([source], files)).toEqual(["6"]);
  });

  test.each(["/", "/isolated/"])("failures are told as by the command, at %s", async (path) => {
    const found = await outcomes(
      failures.map(([, source]) => source),
      {},
      path,
    );
    const told = failures.map(([what, , line], at) => (line.test(found[at]) ? what : `${what}: ${found[at]}`));
    expect(told).toEqual(failures.map(([what]) => what));
  });

  test("only files of the project can be imported, before and while it runs", async () => {
    const found = await outcomes(
      specifiers.flatMap(([, specifier]) => importing(specifier)),
      { "b.ts": "export const b = 1;" },
    );
    for (const [at, [what, specifier]] of specifiers.entries()) {
      const refused = `.ts imports ${JSON.stringify(specifier)}`;
      expect(found[2 * at], what).toMatch(/^load Import refused: /);
      expect(found[2 * at], what).toContain(refused);
      expect(found[2 * at + 1], what).toContain(refused);
    }
  });

  test("the page, the browser and JavaScript's own objects are out of reach", async () => {
    const more = [
      "self",
      "window",
      "document",
      "navigator.storage",
      "indexedDB",
      "caches",
      "location.href",
      "postMessage(1)",
    ];
    const names = [
      "importScripts('x')",
      "new XMLHttpRequest()",
      "new EventSource('x')",
      "close()",
      "origin",
      "crypto.subtle",
    ];
    const all = [...expressions.map(([, one]) => one), ...more, ...names];
    const found = await outcomes(all.map(evaluating));
    for (const [at, expression] of all.entries())
      expect(found[at], expression).toMatch(/^exception s\d+\.ts:1 (ReferenceError|TypeError|EvalError): /);
    const left = `const found = new Set();
for (let one = globalThis; one && one !== Object.prototype; one = Object.getPrototypeOf(one))
  for (const name of Reflect.ownKeys(one)) found.add(String(name));
export const run = () => [...found].filter((name) => typeof globalThis[name] === "function" && !/^[A-Z]/.test(name)).sort().join();`;
    expect(await outcomes([left])).toEqual([
      "decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,escape,eval,isFinite,isNaN,parseFloat,parseInt,structuredClone,unescape".replace(
        /,(un)?escape/g,
        "",
      ),
    ]);
  });

  test.each([
    ["a call", "export function run() { for (;;); }"],
    ["loading", "for (;;);\nexport const run = () => 1;"],
    ["microtasks", "export async function run() {}\n(function again() { Promise.resolve().then(again); })();"],
  ])("an endless loop in %s is stopped", async (_, source) => {
    const began = performance.now();
    expect(await outcomes([source])).toEqual([
      expect.stringMatching(/^timeout no answer after 1\.5 s: an endless loop/),
    ]);
    expect(performance.now() - began).toBeLessThan(6000); // on a busy machine
  });

  test("memory that the browser does not have is told, and ends the worker", async () => {
    const sources = ["export const run = () => new ArrayBuffer(2 ** 34).byteLength;", "export const run = () => 1;"];
    const told = "memory more memory is used than the browser has for a page";
    expect(await outcomes(sources)).toEqual([told, told]);
  });

  test("a runner that is closed while it starts answers at once", async () => {
    const page = await pageAt("/");
    const began = performance.now();
    const reply = await page.evaluate<Reply>(() => (window as unknown as { closeEarly: () => never }).closeEarly());
    // it may have been ready before
    if (!reply.ok) expect(reply.problem).toEqual({ kind: "exit", message: "the worker was closed" });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test("an await that never ends is found at once", async () => {
    const source = "await new Promise(() => {});\nexport const run = () => 1;";
    expect(await outcomes([source])).toEqual(["timeout it waits for a promise that nothing resolves"]);
  });

  test("what the code prints is shown as by the command", async () => {
    const { printed } = await call([
      `export function run() {
  console.log("shape", [2, 3], { a: new Float64Array(2) });
  console.error("%d items", 4);
}`,
    ]);
    expect(printed.join("\n")).toBe("shape [ 2, 3 ] { a: Float64Array(2) [ 0, 0 ] }\n4 items");
  });

  test("code that gets around the lock reaches neither the network nor storage", async () => {
    // The brace ends the function around the file; what follows runs when the worker starts
    const page = await pageAt("/");
    requests.length = 0;
    const found = await page.evaluate<string[], string>(async (base) => {
      const { openSandbox, startInSandbox } =
        window as unknown as typeof import("../../assignment/course/sandboxFrame.ts");
      const frame = await openSandbox(document);
      const { port } = startInSandbox(
        frame,
        `onmessage = async ({ ports: [port] }) => {
          const reached = [];
          const tries = {
            fetch: () => fetch("${base}/stolen"),
            import: () => import("${base}/stolen.js"),
            importScripts: () => importScripts("${base}/stolen.js"),
            WebSocket: () => new Promise((resolve, reject) => {
              const socket = new WebSocket("${base.replace("http", "ws")}/stolen");
              socket.onopen = resolve; socket.onerror = reject;
            }),
            EventSource: () => new Promise((resolve, reject) => {
              const source = new EventSource("${base}/stolen");
              source.onopen = resolve; source.onerror = reject;
            }),
            nested: () => new Promise((resolve, reject) => {
              const code = "fetch('${base}/stolen').then(() => postMessage(true), () => postMessage(false))";
              const worker = new Worker(URL.createObjectURL(new Blob([code])));
              worker.onmessage = ({ data }) => data ? resolve() : reject(); worker.onerror = reject;
            }),
            indexedDB: () => new Promise((resolve, reject) => {
              const request = indexedDB.open("stolen");
              request.onsuccess = resolve; request.onerror = reject;
            }),
            OPFS: () => navigator.storage.getDirectory(),
            caches: () => caches.open("stolen"),
            eval: () => eval("1"),
          };
          for (const [name, one] of Object.entries(tries)) try { await one(); reached.push(name); } catch {}
          port.postMessage(reached);
        };`,
      );
      return new Promise((resolve) => {
        port.onmessage = ({ data }) => resolve(data);
      });
    }, address);
    expect(found).toEqual([]);
    expect(requests).toEqual([]);
  });

  test("every exercise gets the result of the command, right and wrong", async () => {
    const page = await pageAt("/");
    const versions = [
      Object.fromEntries(exercises.map(({ id, skeleton }) => [`${id}.ts`, skeleton])),
      ...[-1, 0].map((place) =>
        Object.fromEntries(
          submissions.map(({ id, solution, mistakes }) => [
            `${id}.ts`,
            place < 0 ? solution : withMistake(solution, mistakes[place]),
          ]),
        ),
      ),
    ];
    const ids = exercises.map(({ id }) => id);
    for (const files of versions) {
      const wanted: unknown[] = [];
      for await (const { seconds: _, ...result } of checkProject({ files: new Map(Object.entries(files)) }, exercises, {
        seed: 1,
      }))
        wanted.push(result);
      const found = await page.evaluate<unknown[], [Record<string, string>, string[]]>(
        ([texts, chosen]) => (window as unknown as { check: (...all: unknown[]) => never }).check(texts, chosen),
        [files, ids],
      );
      expect(found).toEqual(wanted);
    }
  });
});
