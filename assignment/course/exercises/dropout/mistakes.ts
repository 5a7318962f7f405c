import type { Found, Mistake, Quantities } from "../../exercise.ts";
import { close, mapped, sameShape, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type DropoutCase, dropsNothing, masked, maskOf, names, wrongFractions } from "./formulas.ts";

const { kept, rows, columns, y, dx, evaluated, dxEvaluated, repeated, renewed, secondDx } = names;

const mistake = (
  cause: string,
  message: string,
  results: (one: DropoutCase, right: Quantities, found: Found) => Partial<Quantities>,
): Mistake<DropoutCase> => ({
  cause,
  message,
  results: (one, right, found) => (dropsNothing(one) ? right : results(one, right, found)),
});

/** Factors of kept entries that mistakes lead to. */
const factors: readonly { readonly of: (keep: number) => number; readonly cause: string; readonly words: string }[] = [
  { of: () => 1, cause: "unscaled", words: "kept entries are not scaled: they must be divided by keepProbability" },
  {
    of: (keep) => keep,
    cause: "inverse",
    words: "kept entries are multiplied with keepProbability where they should be divided by it",
  },
  {
    of: (keep) => 1 / (1 - keep),
    cause: "keep-drop-swapped",
    words: "kept entries are divided by 1 − keepProbability instead of keepProbability",
  },
  {
    of: (keep) => 1 - keep,
    cause: "keep-drop-swapped",
    words: "kept entries are multiplied with 1 − keepProbability where they should be divided by keepProbability",
  },
  { of: (keep) => 1 / keep ** 2, cause: "scaled-twice", words: "kept entries are divided by keepProbability twice" },
  {
    of: (keep) => 1 / Math.sqrt(keep),
    cause: "wrong-scale",
    words: "kept entries are divided by the root of keepProbability",
  },
  { of: () => 2, cause: "keep-unused", words: "kept entries are doubled whatever keepProbability is" },
  { of: (keep) => -1 / keep, cause: "sign", words: "kept entries have the wrong sign" },
];

const complement = (mask: Quantity): Quantity => mapped(mask, (value) => 1 - value);

/** The mask that a result shows, if it is another one than that of forward. */
const otherMask = (result: Quantity | undefined, x: Quantity): Quantity =>
  result && result.data.length === x.data.length ? maskOf(result) : mapped(x, () => Number.NaN);

const isShare = (found: Quantity | undefined, share: number): boolean => found?.data[0] === share;

/** Whether one factor, which may be 0, leads from x to the result. */
function isMultiple(result: Quantity | undefined, x: Quantity): boolean {
  if (!result || !sameShape(result.shape, x.shape)) return false;
  const factor = result.data[0] / x.data[0];
  return close(
    result,
    mapped(x, (value) => factor * value),
    1e-8,
  );
}

/** All rows and all columns are equal. */
const oneMask = ({ shape }: Quantity): Partial<Quantities> => ({
  [rows]: scalar(1 / shape[0]),
  [columns]: scalar(1 / (shape[1] ?? 1)),
});

