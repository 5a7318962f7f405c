import { ShapeError } from "../../tensor/errors.ts";
import { placeOfIndex } from "../../tensor/places.ts";
import type { Shape, Tensor } from "../../tensor/tensor.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { type EntryNumber, type Expression, evaluateExpression, number, sum } from "./expression.ts";

/** One line of a formula with numbers: μ[1] = (0.3 + 0.5)/2 = 0.4. */
export interface FormulaLine {
  /** "μ", or the name of an array: "y" */
  readonly symbol: string;
  readonly index: readonly number[];
  readonly expression: Expression;
  readonly value: number;
  /** the line is θ ← …, which uses the old number of its own symbol */
  readonly assigns?: true;
}

/** An entry of an array as a formula with its numbers: lines for intermediate results, and the entry in the last line. */
export type EntryFormula = readonly FormulaLine[];

export type EntryOf = (of: TracedLayer, index: readonly number[]) => EntryFormula;

/** How the entries of a kind of layer are computed. */
export interface LayerEntries {
  /** y[index] */
  readonly y: EntryOf;
  /** ∂J/∂x at index */
  readonly dx: EntryOf;
  /** ∂J/∂ of its parameters, by key */
  readonly parameters?: Readonly<Record<string, EntryOf>>;
}

/** Reads entries of one array: `read(2, 1)` is x[2, 1] with its number. */
export type Reader = (...index: readonly number[]) => EntryNumber;

export function reader(array: string, { shape, data }: Tensor): Reader {
  return (...index) => ({ kind: "entry", array, index, value: data[placeOfIndex(index, shape)] });
}

/** A parameter or buffer of a layer by its key. Throws ShapeError for a key that it does not have. */
export function tensorOf({ layer, parameters, buffers }: TracedLayer, key: string): Tensor {
  const found = [...parameters, ...buffers].find((each) => each.key === key);
  if (found) return found.value;
  throw new ShapeError(`${layer.describe()}: there is no parameter called ${key}`);
}

/** Readers of the arrays of a layer; those of parameters by key: `w`. */
export function readers(of: TracedLayer) {
  return {
    x: reader("x", of.x),
    y: reader("y", of.y),
    dx: reader("dx", of.dx),
    dy: reader("dy", of.dy),
    of: (key: string): Reader => reader(key, tensorOf(of, key)),
    gradient: (key: string): Reader => {
      const found = of.parameters.find((each) => each.key === key);
      if (found) return reader(`d${key}`, found.gradient);
      throw new ShapeError(`${of.layer.describe()}: there is no trained parameter called ${key}`);
    },
  };
}

/** The line of an entry of an array, with the value that the layer computed. */
export function entryLine({ array, index, value }: EntryNumber, expression: Expression): FormulaLine {
  return { symbol: array, index, expression, value };
}

/** A line for an intermediate result, and its number for later lines. */
export function step(symbol: string, index: readonly number[], expression: Expression): [FormulaLine, Expression] {
  const value = evaluateExpression(expression);
  return [{ symbol, index, expression, value }, number(value, symbol, index.length > 0 ? index : undefined)];
}

/** 0, 1, … */
export const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** All indices of a shape, in row-major order. */
export function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => range(length).map((i) => [...index, i])),
    [[]],
  );
}

/** Σ over a list; 0 for an empty one. */
export function total<Item>(items: readonly Item[], term: (item: Item) => Expression): Expression {
  return items.length === 0 ? number(0) : sum(...items.map(term));
}
