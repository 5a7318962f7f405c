import { describe, expect, test, vi } from "vitest";
import { StudentProcess } from "../../../assignment/node/course/studentProcess.ts";
import { failures } from "./hostileCode.ts";
import { outcome, outcomes, runSource } from "./processSupport.ts";

vi.setConfig({ testTimeout: 60_000 });

test("types are stripped, relative files imported, and array.ts is the package's own", async () => {
  const source = `import { zeros, type NdArray } from "./array.ts";
import { three } from "./extra/b.ts";
export function run(): number { const a: NdArray = zeros(three, 2); return a.size; }`;
  const files = {
    "array.ts": "export const zeros = 1;",
    "extra/b.ts": 'export { three } from "../c.ts";',
    "c.ts": "export const three = 3;",
  };
  expect(await outcome(source, { files })).toBe("6");
});

describe("failures", () => {
  const lines = outcomes(failures.map(([, source]) => source));

  test.each(failures.map(([what, , line], at) => ({ what, line, at })))(
    "$what is one clear line, and the next file is still run",
    async ({ line, at }) => {
      const found = (await lines)[at];
      expect(found).toMatch(line);
      expect(found).not.toContain("\n");
    },
  );
});

test("an await that never ends is found at once", async () => {
  const source = "await new Promise(() => {});\nexport const run = () => 1;";
  expect(await outcome(source)).toMatch(/^timeout it waits for a promise that nothing resolves/);
});

test.each([
  ["a call", "export function run() { for (;;); }"],
  ["loading", "for (;;);\nexport const run = () => 1;"],
  ["a getter of the result", "export const run = () => ({ get shape() { for (;;); }, data: [] });"],
  ["a loop that prints", "export function run() { for (;;) console.log('again'); }"],
])("an endless loop in %s is stopped within 2 s", async (_, source) => {
  const { reply, seconds } = await runSource(source);
  expect(reply).toMatchObject({
    ok: false,
    problem: { kind: "timeout", message: expect.stringContaining("endless loop") },
  });
  expect(seconds).toBeLessThan(3); // on a busy machine
});

test.each([
  ["arrays", "export function run() { const all = []; for (;;) all.push(new Float64Array(5e6).fill(1)); }"],
  ["objects", "export function run() { const all = []; for (;;) all.push({ a: [all.length] }); }"],
  ["one large array", "export function run() { return new Float64Array(2e8).fill(1); }"],
])("memory is limited: %s", async (_, source) => {
  const { reply } = await runSource(source, { memoryBytes: 2e8, callSeconds: 30 });
  expect(reply).toEqual({ ok: false, problem: { kind: "memory", message: "more than 200 MB of memory are used" } });
});

test("what the code prints is kept up to a limit", async () => {
  const { output } = await runSource(`export function run() {
  console.log("shape", [2, 3], { a: new Float64Array(2) });
  console.error("%d items", 4);
}`);
  expect(output).toBe("shape [ 2, 3 ] { a: Float64Array(2) [ 0, 0 ] }\n4 items");
  const long = await runSource(
    "export function run() { for (let i = 0; i < 1e4; i++) console.log('x'.repeat(100)); return 'done'; }",
  );
  expect(long.reply).toMatchObject({ ok: true, value: { value: "done" } });
  expect(long.output.length).toBeLessThan(21_000);
  expect(long.output).toMatch(/further output is left out\)$/);
});

test("after its end a process answers every request with the reason", async () => {
  const student = new StudentProcess(new Map([["a.ts", "export function run() { for (;;); }"]]), { callSeconds: 0.3 });
  const request = { kind: "call", file: "a.ts", name: "run", args: [] } as const;
  const first = await student.send(request);
  expect(first).toMatchObject({ ok: false, problem: { kind: "timeout" } });
  expect(await student.send(request)).toEqual(first);
});

test("requests that are sent at the same time are answered in their order", async () => {
  const student = new StudentProcess(new Map([["a.ts", "let count = 0;\nexport const run = () => ++count;"]]));
  const request = { kind: "call", file: "a.ts", name: "run", args: [] } as const;
  const replies = await Promise.all([student.send(request), student.send(request), student.send(request)]);
  expect(replies.map((reply) => reply.ok && reply.value)).toEqual([1, 2, 3].map((value) => ({ kind: "plain", value })));
  student.close();
});
