import { ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { type NestedNumbers, type Shape, Tensor, tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";

export interface DatasetParts {
  /** (rows, …): a tensor or nested arrays */
  readonly inputs: Tensor | NestedNumbers;
  /** a class number for each row */
  readonly labels?: ArrayLike<number>;
  /** or what else rows are trained for, (rows) or (rows, outputs) */
  readonly targets?: Tensor | NestedNumbers;
  /** of `targets`: numbers by default */
  readonly kind?: Exclude<TargetKind, "classes">;
  /** one for each class or output */
  readonly labelNames?: readonly string[];
  readonly name?: string;
}

/** Without names for them, a class with a greater number is a mistake, such as the number of a customer. */
const mostClasses = 1_000_000;

/**
 * A data set from arrays: datasetOf({ inputs: [[0, 1], [1, 1]], labels: [1, 0] }). Throws ShapeError where inputs and labels or
 * targets are not of the same number of rows, or there are none.
 */
export function datasetOf({
  inputs,
  labels,
  targets,
  kind = "numbers",
  labelNames,
  name = "data",
}: DatasetParts): Dataset {
  const x = inputs instanceof Tensor ? inputs : tensor(inputs);
  const [rows] = x.shape;
  if (x.rank < 2 || rows === 0)
    throw new ShapeError(`${name}: inputs: expected (rows, …) with at least one row, found (${x.shape})`);
  const inputShape: Shape = x.shape.slice(1);
  const common = { name, inputs: x.data, inputShape };
  if (targets === undefined) {
    if (labels?.length !== rows) throw rowsError(name, "labels", rows, labels?.length);
    const wrong = Array.from(labels).findIndex((label) => !Number.isInteger(label) || label < 0);
    if (wrong >= 0)
      throw new ShapeError(`${name}: labels[${wrong}]: expected a class number from 0, found ${labels[wrong]}`);
    const classes = Array.from(labels).reduce((most, label) => Math.max(most, label), 0) + 1;
    if (!labelNames && classes > mostClasses)
      throw new ShapeError(
        `${name}: labels: expected classes below ${mostClasses}, numbered from 0, found ${classes - 1}`,
      );
    const names = labelNames ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
    if (classes > names.length) {
      throw new ShapeError(
        `${name}: labels: expected classes below ${names.length}, one for each name, found ${classes - 1}`,
      );
    }
    return { ...common, labels: Int32Array.from(labels), labelNames: names };
  }
  const y = targets instanceof Tensor ? targets : tensor(targets);
  if (y.shape[0] !== rows) throw rowsError(name, "targets", rows, y.shape[0]);
  const width = y.size / rows;
  const names = labelNames ?? (width === 1 ? ["target"] : Array.from({ length: width }, (_, i) => `target ${i}`));
  if (names.length !== width)
    throw new ShapeError(`${name}: labelNames: expected ${width}, one for each target, found ${names.length}`);
  return { ...common, labels: new Int32Array(rows), labelNames: names, targets: { kind, values: y.data, width } };
}

function rowsError(name: string, what: string, rows: number, found: number | undefined): ShapeError {
  return new ShapeError(`${name}: ${what}: expected ${rows}, one for each row of inputs, found ${found ?? "none"}`);
}
