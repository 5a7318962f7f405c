import { expect, test } from "vitest";
import {
  type Expression,
  evaluateExpression,
  formulaName,
  formulaPieces,
  shortenSums,
} from "../../../src/report/index.ts";

const entry = (array: string, index: readonly number[], value: number): Expression => ({
  ...{ kind: "entry", array, index, value },
});
const product = (...factors: Expression[]): Expression => ({ kind: "product", factors });
const line = (expression: Expression) => ({ symbol: "y", index: [2, 1], expression, value: 0 });
const text = (pieces: readonly string[]): string => pieces.map((piece) => piece.replaceAll(/<[^>]*>/g, "")).join(" ");

const linear: Expression = {
  kind: "sum",
  terms: [
    product(entry("x", [2, 0], 0.31), entry("w", [0, 1], -0.52)),
    product(entry("x", [2, 1], -1.5), entry("w", [1, 1], 2)),
    entry("b", [1], -0.25),
  ],
};

test("names and numbers of y = x·w + b, a piece for each term", () => {
  expect(text(formulaPieces(line(linear), "names"))).toBe("x2,0·w0,1 +x2,1·w1,1 +b1");
  expect(text(formulaPieces(line(linear), "numbers"))).toBe("0.31·(−0.52) +(−1.5)·2 −0.25");
  expect(text([formulaName(line(linear))])).toBe("y2,1");
});

test("a page knows which entry a number is", () => {
  const [first] = formulaPieces(line(linear), "numbers");
  expect(first).toContain('data-entry="x:2,0"');
  expect(first).toContain('class="entry of-w"');
});

test("sums in products, and fractions in roots", () => {
  const one: Expression = { kind: "number", value: 1 };
  const sum: Expression = { kind: "sum", terms: [one, { kind: "negative", of: entry("x", [0], 3) }] };
  expect(text(formulaPieces(line(product({ kind: "number", value: 2 }, sum)), "numbers"))).toBe("2·(1−3)");
  const difference: Expression = { kind: "sum", terms: [one, { kind: "negative", of: entry("x", [0], -3) }] };
  expect(text(formulaPieces(line(difference), "numbers"))).toBe("1 −(−3)");
});

test("a long sum keeps its first and last terms and the exact total of the others", () => {
  const terms = Array.from({ length: 100 }, (_, i) => entry("x", [i], i));
  const short = shortenSums({ kind: "sum", terms }, 5);
  expect(evaluateExpression(short)).toBe(4950);
  expect(text(formulaPieces(line(short), "numbers"))).toBe("0 +1 +[96 more: 4752] +98 +99");
  expect(text(formulaPieces(line(short), "names"))).toBe("x0 +x1 +⋯ +x98 +x99");
});

test("a mean of many is written in the line, so that it can be broken", () => {
  const over: Expression = { kind: "sum", terms: [1, -2, 3, 4].map((value, i) => entry("x", [i], value)) };
  const mean: Expression = { kind: "quotient", over, under: { kind: "number", value: 4, symbol: "N" } };
  expect(text(formulaPieces(line(mean), "numbers"))).toBe("(1 −2 +3 +4)/4");
  expect(text(formulaPieces(line(mean), "names"))).toBe("(x0 +x1 +x2 +x3)/N");
});

test("the largest of a long list is kept", () => {
  const of = [3, 9, 1, 7, 2, 5].map((value, i) => entry("x", [i], value));
  const short = shortenSums({ kind: "call", name: "max", of }, 4);
  expect(evaluateExpression(short)).toBe(9);
});

test("names from outside are text", () => {
  const [piece] = formulaPieces(line(entry("<b>", [0], 1)), "names");
  expect(piece).not.toContain("<b>");
});
