import { describe, expect, test } from "vitest";
import { bfloat16Problem } from "../../src/node.ts";
import { commandsInNewFolder } from "./process.ts";

const { handgrad } = commandsInNewFolder();
const settings = "--data stand-in --layers 3072,8,20 --train-images 300 --epochs 2 --precision bfloat16";

test("doctor says whether the processor has bfloat16", { timeout: 30_000 }, async () => {
  const { output } = await handgrad("doctor");
  const problem = bfloat16Problem();
  expect(output).toContain(problem === undefined ? "bfloat16 yes" : `bfloat16 no: ${problem}`);
});

test("kernels and numbers that have no bfloat16 are wrong usage", { timeout: 30_000 }, async () => {
  const wasm = await handgrad(`train ${settings} --kernels wasm`);
  expect(wasm).toMatchObject({ code: 2, output: expect.stringContaining("expected native kernels, found wasm") });
  const other = await handgrad(`train ${settings} --precision float16`);
  expect(other).toMatchObject({ code: 2, output: expect.stringContaining("float32, bfloat16") });
});

const problem = bfloat16Problem();
describe.skipIf(problem !== undefined)(`on this processor${problem ? ` (skipped: ${problem})` : ""}`, () => {
  test("a run keeps its precision; its model is evaluated in float32", { timeout: 120_000 }, async () => {
    const { code, output } = await handgrad(`train ${settings} --out run --no-report`);
    expect(code).toBe(0);
    expect(output).toContain("float32, products in bfloat16");
    expect(output).toMatch(/kernels {3}native \((avx512|amx), bfloat16\)/);

    const refused = await handgrad("train --resume run --precision float32");
    expect(refused.code).toBe(2);
    expect(refused.output).toContain('--precision: expected "bfloat16", as at the start of the run, found none');
    const resumed = await handgrad("train --resume run --epochs 3 --no-report");
    expect(resumed.output).toMatch(/kernels {3}native \((avx512|amx), bfloat16\)/);
    expect(resumed.output).not.toContain("warning");

    const accuracy = /test accuracy +([\d.]+) %/.exec(resumed.output)?.[1];
    const evaluated = await handgrad("evaluate run --data stand-in");
    expect(evaluated.output).toContain(`${accuracy} %`);
  });

  test("a sweep varies it", { timeout: 120_000 }, async () => {
    const fixed = '{"trainImages":300,"layers":[3072,8,20]}';
    const vary = `--vary precision=float32,bfloat16 --epochs 1 --settings ${fixed}`;
    const { code, output } = await handgrad(`sweep --data stand-in ${vary} --out sweep`);
    expect(output).toMatch(/best: precision (bfloat16|float32)/);
    expect(code).toBe(0);
  });
});
