import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { decodeReplay, RandomState, readCheckpoint, readRecord, replayStep } from "../../src/node.ts";
import { ringTable } from "../data/ringTable.ts";
import { handgradIn, on } from "./process.ts";

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "handgrad-fit-resume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const table = ringTable(700, new RandomState(4));
writeFileSync(join(folder, "rings.csv"), table);

const handgrad = (args: string, onOutput?: Parameters<typeof handgradIn>[2]) =>
  handgradIn(folder, args.split(" "), onOutput);
const fit = "fit rings.csv --target where --epochs 100 --kernels wasm --checkpoint-every 7";
const modelOf = (run: string) => readFileSync(join(folder, run, "model.safetensors"));
const stepsOf = (run: string) => readCheckpoint(join(folder, run)).state.history.loss.length;

test("killed half-way and resumed: the same model, byte for byte, and the verdict", async () => {
  const whole = handgrad(`${fit} --out whole --json whole.json --threads 1`);
  await handgrad(`${fit} --out killed --threads 1`, on("epoch 31/100", "SIGKILL"));
  expect(existsSync(join(folder, "killed/model.safetensors"))).toBe(false);
  expect(existsSync(join(folder, "killed/run.lock"))).toBe(true);
  const steps = stepsOf("killed");
  expect(steps).toBeGreaterThan(0);
  // Once more, this time by Ctrl-C, which says how to go on
  const stopped = await handgrad(`${fit} --resume killed --threads 2`, on("epoch 61/100", "SIGINT"));
  expect(stopped.output).toContain(`resumed after ${steps} steps`);
  expect(stopped.output).toContain(
    `stopped after ${stepsOf("killed")} steps; go on with: handgrad fit --resume killed`,
  );
  expect(stopped.output).not.toContain("verdict:");
  expect(stopped.code).toBe(130);
  expect(existsSync(join(folder, "killed/run.lock"))).toBe(false);
  const last = await handgrad("fit --resume killed --json killed.json");
  expect(last.code, last.output).toBe(0);
  expect((await whole).code).toBe(0);
  expect(modelOf("killed").equals(modelOf("whole"))).toBe(true);
  const verdictOf = (text: string) => text.slice(text.indexOf("on 105 rows"), text.indexOf("best epoch"));
  expect(verdictOf(last.output)).toBe(verdictOf((await whole).output));
  const [one, other] = ["whole", "killed"].map((run) => readRecord(join(folder, run)));
  expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  // A run that is complete: only its verdict is made again
  const again = await handgrad("fit --resume killed");
  expect(again.output).toContain("verdict:");
  expect(modelOf("killed").equals(modelOf("whole"))).toBe(true);
});

test("other data and other settings are refused in a sentence", async () => {
  const quick = "--target where --epochs 2 --seed 5 --out quick";
  expect((await handgrad(`fit rings.csv ${quick}`)).code).toBe(0);
  const refused = async (args: string, message: string) => {
    const { code, output } = await handgrad(args);
    expect(output).toContain(message);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  };
  // The same numbers once they are standardized, but another unit
  const rows = table.split("\n").map((row) => row.split(","));
  for (const row of rows.slice(1, -1)) row[2] = String(Number(row[2]) * 1024);
  writeFileSync(join(folder, "other.csv"), rows.join("\n"));
  await refused("fit other.csv --resume quick", `trained on other data`);
  await refused("fit other.csv --resume quick", `it was ${join(folder, "rings.csv")}; if that has changed`);
  await refused("fit rings.csv --resume quick --epochs 3", "--epochs 3: the run was begun with 2");
  await refused("fit rings.csv --resume quick --seed 6", "--seed 6: the run was begun with 5");
  await refused("fit rings.csv --resume quick --hidden 4,4", "--hidden 4,4: the run was begun with 64,64");
  await refused("fit rings.csv --resume quick --out elsewhere", "a resumed run stays in its folder, quick");
  await refused(`fit rings.csv ${quick}`, "there is a run in it; go on with --resume quick");
  await refused("train --resume quick", "a run of `handgrad fit`; go on with: handgrad fit --resume quick");
  await refused("fit --resume nothing", "nothing: there is no such run folder");
  await refused("fit", "fit what? Name a file or a folder");
  // The same command again is none of these
  expect((await handgrad(`fit rings.csv ${quick} --resume quick`)).code).toBe(0);
});

test("a step of regression that fails can be made again", async () => {
  const numbers = Array.from({ length: 300 }, (_, i) => `${i / 300},${i * i + 0.5}`);
  writeFileSync(join(folder, "square.csv"), `x,y\n${numbers.join("\n")}\n`);
  const { code, output } = await handgrad("fit square.csv --target y --learning-rate 1e38 --epochs 20 --out exploded");
  expect(code, output).toBe(1);
  const [, file] = /handgrad replay (\S+)/.exec(output) ?? [];
  const replay = decodeReplay(readFileSync(join(folder, file)), { name: file });
  expect(output).toContain(replayStep(replay)?.message);
});
