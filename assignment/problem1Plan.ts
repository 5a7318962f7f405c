import * as v from "valibot";

/** How much of the assignment is trained: all of it, or enough to see every step work. */
export const problem1Plan = v.strictObject({
  quick: v.boolean(),
  tinynet: v.strictObject({
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1)),
    trainImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
    validationImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  comparison: v.strictObject({
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1)),
    trainImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
    validationImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
});

export type Problem1Plan = v.InferOutput<typeof problem1Plan>;

/** The assignment as it is set. */
export const fullPlan: Problem1Plan = {
  quick: false,
  tinynet: { epochs: 5, trainImages: 40_000, validationImages: 10_000 },
  comparison: { epochs: 50, trainImages: 20_000, validationImages: 10_000 },
};

/**
 * The whole lab in under a minute. TinyNet keeps all images, so its epochs are still those that were published; the
 * comparisons keep their batches, so the losses of their first epoch are.
 */
export const quickPlan: Problem1Plan = {
  quick: true,
  tinynet: { epochs: 2, trainImages: 40_000, validationImages: 10_000 },
  comparison: { epochs: 5, trainImages: 4_000, validationImages: 2_000 },
};

/** The runs of the comparisons, by their names in the reference, in the order in which the assignment asks for them. */
export const comparisonRuns = ["sgd", "sgdw", "l1", "l1pub", "l2", "adamw", "adaml2"] as const;

/** The part of the assignment that a run answers; a step for each. */
export const runTitles: Readonly<Record<string, string>> = {
  tinynet: "TinyNet: train, save, load, evaluate",
  sgd: "SGD",
  sgdw: "SGD with weight decay",
  l1: "SGD with L1",
  l1pub: "SGD with the sign of the gradient (the published L1 curve)",
  l2: "SGD with L2",
  adamw: "AdamW",
  adaml2: "Adam with L2",
};