/** Forward and backward share a mistake. */
const both: Mistake<DropoutCase>[] = [
  mistake(
    "training-evaluation-swapped",
    "training and evaluation are swapped: entries are dropped in evaluation and not in training",
    ({ x, dy }, right, found) =>
      found[evaluated]?.data.some((value) => value === 0)
        ? {
            [kept]: scalar(1),
            ...oneMask(x),
            [y]: x,
            [dx]: dy,
            [evaluated]: found[evaluated],
            [dxEvaluated]: found[dxEvaluated] ?? right[dxEvaluated],
            [renewed]: scalar(0),
            [secondDx]: dy,
          }
        : {},
  ),
  mistake("keep-drop-swapped", "keepProbability is used as the probability to drop an entry", ({ keep }, right) => ({
    [kept]: scalar(1 - keep),
    [y]: mapped(right[y], (value) => (value * keep) / (1 - keep)),
    [dx]: mapped(right[dx], (value) => (value * keep) / (1 - keep)),
    [secondDx]: mapped(right[secondDx], (value) => (value * keep) / (1 - keep)),
  })),
  mistake("nothing-dropped", "no entry is dropped in training", ({ x, dy }, _, found) =>
    isMultiple(found[y], x) && !found[y]?.data.includes(0)
      ? { [kept]: scalar(1), ...oneMask(x), [y]: x, [dx]: dy, [renewed]: scalar(0), [secondDx]: dy }
      : {},
  ),
  mistake("one-draw", "one random number decides about all entries: each entry needs its own", ({ x }, _, found) =>
    isMultiple(found[y], x) ? { ...found, ...oneMask(x) } : {},
  ),
  mistake(
    "not-zero",
    "no entry of y is 0 in training, and the entries do not all have the same factor: dropped entries must become 0",
    ({ x }, _, found) =>
      found[y] && !found[y].data.includes(0) && !isMultiple(found[y], x)
        ? { ...found, [kept]: scalar(1), ...oneMask(x) }
        : {},
  ),
  ...wrongFractions(0).map(({ cause, message }, at) =>
    mistake(cause, message, ({ keep }) => ({ [kept]: scalar(wrongFractions(keep)[at].value) })),
  ),
  mistake("shared-mask", "all examples share one mask: each entry needs a draw of its own", ({ x }, _, found) =>
    isShare(found[rows], 1 / x.shape[0]) && found[y]?.data.includes(0)
      ? { [rows]: found[rows], [columns]: found[columns] }
      : {},
  ),
  mistake("shared-mask", "whole examples are dropped: each entry needs a draw of its own", ({ x }, _, found) =>
    isShare(found[columns], 1 / x.shape[1]) && found[y]?.data.includes(0)
      ? { [rows]: found[rows], [columns]: found[columns] }
      : {},
  ),
  ...factors.map(({ of, cause, words }) =>
    mistake(cause, words, ({ keep }, right) => {
      const scaled = (name: string): Quantity => mapped(right[name], (value) => value * keep * of(keep));
      return { [y]: scaled(y), [dx]: scaled(dx), [secondDx]: scaled(secondDx) };
    }),
  ),
  mistake("missing-input", "y is the scaled mask; it is not multiplied with x", ({ keep }, right) => ({
    [y]: mapped(right[y], (value) => (value === 0 ? 0 : 1 / keep)),
  })),
  mistake("missing-input", "y is the mask; it is not multiplied with x", (_, right) => ({ [y]: maskOf(right[y]) })),
];

const backward: Mistake<DropoutCase>[] = [
  mistake(
    "backward-unmasked",
    "backward passes dy unchanged: dropped entries have no gradient, and kept ones are scaled",
    ({ dy }) => ({ [dx]: dy, [secondDx]: dy }),
  ),
  mistake(
    "backward-unmasked",
    "backward scales dy but applies no mask: dropped entries have no gradient",
    ({ dy, keep }) => ({
      [dx]: mapped(dy, (value) => value / keep),
      [secondDx]: mapped(dy, (value) => value / keep),
    }),
  ),
  mistake("missing-dy", "dx is the scaled mask; it is not multiplied with dy", ({ keep }, right) => ({
    [dx]: mapped(right[dx], (value) => (value === 0 ? 0 : 1 / keep)),
  })),
  mistake("missing-dy", "dx is the mask; it is not multiplied with dy", (_, right) => ({ [dx]: maskOf(right[dx]) })),
  mistake("missing-dy", "dx is x with the mask; it should be dy with the mask", ({ x, keep }, right) => ({
    [dx]: masked(x, maskOf(right[dx]), 1 / keep),
  })),
  mistake("zero", "dx is zero everywhere", ({ dy }) => ({ [dx]: mapped(dy, () => 0) })),
  ...[{ of: (keep: number) => 1 / keep, cause: "", words: "" }, ...factors].flatMap(({ of, cause, words }) => {
    const also = words === "" ? "" : `, and ${words}`;
    return [
      ...(words === ""
        ? []
        : [
            mistake(cause, `in backward, ${words}`, ({ keep }, right) => ({
              [dx]: mapped(right[dx], (value) => value * keep * of(keep)),
              [secondDx]: mapped(right[secondDx], (value) => value * keep * of(keep)),
            })),
          ]),
      mistake(
        "inverted-mask",
        `backward inverts the mask: it passes the gradient of dropped entries${also}`,
        ({ dy, keep }, right) => ({
          [dx]: masked(dy, complement(maskOf(right[dx])), of(keep)),
          [secondDx]: masked(dy, complement(maskOf(right[secondDx])), of(keep)),
        }),
      ),
      mistake(
        "new-mask",
        `backward draws a new mask: it needs the one of forward${also}`,
        ({ x, dy, keep }, _, found) => ({
          [dx]: masked(dy, otherMask(found[dx], x), of(keep)),
          [secondDx]: masked(dy, otherMask(found[secondDx], x), of(keep)),
        }),
      ),
    ];
  }),
];

