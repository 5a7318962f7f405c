import { ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { type NestedNumbers, type Shape, Tensor, tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";

export interface DatasetParts {
  /** (rows, …): a tensor or nested arrays */
  readonly inputs: Tensor | NestedNumbers;
  /** a class number for each row; or for each token, a tensor or nested arrays (rows, tokens) */
  readonly labels?: ArrayLike<number> | Tensor | readonly (readonly number[])[];
  /** or targets that are not classes, (rows) or (rows, outputs) */
  readonly targets?: Tensor | NestedNumbers;
  /** the kind of `targets`; numbers by default */
  readonly kind?: Exclude<TargetKind, "classes">;
  /** a name for each class or output */
  readonly labelNames?: readonly string[];
  readonly name?: string;
}

/** Without `labelNames`, a larger class number is taken for a mistake, such as a customer number. */
const mostClasses = 1_000_000;

/**
 * A data set from arrays: datasetOf({ inputs: [[0, 1], [1, 1]], labels: [1, 0] }). Throws ShapeError if inputs and labels or
 * targets differ in their number of rows, or have no rows.
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
    const list = labels instanceof Tensor && labels.rank === 1 ? labels.data : labels;
    const tokens = tokenLabels(list);
    const count = tokens ? tokens.shape[0] : (list as ArrayLike<number> | undefined)?.length;
    if (count !== rows) throw rowsError(name, "labels", rows, count);
    const numbers = tokens ? tokens.data : Array.from(list as ArrayLike<number>);
    const names = namesOfClasses(numbers, labelNames, name);
    if (!tokens) return { ...common, labels: Int32Array.from(numbers), labelNames: names };
    const ofTokens = { kind: "classes", values: tokens.data, width: tokens.size / rows } as const;
    return { ...common, labels: new Int32Array(rows), labelNames: names, targets: ofTokens };
  }
  const y = targets instanceof Tensor ? targets : tensor(targets);
  if (y.shape[0] !== rows) throw rowsError(name, "targets", rows, y.shape[0]);
  const width = y.size / rows;
  const names = labelNames ?? (width === 1 ? ["target"] : Array.from({ length: width }, (_, i) => `target ${i}`));
  if (names.length !== width)
    throw new ShapeError(`${name}: labelNames: expected ${width}, one for each target, found ${names.length}`);
  return { ...common, labels: new Int32Array(rows), labelNames: names, targets: { kind, values: y.data, width } };
}

/** Labels (rows, tokens); undefined if `labels` is a list with one class for each row. */
function tokenLabels(labels: DatasetParts["labels"]): Tensor | undefined {
  if (labels instanceof Tensor) return labels;
  return Array.isArray(labels) && Array.isArray(labels[0]) ? tensor(labels as NestedNumbers) : undefined;
}

/** The given names, or "class 0", … Throws ShapeError for a label that is not a class number, and for more classes than names. */
function namesOfClasses(
  labels: ArrayLike<number>,
  labelNames: readonly string[] | undefined,
  name: string,
): readonly string[] {
  let classes = 1;
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0)
      throw new ShapeError(`${name}: labels[${i}]: expected a class number from 0, found ${labels[i]}`);
    classes = Math.max(classes, labels[i] + 1);
  }
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
  return names;
}

function rowsError(name: string, what: string, rows: number, found: number | undefined): ShapeError {
  return new ShapeError(`${name}: ${what}: expected ${rows}, one for each row of inputs, found ${found ?? "none"}`);
}
