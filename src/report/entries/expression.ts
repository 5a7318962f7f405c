import { normalDistribution } from "../../kernels/activations.ts";
import { exp, tanh } from "../../mathematics/exponential.ts";
import { log } from "../../mathematics/logarithm.ts";
import { pow } from "../../mathematics/power.ts";
import { HandgradError } from "../../tensor/errors.ts";

/** An entry of an array, such as x[2, 1], with its value. */
export interface EntryNumber {
  readonly kind: "entry";
  /** "x", "y", "dx", "dy", the key of a parameter, or "d" and the key */
  readonly array: string;
  readonly index: readonly number[];
  readonly value: number;
}

/** How two sides are compared in [a > b], which is 1 or 0. */
export type Relation = ">" | "≥" | "≤" | "<" | "=";

/** A formula with its numbers, as a tree of plain data: what is shown, and what can be computed again. */
export type Expression =
  | EntryNumber
  /** a constant, or a number computed on a line before, which then has a symbol */
  | {
      readonly kind: "number";
      readonly value: number;
      readonly symbol?: string | undefined;
      readonly index?: readonly number[] | undefined;
    }
  /** terms that a long sum leaves out, with their total */
  | { readonly kind: "rest"; readonly terms: number; readonly value: number }
  | { readonly kind: "sum"; readonly terms: readonly Expression[] }
  | { readonly kind: "product"; readonly factors: readonly Expression[] }
  | { readonly kind: "quotient"; readonly over: Expression; readonly under: Expression }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: number }
  | { readonly kind: "root"; readonly of: Expression }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "call"; readonly name: FunctionName; readonly of: readonly Expression[] }
  | {
      readonly kind: "indicator";
      readonly left: Expression;
      readonly relation: Relation;
      readonly right: Expression;
    };

const functions = {
  exp,
  log,
  tanh,
  max: Math.max,
  min: Math.min,
  abs: (x: number) => Math.abs(x),
  sign: (x: number) => Math.sign(x),
  σ: (x: number) => 1 / (1 + exp(-x)),
  Φ: normalDistribution,
  φ: (x: number) => exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
};

export type FunctionName = keyof typeof functions;

const relations: Readonly<Record<Relation, (left: number, right: number) => boolean>> = {
  ">": (left, right) => left > right,
  "≥": (left, right) => left >= right,
  "≤": (left, right) => left <= right,
  "<": (left, right) => left < right,
  "=": (left, right) => left === right,
};

export const number = (value: number, symbol?: string, index?: readonly number[]): Expression => ({
  kind: "number",
  value,
  ...(symbol !== undefined && { symbol }),
  ...(index && { index }),
});
export const sum = (...terms: readonly Expression[]): Expression =>
  terms.length === 1 ? terms[0] : { kind: "sum", terms };
export const product = (...factors: readonly Expression[]): Expression => ({ kind: "product", factors });
export const quotient = (over: Expression, under: Expression): Expression => ({ kind: "quotient", over, under });
export const square = (base: Expression): Expression => ({ kind: "power", base, exponent: 2 });
export const root = (of: Expression): Expression => ({ kind: "root", of });
export const negative = (of: Expression): Expression => ({ kind: "negative", of });
export const minus = (left: Expression, right: Expression): Expression => sum(left, negative(right));
export const call = (name: FunctionName, ...of: readonly Expression[]): Expression => ({ kind: "call", name, of });
/** [left relation right]: 1 or 0 */
export const indicator = (left: Expression, relation: Relation, right: Expression): Expression => ({
  ...{ kind: "indicator", left, relation, right },
});

/** The value of an expression. */
export function evaluateExpression(of: Expression): number {
  const value = evaluateExpression;
  switch (of.kind) {
    case "entry":
    case "number":
    case "rest":
      return of.value;
    case "sum":
      return of.terms.reduce((total, term) => total + value(term), 0);
    case "product":
      return of.factors.reduce((result, factor) => result * value(factor), 1);
    case "quotient":
      return value(of.over) / value(of.under);
    case "power":
      return of.exponent === 2 ? value(of.base) * value(of.base) : pow(value(of.base), of.exponent);
    case "root":
      return Math.sqrt(value(of.of));
    case "negative":
      return -value(of.of);
    case "call":
      return functions[of.name](...(of.of.map(value) as [number]));
    case "indicator":
      return relations[of.relation](value(of.left), value(of.right)) ? 1 : 0;
  }
}

/** The direct parts of an expression. */
function partsOf(of: Expression): readonly Expression[] {
  switch (of.kind) {
    case "sum":
      return of.terms;
    case "product":
      return of.factors;
    case "quotient":
      return [of.over, of.under];
    case "power":
      return [of.base];
    case "root":
    case "negative":
      return [of.of];
    case "call":
      return of.of;
    case "indicator":
      return [of.left, of.right];
    default:
      return [];
  }
}

/** The entries of arrays that an expression uses, in the order of the formula. */
export function sourcesOf(of: Expression): EntryNumber[] {
  return of.kind === "entry" ? [of] : partsOf(of).flatMap(sourcesOf);
}

/** The first and the last parts of a long list, with one part in place of those between them. */
function shortened(
  parts: readonly Expression[],
  most: number,
  together: (parts: readonly Expression[]) => Expression,
): readonly Expression[] {
  if (parts.length <= most) return parts;
  const first = Math.ceil((most - 1) / 2);
  const end = parts.length - (most - 1 - first);
  const middle = parts.slice(first, end);
  const rest: Expression = { kind: "rest", terms: middle.length, value: evaluateExpression(together(middle)) };
  return [...parts.slice(0, first), rest, ...parts.slice(end)];
}

/**
 * The expression with long sums and long argument lists (such as those of a maximum) shortened in the middle: of more than `most` terms,
 * the first and the last stay, and one part shows the number and the total of the others. Throws HandgradError for fewer than 3.
 */
export function shortenSums(of: Expression, most = 6): Expression {
  if (!(most >= 3)) throw new HandgradError(`shortenSums: expected at least 3 terms, found ${most}`);
  const shorter = (part: Expression): Expression => shortenSums(part, most);
  switch (of.kind) {
    case "sum":
      return { ...of, terms: shortened(of.terms, most, (terms) => ({ kind: "sum", terms })).map(shorter) };
    case "product":
      return { ...of, factors: of.factors.map(shorter) };
    case "quotient":
      return { ...of, over: shorter(of.over), under: shorter(of.under) };
    case "power":
      return { ...of, base: shorter(of.base) };
    case "root":
    case "negative":
      return { ...of, of: shorter(of.of) };
    case "call":
      return { ...of, of: shortened(of.of, most, (terms) => ({ ...of, of: terms })).map(shorter) };
    case "indicator":
      return { ...of, left: shorter(of.left), right: shorter(of.right) };
    default:
      return of;
  }
}