const evaluation: Mistake<DropoutCase>[] = [
  mistake(
    "evaluation-scaled",
    "evaluation multiplies with keepProbability: kept entries are scaled in training already, so evaluation changes nothing",
    ({ x, dy, keep }) => ({
      [evaluated]: mapped(x, (value) => value * keep),
      [dxEvaluated]: mapped(dy, (value) => value * keep),
    }),
  ),
  mistake("evaluation-scaled", "evaluation divides by keepProbability: it must change nothing", ({ x, dy, keep }) => ({
    [evaluated]: mapped(x, (value) => value / keep),
    [dxEvaluated]: mapped(dy, (value) => value / keep),
  })),
  mistake("evaluation-drops", "entries are dropped in evaluation, too", ({ x }, _, found) => {
    const drawn = otherMask(found[evaluated], x);
    return drawn.data.includes(0) ? { [evaluated]: found[evaluated], [dxEvaluated]: found[dxEvaluated] } : {};
  }),
  mistake(
    "stale-state",
    "after a forward pass in evaluation, backward still uses the mask of a pass in training",
    (_, right) => ({
      [dxEvaluated]: right[dx],
    }),
  ),
  mistake(
    "evaluation-drops",
    "after a forward pass in evaluation, backward drops or scales entries: it must return dy",
    ({ x }, _, found) =>
      otherMask(found[dxEvaluated], x).data.includes(0) ? { [dxEvaluated]: found[dxEvaluated] } : {},
  ),
  mistake(
    "evaluation-scaled",
    "after a forward pass in evaluation, backward scales the gradient: it must return dy",
    ({ dy, keep }) => ({
      [dxEvaluated]: mapped(dy, (value) => value / keep),
    }),
  ),
  mistake(
    "evaluation-scaled",
    "after a forward pass in evaluation, backward scales the gradient: it must return dy",
    ({ dy, keep }) => ({
      [dxEvaluated]: mapped(dy, (value) => value * keep),
    }),
  ),
];

/** x = 0 leaves the kept entries at 0, too. */
const byZeros: Mistake<DropoutCase>[] = [
  mistake("mask-from-output", "backward treats entries as dropped if y is 0, but x can be 0", ({ x, dy }, right) =>
    x.data.every((value) => value === 0) ? { [dx]: mapped(dy, () => 0) } : right,
  ),
];

const passes: Mistake<DropoutCase>[] = [
  mistake("mask-kept", "the mask is drawn once: each forward pass in training needs a new one", (_, right) => ({
    [renewed]: scalar(0),
    [secondDx]: right[dx],
  })),
  mistake("stale-state", "backward uses the mask of the first forward pass, not that of the last one", (_, right) => ({
    [secondDx]: right[dx],
  })),
];

const endpoint = (result: (x: Quantity) => Quantity, message: string): Mistake<DropoutCase> => ({
  cause: "no-dropout-case",
  message,
  results: ({ x, dy, keep }, right) =>
    keep === 0
      ? {
          ...right,
          [kept]: scalar(result(x).data.every((value) => value === 0) ? 0 : 1),
          [y]: result(x),
          [dx]: result(dy),
          [renewed]: right[renewed],
          [secondDx]: result(dy),
        }
      : right,
});

/** A keepProbability of 0 means no dropout. */
const endpoints: Mistake<DropoutCase>[] = [
  endpoint((x) => mapped(x, () => 0), "all entries are dropped, but keepProbability 0 means no dropout, as 1 does"),
  endpoint(
    (x) => mapped(x, () => Number.NaN),
    "there is a division by 0, but keepProbability 0 means no dropout, as 1 does",
  ),
  endpoint(
    (x) => mapped(x, (value) => value * Infinity),
    "there is a division by 0, but keepProbability 0 means no dropout, as 1 does",
  ),
];

export const mistakes: readonly Mistake<DropoutCase>[] = [
  ...both,
  ...byZeros,
  ...backward,
  ...evaluation,
  ...passes,
  ...endpoints,
  mistake(
    "wrong-random",
    "equal random numbers give different masks: all of them must come from `random`",
    (_, right, found) => ({
      [repeated]: (found[repeated]?.data[0] ?? 1) < 0.99 ? found[repeated] : right[repeated],
    }),
  ),
];
