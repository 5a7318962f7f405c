import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { decodeReplay, RandomState, readCheckpoint, readRecord, replayStep } from "../../src/node.ts";
import { ringTable } from "../data/ringTable.ts";
import { commandsInNewFolder, on } from "./process.ts";

vi.setConfig({ testTimeout: 120_000 });

const { folder, handgrad } = commandsInNewFolder();
const table = ringTable(700, new RandomState(4));
writeFileSync(join(folder, "rings.csv"), table);

const fit = "train rings.csv --target where --epochs 100 --kernels wasm --checkpoint-every 7";
const modelOf = (run: string) => readFileSync(join(folder, run, "model.safetensors"));
const stepsOf = (run: string) => readCheckpoint(join(folder, run)).state.history.loss.length;

test("killed half-way and resumed: the same model, byte for byte, and the conclusion", async () => {
  const whole = handgrad(`${fit} --out whole --json whole.json --threads 1`);
  await handgrad(`${fit} --out killed --threads 1`, on("epoch 30/100", "SIGKILL"));
  expect(existsSync(join(folder, "killed/model.safetensors"))).toBe(false);
  expect(existsSync(join(folder, "killed/run.lock"))).toBe(true);
  const steps = stepsOf("killed");
  expect(steps).toBeGreaterThan(0);
  // Again, this time by Ctrl-C, which says how to continue
  const stopped = await handgrad(`${fit} --resume killed --threads 2`, on("epoch 60/100", "SIGINT"));
  expect(stopped.output).toContain(`resumed after ${steps} steps`);
  expect(stopped.output).toContain(
    `stopped after ${stepsOf("killed")} steps; continue with: handgrad train --resume killed`,
  );
  expect(stopped.output).not.toContain("verdict:");
  expect(stopped.code).toBe(130);
  expect(existsSync(join(folder, "killed/run.lock"))).toBe(false);
  const last = await handgrad("train --resume killed --json killed.json");
  expect(last.code, last.output).toBe(0);
  expect((await whole).code).toBe(0);
  expect(modelOf("killed").equals(modelOf("whole"))).toBe(true);
  const verdictOf = (text: string) => text.slice(text.indexOf("on 105 rows"), text.indexOf("results:"));
  expect(verdictOf(last.output)).toBe(verdictOf((await whole).output));
  const [one, other] = ["whole", "killed"].map((run) => readRecord(join(folder, run)));
  expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  // A run that is complete: only its test scores are computed again
  const again = await handgrad("train --resume killed");
  expect(again.output).toContain("verdict:");
  expect(modelOf("killed").equals(modelOf("whole"))).toBe(true);
});

test("other data and other settings are refused in a sentence", async () => {
  const quick = "--target where --epochs 2 --seed 5 --out quick";
  expect((await handgrad(`train rings.csv ${quick}`)).code).toBe(0);
  const refused = async (args: string, message: string) => {
    const { code, output } = await handgrad(args);
    expect(output).toContain(message);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(/^error: (--|\S+: expected --)/m.test(output) ? 2 : 1); // 2 where an option has to change
  };
  // The same numbers once they are standardized, but another unit
  const rows = table.split("\n").map((row) => row.split(","));
  for (const row of rows.slice(1, -1)) row[2] = String(Number(row[2]) * 1024);
  writeFileSync(join(folder, "other.csv"), rows.join("\n"));
  await refused("train other.csv --resume quick", "expected the data that its run was trained on");
  await refused("train other.csv --resume quick", join(folder, "rings.csv"));
  await refused(
    "train rings.csv --resume quick --epochs 1",
    "--epochs: expected at least 2, as at the start of the run, found 1",
  );
  await refused("train rings.csv --resume quick --seed 6", "--seed: expected 5, as at the start of the run, found 6");
  await refused(
    "train rings.csv --resume quick --hidden 4,4",
    "--hidden: expected [7,64,64,2], as at the start of the run, found [7,4,4,2]",
  );
  await refused(
    "train rings.csv --resume quick --target x",
    '--target: expected "where", as at the start of the run, found "x"',
  );
  await refused(
    "train rings.csv --resume quick --out elsewhere",
    "--out: a resumed run stays in its folder: expected quick, found elsewhere",
  );
  await refused(`train rings.csv ${quick}`, "it contains a run; resume it with --resume");
  await refused("train --resume nothing", "nothing: no such run folder");
  await refused("train rings.csv", "expected --target with the column to predict");
  // The same command again is none of these
  expect((await handgrad(`train rings.csv ${quick} --resume quick`)).code).toBe(0);
});

test("a failed step of a regression can be repeated", async () => {
  const numbers = Array.from({ length: 300 }, (_, i) => `${i / 300},${i * i + 0.5}`);
  writeFileSync(join(folder, "square.csv"), `x,y\n${numbers.join("\n")}\n`);
  const { code, output } = await handgrad(
    "train square.csv --target y --learning-rate 1e38 --epochs 20 --out exploded",
  );
  expect(code, output).toBe(1);
  const [, file] = /handgrad replay (\S+)/.exec(output) ?? [];
  const replay = decodeReplay(readFileSync(join(folder, file)), { name: file });
  expect(output).toContain(replayStep(replay)?.message);
});
