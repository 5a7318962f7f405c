import type { Case } from "../../exercise.ts";
import { quantity, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface ScoresCase extends Case {
  readonly scores: Quantity;
  readonly labels: readonly number[];
}

export const rows = ({ shape: [count, classes], data }: Quantity): number[][] =>
  Array.from({ length: count }, (_, i) => [...data.slice(i * classes, (i + 1) * classes)]);

export type Choose = (row: readonly number[]) => number;

export const first: Choose = (row) => row.indexOf(Math.max(...row));

export const hot = ({ scores, labels }: ScoresCase, at = (label: number): number => label): Quantity => {
  const classes = scores.shape[1];
  return quantity(
    [labels.length, classes],
    labels.flatMap((label) => Array.from({ length: classes }, (_, c) => Number(c === at(label)))),
  );
};

export const vector = (numbers: readonly number[]): Quantity => quantity([numbers.length], numbers);

export const share = (hits: number, one: ScoresCase): Quantity => scalar(hits / one.labels.length);

export const hits = ({ scores, labels }: ScoresCase, choose: Choose = first): number =>
  rows(scores).filter((row, i) => choose(row) === labels[i]).length;
