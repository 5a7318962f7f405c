import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { LinesFigure, Series } from "../../src/report/figures/figure.ts";
import { accuracyPoints } from "../../src/report/runFigures.ts";

interface StoredRun {
  readonly train_acc: readonly number[];
  readonly val_acc: readonly number[];
}

const file = resolve(import.meta.dirname, "../../reference/runs.json");

/** The assignment's comparison, from the stored runs that `handgrad reproduce` repeats digit for digit. */
export function regularizersFigure(): LinesFigure {
  const runs: Readonly<Record<string, StoredRun>> = JSON.parse(readFileSync(file, "utf8"));
  const names = { sgd: "SGD alone", l1: "L1", l2: "L2", sgdw: "weight decay" };
  const series = (accuracies: (run: StoredRun) => readonly number[]): Series[] =>
    Object.entries(names).map(([key, name], style) => {
      // weight decay and this L2 are the same method, so one is a broad line below the other
      const draw = key === "sgdw" ? ("wide" as const) : ("line" as const);
      return { name, style, draw, points: accuracyPoints(accuracies(runs[key])) };
    });
  const epoch = { title: "epoch", scale: "whole" } as const;
  return {
    kind: "lines",
    id: "regularizers",
    caption: "",
    description:
      "Training and validation accuracy over 50 epochs of the same network trained with SGD alone, with L1, with L2 and with weight decay",
    panels: [
      { x: epoch, y: { title: "training accuracy (%)" }, series: series(({ train_acc }) => train_acc) },
      { x: epoch, y: { title: "validation accuracy (%)" }, series: series(({ val_acc }) => val_acc) },
    ],
  };
}
