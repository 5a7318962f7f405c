import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, type Experiment, experiment, type Mistake, type Quantities } from "../exercise.ts";
import { quantity, scalar } from "../quantities.ts";
import { Seed, type Student } from "../student.ts";
import type { Quantity, Returned } from "../wire.ts";
import { deviationMistakes, type InitializationCase, type Kind, kinds, spreadOf } from "./initializationMistakes.ts";

const skeleton = `import { type NdArray, notWritten, type Random, zeros } from "./array.ts";

/** The parameters of a linear layer: w of shape (inputs, outputs), b of shape (outputs). */
export interface Initialized {
  w: NdArray;
  b: NdArray;
}

/** He et al. 2015, for ReLU and GELU: each entry of w is normal with mean 0 and deviation √(2 / inputs); b is 0. */
export function he(inputs: number, outputs: number, random: Random): Initialized {
  return notWritten("he");
}

/** Glorot & Bengio 2010, for tanh: each entry of w is uniform from −a to a with a = √(6 / (inputs + outputs)); b is 0. */
export function xavier(inputs: number, outputs: number, random: Random): Initialized {
  return notWritten("xavier");
}
`;

const sized = (random: RandomState, sizes: readonly [number, number][]): InitializationCase[] =>
  sizes.map(([fanIn, fanOut]) => ({ fanIn, fanOut, seed: random.randint(0, 1_000_000) }));
const smallCases = (random: RandomState) =>
  sized(random, [
    [7, 12],
    [13, 5],
  ]);
const largeCases = (random: RandomState) =>
  sized(random, [
    [130, 240],
    [310, 90],
  ]);

/** w of an initializer, with its shape. */
async function weights(student: Student, kind: Kind, { fanIn, fanOut, seed }: InitializationCase) {
  const made = await student.make(kind, fanIn, fanOut, new Seed(seed));
  return { w: await made.get("w"), b: await made.get("b") };
}

const vector = (numbers: readonly number[]): Returned => ({ kind: "array", ...quantity([numbers.length], numbers) });
const each = (name: (kind: Kind) => string, value: (kind: Kind) => Quantity): Quantities =>
  Object.fromEntries(kinds.map((kind) => [name(kind), value(kind)]));

const shapeOf = (kind: Kind) => `the shape of ${kind}'s w`;
const biasOf = (kind: Kind) => `${kind}'s b`;
const zerosOf = (kind: Kind) => `the share of zeros in ${kind}'s w`;
const differentOf = (kind: Kind) => `the share of different numbers in ${kind}'s w`;

function shapeMistakes(kind: Kind): Mistake<InitializationCase>[] {
  const shapes: [message: string, shape: (one: InitializationCase) => number[]][] = [
    [
      `${kind}'s w is transposed: its shape should be (inputs, outputs)`,
      ({ fanIn: inputs, fanOut: outputs }) => [outputs, inputs],
    ],
    [
      `${kind}'s w is a vector: its shape should be (inputs, outputs)`,
      ({ fanIn: inputs, fanOut: outputs }) => [inputs * outputs],
    ],
    [`${kind}'s w is square: its shape should be (inputs, outputs)`, ({ fanIn: inputs }) => [inputs, inputs]],
    [`${kind}'s w is square: its shape should be (inputs, outputs)`, ({ fanOut: outputs }) => [outputs, outputs]],
  ];
  return [
    ...shapes.map(([message, shape], place) => ({
      cause: place === 0 ? "transposed" : "shape",
      message,
      results: (one: InitializationCase) => ({ [shapeOf(kind)]: quantity([shape(one).length], shape(one)) }),
    })),
    {
      cause: "shape",
      message: `${kind}'s b has one number for each input; it should have one for each output`,
      results: ({ fanIn: inputs }) => ({ [biasOf(kind)]: quantity([inputs], new Float64Array(inputs)) }),
    },
    {
      cause: "nonzero-bias",
      message: `${kind}'s b is not zero`,
      results: (_, right, found) => ({
        [biasOf(kind)]: found[biasOf(kind)]?.data.some((value) => value !== 0)
          ? found[biasOf(kind)]
          : right[biasOf(kind)],
      }),
    },
    {
      cause: "zeros",
      message: `${kind}'s w contains zeros: each entry needs a random number`,
      results: (_, right, found) => ({ [zerosOf(kind)]: found[zerosOf(kind)] ?? right[zerosOf(kind)] }),
    },
    {
      cause: "same-number",
      message: `all entries of ${kind}'s w are the same number: each needs a random number of its own`,
      results: ({ fanIn: inputs, fanOut: outputs }) => ({ [differentOf(kind)]: scalar(1 / (inputs * outputs)) }),
    },
    {
      cause: "same-number",
      message: `${kind}'s w contains the same numbers several times: each entry needs a random number of its own`,
      results: (_, right, found) => ({ [differentOf(kind)]: found[differentOf(kind)] ?? right[differentOf(kind)] }),
    },
  ];
}

