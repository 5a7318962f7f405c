import type { Case, Mistake } from "../exercise.ts";
import { quantity, scalar } from "../quantities.ts";
import type { Quantity } from "../wire.ts";

export interface InitializationCase extends Case {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly seed: number;
}

export const kinds = ["he", "xavier"] as const;
export type Kind = (typeof kinds)[number];

/** Mean and deviation, and the share of the entries that are within one deviation from the mean. */
export function spreadOf({ data }: Quantity): { readonly moments: number[]; readonly inner: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
  const inner = data.filter((value) => Math.abs(value - mean) <= deviation).length / data.length;
  return { moments: [mean, deviation], inner };
}

type Of = (inputs: number, outputs: number) => number;

/** w is drawn with another deviation, and another mean. */
const moments =
  (kind: Kind) =>
  (cause: string, message: string, deviation: Of, mean: Of = () => 0): Mistake<InitializationCase> => ({
    cause,
    message: `${kind}: ${message}`,
    results: ({ fanIn: inputs, fanOut: outputs }) => ({
      [`mean and deviation of ${kind}'s w`]: quantity([2], [mean(inputs, outputs), deviation(inputs, outputs)]),
    }),
  });

const uniform = 1 / Math.sqrt(3); // the deviation of numbers from −1 to 1
const inner = { normal: 0.6827, uniform: 1 / Math.sqrt(3) };

const ofHe = moments("he");
const he: Of = (inputs) => Math.sqrt(2 / inputs);
const heMistakes = [
  ofHe("factor-2", "the deviation is √(1/inputs): the 2 is missing", (inputs) => Math.sqrt(1 / inputs)),
  ofHe("missing-root", "the deviation is 2/inputs: the root is missing", (inputs) => 2 / inputs),
  ofHe("missing-root", "the deviation is 1/inputs: the 2 and the root are missing", (inputs) => 1 / inputs),
  ofHe("missing-root", "the deviation is √2/inputs: inputs belong under the root", (inputs) => Math.SQRT2 / inputs),
  ofHe("factor-2", "the deviation is 2/√inputs: the 2 belongs under the root", (inputs) => 2 / Math.sqrt(inputs)),
  ofHe("wrong-dimension", "the deviation uses outputs instead of inputs", (_, outputs) => Math.sqrt(2 / outputs)),
  ofHe("wrong-dimension", "the deviation is √(2/(inputs + outputs)), as for Xavier", (inputs, outputs) =>
    Math.sqrt(2 / (inputs + outputs)),
  ),
  ofHe(
    "wrong-dimension",
    "the deviation is √(2/(inputs · outputs)): the number of outputs does not belong in it",
    (inputs, outputs) => Math.sqrt(2 / (inputs * outputs)),
  ),
  ofHe("wrong-dimension", "the deviation is √(6/inputs): the 6 belongs to uniform numbers", (inputs) =>
    Math.sqrt(6 / inputs),
  ),
  ofHe("multiplied", "the deviation is √(2·inputs): it should be divided by inputs", (inputs) => Math.sqrt(2 * inputs)),
  ofHe("multiplied", "w is divided by √(2/inputs); it should be multiplied by it", (inputs) => 1 / he(inputs, 0)),
  ofHe("multiplied", "the deviation is √(inputs/2): the quotient is upside down", (inputs) => Math.sqrt(inputs / 2)),
  ofHe("unscaled", "the deviation is 1: w is not scaled", () => 1),
  ofHe("unscaled", "the deviation is 0.01 for all sizes; it should depend on inputs", () => 0.01),
  ofHe("unscaled", "the deviation is √2: inputs are missing", () => Math.SQRT2),
  ofHe(
    "wrong-distribution",
    "w is uniform from 0; it should be normal",
    (inputs) => he(inputs, 0) * 0.5 * uniform,
    (inputs) => he(inputs, 0) / 2,
  ),
  ofHe(
    "wrong-distribution",
    "w is uniform from −√(2/inputs) to √(2/inputs); it should be normal",
    (inputs) => he(inputs, 0) * uniform,
  ),
  ofHe(
    "wrong-distribution",
    "w is uniform with half of the width; it should be normal",
    (inputs) => he(inputs, 0) * 0.5 * uniform,
  ),
  ofHe(
    "wrong-distribution",
    "the normal numbers have lost their signs",
    (inputs) => he(inputs, 0) * Math.sqrt(1 - 2 / Math.PI),
    (inputs) => he(inputs, 0) * Math.sqrt(2 / Math.PI),
  ),
  ofHe(
    "wrong-mean",
    "the mean is √(2/inputs): it is added to the normal numbers instead of multiplied",
    () => 1,
    (inputs) => he(inputs, 0),
  ),
  {
    cause: "wrong-distribution",
    message: "he: w has the right deviation, but it is uniform; it should be normal",
    results: () => ({ "the distribution of he's w": scalar(inner.uniform) }),
  },
];

const ofXavier = moments("xavier");
const limit: Of = (inputs, outputs) => Math.sqrt(6 / (inputs + outputs));
const scaledLimit =
  (factor: number): Of =>
  (inputs, outputs) =>
    factor * limit(inputs, outputs);
