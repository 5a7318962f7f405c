import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, exportModel, importModel, parseCsv, predictTable, wasmKernels } from "handgrad";
import { describe, expect, test } from "vitest";
import { emptyDrawing, onGrid } from "../../../web/app/playground/data/ownPoints.ts";
import { pointsOf } from "../../../web/app/playground/data/parts.ts";
import { codeOf } from "../../../web/app/playground/files/code.ts";
import { modelOfState, readModelFile } from "../../../web/app/playground/files/modelFile.ts";
import { pointsAsCsv } from "../../../web/app/playground/files/pointsCsv.ts";
import { defaultState, outputNames, type PlaygroundState, withChange } from "../../../web/app/playground/state.ts";
import { Session } from "../../../web/app/playground/training/session.ts";
import { folderInPackage } from "../../temporaryFolder.ts";

const folder = folderInPackage("playground-");

const own = {
  ...emptyDrawing,
  classNames: ['a "quoted", name', "b"],
  points: [
    ...Array.from({ length: 20 }, (_, i) => [onGrid(-3 + i / 10), 1.5, 0] as const),
    ...Array.from({ length: 20 }, (_, i) => [onGrid(-1 + i / 10), -1.5, 1] as const),
  ],
  x: { name: "height", centre: 10, unit: 2 },
};

const states: Readonly<Record<string, PlaygroundState>> = {
  classes: withChange(defaultState, {
    inputs: ["x", "y", "xx", "sinx"],
    layers: [{ units: 3, activation: "gelu", norm: "batch", dropout: 20 }],
  }),
  "one against all": withChange(defaultState, {
    data: "rings",
    loss: "binaryCrossEntropy",
    schedule: "cosine",
    span: 4,
  }),
  "squared error of classes": withChange(defaultState, {
    loss: "meanSquaredError",
    regularization: "l1",
    lambda: 0.01,
  }),
  numbers: withChange(defaultState, { data: "bumps", optimizer: "rmsprop", options: { alpha: 0.9 }, points: 100 }),
  "own points": withChange(defaultState, { data: "own", own }),
};

describe.each(Object.entries(states))("%s", (_, state) => {
  const { train, validation } = pointsOf(state);
  const epochs = 4;
  const trained = (): Session => {
    const session = new Session(state, wasmKernels({ threads: 1, strict: true }));
    while (session.epoch < epochs) session.finishEpoch();
    return session;
  };

  test("the exported program trains the same network: the same last loss, to the bit", { timeout: 60_000 }, () => {
    const session = new Session(state, wasmKernels({ threads: 1, strict: true }));
    const losses = Array.from({ length: epochs * session.stepsPerEpoch }, () => session.step());
    const program = join(folder, "playground.ts");
    writeFileSync(program, codeOf(state, { epochs, link: "https://example.com/#/playground" }));
    const printed = execFileSync(process.execPath, ["--conditions=handgrad-source", program], { encoding: "utf8" });
    expect(printed.trim().split("\n").at(-1)).toBe(`loss of the last batch: ${losses.at(-1)}`);
    expect(printed).toContain(`epoch ${epochs}: `);
    expect(printed).not.toContain(`epoch ${epochs + 1}: `);
  });

  test("the saved model comes back with its state and weights", async () => {
    const session = trained();
    const bytes = encodeModel(modelOfState(state, session.save(), train.length));
    const read = await readModelFile(bytes, "playground.safetensors");
    expect(read.weights).toEqual(session.save());
    const again = new Session(read.state, wasmKernels({ threads: 1, strict: true }));
    again.load(read.weights);
    expect(again.training()).toEqual(session.training());
  });

  test("the library predicts with the model for the exported points, and is as often right", () => {
    const session = trained();
    const model = modelOfState(state, session.save(), train.length);
    const table = parseCsv(pointsAsCsv(state, validation), { name: "playground.csv" });
    const predicted = predictTable(model, table);
    if (predicted.kind === "number") {
      const mean = validation.reduce((sum, point) => sum + point[2] / validation.length, 0);
      const sum = (of: (row: number) => number) => validation.reduce((total, _, row) => total + of(row) ** 2, 0);
      const errors = sum((row) => predicted.values[row] - validation[row][2]);
      expect(1 - errors / sum((row) => validation[row][2] - mean)).toBeCloseTo(session.validation()?.score ?? 0, 5);
      return;
    }
    const names = outputNames(state);
    const right = validation.filter((point, row) => predicted.rankings[row][0].label === names[point[2]]).length;
    expect(right / validation.length).toBe(session.validation()?.score);
  });

  test("it leaves as ONNX and comes back", async () => {
    const bytes = exportModel(modelOfState(state, trained().save(), train.length), "onnx");
    const { labelNames } = await importModel(bytes, { name: "playground.onnx" });
    expect(labelNames).toEqual(outputNames(state));
  });
});

test("a model of another training is refused in words", async () => {
  const session = new Session(defaultState, wasmKernels({ threads: 1, strict: true }));
  const { training: _, ...model } = modelOfState(defaultState, session.save(), 150);
  await expect(readModelFile(encodeModel(model), "other.safetensors")).rejects.toThrow(
    "other.safetensors: expected a model that the playground saved, found one of another training",
  );
});