const shapes: Experiment = experiment<InitializationCase>({
  title: "shapes and biases",
  cases: smallCases,
  run: async (student, one, report) => {
    for (const kind of kinds) {
      const { w, b } = await weights(student, kind, one);
      report(shapeOf(kind), w.kind === "array" ? vector(w.shape) : w);
      report(biasOf(kind), b);
      if (w.kind !== "array") continue;
      report(zerosOf(kind), { kind: "plain", value: w.data.filter((value) => value === 0).length / w.data.length });
      report(differentOf(kind), { kind: "plain", value: new Set(w.data).size / w.data.length });
    }
  },
  expected: ({ fanIn: inputs, fanOut: outputs }) => ({
    ...each(shapeOf, () => quantity([2], [inputs, outputs])),
    ...each(biasOf, () => quantity([outputs], new Float64Array(outputs))),
    ...each(zerosOf, () => scalar(0)),
    ...each(differentOf, () => scalar(1)),
  }),
  mistakes: kinds.flatMap(shapeMistakes),
});

const spread: Experiment = experiment<InitializationCase>({
  title: "mean and deviation",
  // of 28,000 numbers or more, mean and deviation are known to 0.6 % of the deviation: 4 % are more than six times that
  tolerance: 0.04,
  cases: largeCases,
  run: async (student, one, report) => {
    for (const kind of kinds) {
      const { w } = await weights(student, kind, one);
      if (w.kind !== "array") continue;
      const { moments, inner } = spreadOf(w);
      report(`mean and deviation of ${kind}'s w`, vector(moments));
      report(`the distribution of ${kind}'s w`, { kind: "plain", value: inner });
    }
  },
  expected: ({ fanIn: inputs, fanOut: outputs }) => ({
    "mean and deviation of he's w": quantity([2], [0, Math.sqrt(2 / inputs)]),
    "the distribution of he's w": scalar(0.6827),
    "mean and deviation of xavier's w": quantity([2], [0, Math.sqrt(2 / (inputs + outputs))]),
    "the distribution of xavier's w": scalar(1 / Math.sqrt(3)),
  }),
  mistakes: deviationMistakes,
  afterSuccess: true,
});

const seeds: Experiment = experiment<InitializationCase>({
  title: "the given random numbers",
  cases: (random) => smallCases(random).slice(0, 1),
  run: async (student, one, report) => {
    for (const kind of kinds) {
      const numbers = async (seed: number): Promise<string> =>
        JSON.stringify((await weights(student, kind, { ...one, seed })).w);
      const first = await numbers(one.seed);
      report(`${kind} repeats`, { kind: "plain", value: first === (await numbers(one.seed)) });
      report(`${kind} varies`, { kind: "plain", value: first !== (await numbers(one.seed + 1)) });
    }
  },
  expected: () => ({
    ...each(
      (kind) => `${kind} repeats`,
      () => scalar(1),
    ),
    ...each(
      (kind) => `${kind} varies`,
      () => scalar(1),
    ),
  }),
  afterSuccess: true,
  anyFinding: {
    cause: "random-ignored",
    message: "w does not depend on the given random numbers alone: with the same random, the same w should come again",
  },
});

export const initialization: Exercise = {
  id: "initialization",
  title: "Initialization",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "Why must the entries of w differ from each other at the start, while all biases may be 0?" }],
  hints: [
    "What happens to the deviation of x·W, compared with that of x, if W has many rows and entries of deviation 1?",
    "A deviation is a root: the variance of a sum is the sum of the variances. normal() has deviation 1, and uniform() is in [0, 1).",
    "For he, each entry is a normal number times the root of 2 / inputs. For xavier, a uniform number is first moved and stretched from [0, 1) to [−1, 1), and then multiplied by a.",
  ],
  experiments: [shapes, spread, seeds],
};