const xavierMistakes = [
  ofXavier(
    "not-centred",
    "w is uniform from 0 to a; it should be from −a to a",
    scaledLimit(0.5 * uniform),
    scaledLimit(0.5),
  ),
  ofXavier(
    "not-centred",
    "w is uniform from −a to 0; it should be from −a to a",
    scaledLimit(0.5 * uniform),
    scaledLimit(-0.5),
  ),
  ofXavier("not-centred", "w is uniform from 0 to 2a; it should be from −a to a", scaledLimit(uniform), scaledLimit(1)),
  ofXavier(
    "not-centred",
    "w is uniform from −a to 1 − a: a is subtracted from numbers that are not stretched",
    () => 0.5 * uniform,
    (inputs, outputs) => 0.5 - limit(inputs, outputs),
  ),
  ofXavier("half-width", "w is uniform from −a/2 to a/2; it should be from −a to a", scaledLimit(0.5 * uniform)),
  ofXavier("half-width", "w is uniform from −2a to 2a; it should be from −a to a", scaledLimit(2 * uniform)),
  ofXavier("wrong-distribution", "w is normal with deviation a; it should be uniform from −a to a", limit),
  ofXavier(
    "missing-root",
    "a is 6/(inputs + outputs): the root is missing",
    (inputs, outputs) => (6 / (inputs + outputs)) * uniform,
  ),
  ofXavier(
    "missing-root",
    "a is √6/(inputs + outputs): the sum belongs under the root",
    (inputs, outputs) => (Math.sqrt(6) / (inputs + outputs)) * uniform,
  ),
  ofXavier("wrong-dimension", "a is √(6/inputs): outputs are missing", (inputs) => Math.sqrt(6 / inputs) * uniform),
  ofXavier(
    "wrong-dimension",
    "a is √(6/outputs): inputs are missing",
    (_, outputs) => Math.sqrt(6 / outputs) * uniform,
  ),
  ofXavier(
    "wrong-dimension",
    "a is √(6/inputs + outputs): the sum needs brackets",
    (inputs, outputs) => Math.sqrt(6 / inputs + outputs) * uniform,
  ),
  ofXavier(
    "wrong-dimension",
    "a is √(6/(inputs · outputs)); it should have the sum",
    (inputs, outputs) => Math.sqrt(6 / (inputs * outputs)) * uniform,
  ),
  ofXavier(
    "wrong-factor",
    "a is √(2/(inputs + outputs)), which is the deviation of normal numbers",
    (inputs, outputs) => Math.sqrt(2 / (inputs + outputs)) * uniform,
  ),
  ofXavier(
    "wrong-factor",
    "a is √(3/(inputs + outputs)); it should have 6",
    (inputs, outputs) => Math.sqrt(3 / (inputs + outputs)) * uniform,
  ),
  ofXavier(
    "wrong-factor",
    "a is √(1/(inputs + outputs)); it should have 6",
    (inputs, outputs) => Math.sqrt(1 / (inputs + outputs)) * uniform,
  ),
  ofXavier(
    "wrong-factor",
    "w is normal with deviation √(1/(inputs + outputs)); it should be uniform",
    (inputs, outputs) => Math.sqrt(1 / (inputs + outputs)),
  ),
  ofXavier("wrong-dimension", "w is normal with deviation √(1/inputs); it should be uniform from −a to a", (inputs) =>
    Math.sqrt(1 / inputs),
  ),
  ofXavier("wrong-dimension", "the deviation is √(2/inputs), as for He", (inputs) => Math.sqrt(2 / inputs)),
  ofXavier("unscaled", "w is uniform from −1 to 1: it is not scaled", () => uniform),
  ofXavier(
    "unscaled",
    "w is uniform from 0 to 1: it is neither centred nor scaled",
    () => 0.5 * uniform,
    () => 0.5,
  ),
  ofXavier("unscaled", "w is normal with deviation 1: it is not scaled", () => 1),
  ofXavier(
    "multiplied",
    "w is divided by a; it should be multiplied by it",
    (inputs, outputs) => uniform / limit(inputs, outputs),
  ),
  {
    cause: "wrong-distribution",
    message: "xavier: w has the right deviation, but it is normal; it should be uniform from −a to a",
    results: () => ({ "the distribution of xavier's w": scalar(inner.normal) }),
  },
];

/** Only the mean is wrong, not the deviation. */
const wrongMean = (kind: Kind): Mistake<InitializationCase> => {
  const name = `mean and deviation of ${kind}'s w`;
  return {
    cause: "wrong-mean",
    message: `${kind}: the deviation of w is right, but its mean is not 0`,
    results: (_, right, found) => {
      const [deviation, wanted] = [found[name]?.data[1] ?? 0, right[name].data[1]];
      return Math.abs(deviation - wanted) < 0.04 * wanted ? { [name]: found[name] } : {};
    },
  };
};

export const deviationMistakes: readonly Mistake<InitializationCase>[] = [
  ...heMistakes,
  ...xavierMistakes,
  ...kinds.map(wrongMean),
];
