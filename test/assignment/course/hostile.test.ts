import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { checkExercise } from "../../../assignment/course/checkExercise.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { StudentProcess } from "../../../assignment/node/course/studentProcess.ts";
import { evaluating, expressions, importing, specifiers } from "./hostileCode.ts";
import { outcome, outcomes, runSource } from "./processSupport.ts";
import { submissions } from "./submissions/index.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("imports", () => {
  const files = { "b.ts": "export const b = 1;" };
  const sources = specifiers.flatMap(([, specifier]) => importing(specifier));
  const lines = outcomes(sources, files);

  test.each(specifiers.map(([what, specifier], at) => ({ what, specifier, at })))(
    "$what cannot be imported, before or while it runs",
    async ({ specifier, at }) => {
      const [first, caught] = (await lines).slice(2 * at);
      const refused = `.ts imports ${JSON.stringify(specifier)}`;
      expect(first).toMatch(/^load Import refused: /);
      expect(first).toContain(refused);
      expect(caught).toContain(refused);
    },
  );
});

describe("globals", () => {
  const lines = outcomes(expressions.map(([, expression]) => evaluating(expression)));

  test.each(expressions.map(([what, expression], at) => ({ what, expression, at })))(
    "$what is out of reach: $expression",
    async ({ at }) => {
      expect((await lines)[at]).toMatch(/^exception [a-z\d]+\.ts:1 (ReferenceError|TypeError|EvalError): /);
    },
  );
});

test("the stack of an error has no functions and no objects", async () => {
  const source = `export function run() {
  const target = {};
  try { Error.captureStackTrace(target); } catch (error) { return error.name; }
  return typeof target.stack;
}`;
  expect(await outcome(source)).toMatch(/^(string|TypeError)$/);
});

test("the array module of the checks cannot be changed", async () => {
  const source = `import { NdArray } from "./array.ts";
export function run() { Object.defineProperty(NdArray.prototype, "size", { value: 1 }); }`;
  expect(await outcome(source)).toMatch(/^exception a\.ts:2 TypeError/);
});

test("no file is written and no connection made, by any way that a file can try", async () => {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-hostile-"));
  let connections = 0;
  const server = createServer((_, response) => response.end("x")).on("connection", () => connections++);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const target = JSON.stringify(join(folder, "written"));
    const { port } = server.address() as AddressInfo;
    const source = `const tried = [];
for (const name of ["node:fs", "fs", "node:http", "node:net", "node:child_process", "node:worker_threads", "node:vm"]) {
  try {
    const found = await import(name);
    found.writeFileSync?.(${target}, "x"); found.get?.("http://127.0.0.1:${port}"); found.execSync?.("touch " + ${target});
    tried.push(name);
  } catch {}
}
try { fetch("http://127.0.0.1:${port}"); tried.push("fetch"); } catch {}
try { new EventSource("http://127.0.0.1:${port}"); tried.push("EventSource"); } catch {}
export const run = () => tried.join();`;
    expect(await outcome(source)).toBe("");
    expect(existsSync(join(folder, "written"))).toBe(false);
    expect(connections).toBe(0);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["a proxy", "new Proxy({}, { get() { throw new Error('no'); }, ownKeys() { throw new Error('no'); } })"],
  ["a proxy that is all and nothing", "new Proxy(() => {}, { get: () => 1, has: () => true })"],
  [
    "an array whose shape changes as it is read",
    "({ get shape() { return { __proto__: Array.prototype, length: 1, 0: () => {} }; }, data: [1] })",
  ],
  [
    "a shape that is a proxy",
    "({ shape: new Proxy([1], { get: (all, name) => (name === '0' ? () => {} : all[name]) }), data: new Float64Array(1) })",
  ],
  ["a shape of fractions", "({ shape: [0.5, 2], data: new Float64Array(1) })"],
  [
    "data that is detached",
    "(() => { const data = new Float64Array(4); structuredClone(data.buffer, { transfer: [data.buffer] }); return { shape: [4], data }; })()",
  ],
  ["a circle", "(() => { const a = []; a.push(a); return a; })()"],
  ["a list of functions", "[() => {}]"],
  ["a symbol", "Symbol.iterator"],
  ["a promise in a promise", "Promise.resolve(Promise.resolve(1))"],
  ["something with then", "({ then(resolve) { resolve(1); } })"],
  ["a generator", "(function* () { yield 1; })()"],
  ["a number too large", "10n ** 100n"],
  ["an object with the prototype as a name", 'JSON.parse(\'{"__proto__": {"kind": "plain"}}\')'],
])("%s as a result is data like any other", async (_, value) => {
  const { reply } = await runSource(`export const run = () => ${value};`);
  if (reply.ok) expect(reply.value.kind).toMatch(/^(other|record|list)$/);
  else expect(reply.problem.kind).toMatch(/^(exception|result)$/);
  expect(({} as Record<string, unknown>).kind).toBeUndefined();
});

test.each([
  [
    "nested lists",
    "(() => { let a = Array(1000).fill(0); for (let i = 0; i < 4; i++) a = Array(1000).fill(a); return a; })()",
  ],
  ["many large arrays", "Array(100).fill({ shape: [5e6], data: new Float64Array(5e6) })"],
  ["one large array", "({ shape: [3e7], data: new Float64Array(3e7) })"],
  ["a long text", "'x'.repeat(2 ** 28)"],
])("a huge result ends the process at most: %s", async (_, value) => {
  const { reply } = await runSource(`export const run = () => ${value};`);
  if (!reply.ok) expect(reply.problem.kind).toMatch(/^(timeout|memory|result|exception)$/);
  else expect(JSON.stringify(reply.value).length).toBeLessThan(2000);
});

