import type { Mistake, Quantities } from "../../exercise.ts";
import { columnSums, mapped, quantity, transposed } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type EmbeddingCase, gathered, type Scattering, scattered } from "./formulas.ts";

const counts = ({ x, w }: EmbeddingCase): number[] =>
  Array.from({ length: w.shape[0] }, (_, token) => x.data.filter((one) => one === token).length);

const inForward = (cause: string, message: string, y: (one: EmbeddingCase) => Quantity): Mistake<EmbeddingCase> => ({
  cause,
  message,
  results: (one) => ({ y: y(one) }),
});

const inBackward = (cause: string, message: string, scattering: Scattering): Mistake<EmbeddingCase> => ({
  cause,
  message,
  results: (one) => ({ dw: scattered(one, scattering) }),
});

const both = (cause: string, message: string, results: (one: EmbeddingCase) => Quantities): Mistake<EmbeddingCase> => ({
  cause,
  message,
  results,
});

export const mistakes: readonly Mistake<EmbeddingCase>[] = [
  ...[1, -1].flatMap((by) => {
    const words = `tokens are counted from ${by === 1 ? "−1" : "1"}: each token selects the row ${by === 1 ? "behind" : "before"} its own`;
    const entry =
      ({ w }: EmbeddingCase) =>
      (token: number, c: number): number =>
        w.data[(token + by) * w.shape[1] + c];
    return [
      both("off-by-one", words, (one) => ({
        y: gathered(one, entry(one)),
        dw: scattered(one, { row: (token) => token + by }),
      })),
      inForward("off-by-one", words, (one) => gathered(one, entry(one))),
      inBackward("off-by-one", `in backward, ${words}`, { row: (token) => token + by }),
    ];
  }),
  inForward("wrong-layout", "w is read as (width, tokens): each token selects a column", (one) =>
    gathered(one, (token, c) => one.w.data[c * one.w.shape[0] + token]),
  ),
  inForward(
    "wrong-layout",
    "the position in w is the token plus the column; a row has as many numbers as w has columns",
    (one) => gathered(one, (token, c) => one.w.data[token + c]),
  ),
  inForward("wrong-layout", "the position in w contains the number of tokens and not the width of a row", (one) =>
    gathered(one, (token, c) => one.w.data[token * one.w.shape[0] + c]),
  ),
  inForward("wrong-input", "y has the rows of w in their order; the tokens are not used", (one) => {
    const all = gathered(one);
    return quantity(
      all.shape,
      all.data.map((_, at) => one.w.data[at] ?? Number.NaN),
    );
  }),
  inForward("wrong-input", "y has the row of the position in the sequence and not of the token", ({ x, w, ...one }) =>
    gathered({
      ...one,
      w,
      x: quantity(
        x.shape,
        x.data.map((_, at) => at % x.shape[1]),
      ),
    }),
  ),
  inForward("extra-factor", "the rows are multiplied by their tokens", (one) =>
    gathered(one, (token, c) => token * one.w.data[token * one.w.shape[1] + c]),
  ),
  inForward("one-example", "all examples get the rows of the first one", ({ x, ...one }) =>
    gathered({
      ...one,
      x: quantity(
        x.shape,
        x.data.map((_, at) => x.data[at % x.shape[1]]),
      ),
    }),
  ),
  inForward("extra-factor", "the rows are multiplied by √width, which is not in the formula", (one) =>
    gathered(one, (token, c) => Math.sqrt(one.w.shape[1]) * one.w.data[token * one.w.shape[1] + c]),
  ),
  inForward("one-column", "all numbers of a row are its first one", (one) =>
    gathered(one, (token) => one.w.data[token * one.w.shape[1]]),
  ),
  inForward("shape", "y is one-hot: the product with w is missing", ({ x, w }) =>
    quantity(
      [...x.shape, w.shape[0]],
      [...x.data].flatMap((token) => Array.from({ length: w.shape[0] }, (_, c) => Number(c === token))),
    ),
  ),
  inBackward("overwritten", "a token that occurs several times gets the last dy only; dw is a sum", {
    add: (_before, gradient) => gradient,
  }),
  inBackward("overwritten", "a token that occurs several times gets the first dy only; dw is a sum", {
    add: (before, gradient, occurrence) => (occurrence === 0 ? gradient : before),
  }),
  both("extra-1/N", "dw is a mean over the occurrences of each token; it is their sum", (one) => ({
    dw: mapped(scattered(one), (value, at) => value / Math.max(1, counts(one)[Math.floor(at / one.w.shape[1])])),
  })),
  inBackward("extra-factor", "dw is multiplied by the token", {
    add: (before, gradient, _occurrence, token) => before + token * gradient,
  }),
  inBackward("wrong-input", "dw has each dy at its position in the batch and not at its token", {
    row: (_token, at) => at,
  }),
  both("wrong-input", "dw has each dy at its position in the sequence and not at its token", (one) => ({
    dw: scattered(one, { row: (_token, at) => at % one.x.shape[1] }),
  })),
  inBackward("missing-dy", "dw counts the tokens; dy is missing", { add: (before) => before + 1 }),
  inBackward("sign", "the dy of each token are subtracted", { add: (before, gradient) => before - gradient }),
  inBackward("one-example", "dw contains the first example of the batch only", { only: (at, x) => at < x.shape[1] }),
  inBackward("one-example", "dw contains the last example of the batch only", {
    only: (at, x) => at >= x.data.length - x.shape[1],
  }),
  inBackward("wrong-layout", "dw is written as (width, tokens)", { place: (r, c, [tokens]) => c * tokens + r }),
  inBackward(
    "wrong-layout",
    "the position in dw is the token plus the column; a row has as many numbers as w has columns",
    { place: (r, c) => r + c },
  ),
  inBackward("wrong-layout", "the position in dw contains the number of tokens and not the width of a row", {
    place: (r, c, [tokens]) => r * tokens + c,
  }),
  inBackward("one-column", "only the first number of each row of dw is set", {
    place: (r, c, [, width]) => (c === 0 ? r * width : -1),
  }),
  both("extra-term", "dw contains w: the gradients are added to a copy of the table", (one) => ({
    dw: mapped(scattered(one), (value, at) => value + one.w.data[at]),
  })),
  both("extra-factor", "dw contains the factor w", (one) => ({
    dw: mapped(scattered(one), (value, at) => value * one.w.data[at]),
  })),
  both("all-rows", "every row of dw is the sum of all dy; only the rows of the tokens get theirs", ({ w, dy }) => {
    const width = w.shape[1];
    const sums = columnSums(quantity([dy.data.length / width, width], dy.data));
    return { dw: mapped(w, (_, at) => sums.data[at % width]) };
  }),
  both("transposed", "dw is transposed", (one) => ({ dw: transposed(scattered(one)) })),
  both("shape", "dw has the shape of y: the dy of equal tokens are not added", ({ dy }) => ({ dw: dy })),
];