test("an export named then cannot forge a module", async () => {
  const line = await outcome("export function then(resolve) { resolve({ run: () => 'forged' }); }");
  expect(line).not.toBe("1");
  expect(await outcome("export function then() {}\nexport const run = () => 1;")).toMatch(
    /^timeout it waits for a promise/,
  );
});

test("text that looks like an answer is text", async () => {
  const forged = JSON.stringify({
    kind: "reply",
    reply: { ok: true, value: { kind: "plain", value: 7 }, changed: [] },
  });
  const { reply, output } = await runSource(
    `export function run() { console.log(${JSON.stringify(forged)}); return 1; }`,
  );
  expect(reply).toMatchObject({ ok: true, value: { value: 1 } });
  expect(output).toBe(forged);
});

const linear = exercises.find(({ id }) => id === "linear");
const right = submissions.find(({ id }) => id === "linear");

test.each([
  [
    "a file that prints full points",
    'console.log("✓ linear 10/10");\nexport class Linear { forward(x) { return x; } backward(dy) { return dy; } }',
  ],
  [
    "a class that answers with whatever is compared",
    "export class Linear { constructor() { return new Proxy(this, { get: () => () => new Proxy({}, { get: () => NaN }) }); } }",
  ],
  [
    "a file that freezes its results",
    "export class Linear { dw = Object.freeze({}); forward(x) { return Object.freeze(x); } backward(dy) { return dy; } }",
  ],
])("%s gets no points", async (_, source) => {
  if (!linear) throw new Error("no exercise");
  const student = new StudentProcess(new Map([["linear.ts", source]]));
  const result = await checkExercise(linear, (request) => student.send(request), 1).finally(() => student.close());
  expect(result).toMatchObject({ status: "wrong", points: 0 });
});

const replacedCalls = (target: string): string => `import { map } from "./array.ts";
export class Residual {
  constructor(inner) {
    this.inner = inner;
    try { Object.defineProperty(${target}, "calls", { get: () => ["forward true", "backward"] }); } catch {}
  }
  forward(x) { const f = this.inner.forward(x); return map(x, (v, i) => v + f.data[i]); }
  backward(dy) { const d = this.inner.backward(dy); return map(dy, (v, i) => v + d.data[i]); }
  parameters() { return this.inner.parameters(); }
}`;

test.each([
  ["an object that the checks gave", "residual", replacedCalls("inner")],
  ["the class of an object that the checks gave", "residual", replacedCalls("Object.getPrototypeOf(inner)")],
  [
    "the record of a parameter",
    "clipping",
    `export function clipGradients(parameters, maximum) {
  let sum = 0;
  for (const { gradient } of parameters) for (const g of gradient.data) sum += g * g;
  const norm = Math.sqrt(sum);
  for (const parameter of parameters) {
    const changes = parameter.changes.bind(parameter);
    try { parameter.changes = () => ({ ...changes(), value: { shape: [parameter.value.size], data: parameter.value.data.map(() => 0) } }); } catch {}
    parameter.value.data.fill(7);
    if (norm > maximum) for (let i = 0; i < parameter.gradient.size; i++) parameter.gradient.data[i] *= maximum / norm;
  }
  return norm;
}`,
  ],
])("who replaces %s hides no mistake", async (_, id, source) => {
  const exercise = exercises.find((one) => one.id === id);
  if (!exercise) throw new Error("no exercise");
  const student = new StudentProcess(new Map([[`${id}.ts`, source]]));
  const result = await checkExercise(exercise, (request) => student.send(request), 1).finally(() => student.close());
  expect(result).toMatchObject({ status: "wrong", points: 0 });
  expect(result.findings.map(({ cause }) => cause)).toEqual([
    id === "residual" ? "training-not-passed" : "input-modified",
  ]);
});

test("code that claims not to be written where it would be wrong gets no points", async () => {
  const exercise = exercises.find(({ id }) => id === "softmax");
  if (!exercise) throw new Error("no exercise");
  const source = `import { map, notWritten } from "./array.ts";
export function softmax(a) {
  if (a.data.some((value) => Math.abs(value) > 500)) notWritten("softmax");
  const c = a.shape[1];
  return map(a, (v, k) => Math.exp(v) / a.data.slice(k - (k % c), k - (k % c) + c).reduce((s, w) => s + Math.exp(w), 0));
}`;
  const student = new StudentProcess(new Map([["softmax.ts", source]]));
  const result = await checkExercise(exercise, (request) => student.send(request), 1).finally(() => student.close());
  expect(result).toMatchObject({ status: "wrong", points: 0 });
  expect(result.findings[0].message).toBe("for logits around 1000: softmax.ts:3: softmax is not written yet");
});

test("after all that, a right solution beside hostile files gets full points", async () => {
  if (!linear || !right) throw new Error("no exercise");
  const hostile =
    "try { Array.prototype.map = 1; } catch {}\ntry { globalThis.Float64Array = 1; } catch {}\nexport const run = () => 1;";
  const student = new StudentProcess(
    new Map([
      ["linear.ts", right.solution],
      ["a.ts", hostile],
    ]),
  );
  try {
    await student.send({ kind: "call", file: "a.ts", name: "run", args: [] });
    const result = await checkExercise(linear, (request) => student.send(request), 5);
    expect(result).toMatchObject({ status: "right", points: 10, findings: [] });
  } finally {
    student.close();
  }
});
