import type { Case, Mistake } from "./exercise.ts";
import { mapped, zipped } from "./quantities.ts";
import type { Quantity } from "./wire.ts";

interface Change {
  readonly cause: string;
  readonly words: (term: string) => string;
  readonly factor: (one: Case) => number;
}

const missing: Change = { cause: "missing-term", words: (term) => `lacks ${term}`, factor: () => 0 };
const negated: Change = { cause: "sign", words: (term) => `has ${term} with the wrong sign`, factor: () => -1 };
const doubled: Change = { cause: "factor-2", words: (term) => `has ${term} twice as large`, factor: () => 2 };
const halved: Change = { cause: "factor-2", words: (term) => `has ${term} half as large`, factor: () => 0.5 };

function lengthChanges(dimension: string): Change[] {
  const length = (one: Case): number => one.dims?.[dimension] ?? Number.NaN;
  return [
    { cause: "missing-1/N", words: (term) => `has ${term} without the division by ${dimension}`, factor: length },
    { cause: "extra-1/N", words: (term) => `divides ${term} by ${dimension}`, factor: (one) => 1 / length(one) },
  ];
}

/**
 * Mistakes in a result that is a sum: one term is missing, has the wrong sign or a factor of 2, or is multiplied or divided by one of the
 * `dimensions`; or two terms are missing or have the wrong sign. `names` say what the terms are, such as "the mean of dy".
 */
export function termMistakes<One extends Case>(
  name: string,
  names: readonly string[],
  terms: (one: One) => readonly Quantity[],
  dimensions: readonly string[] = [],
): Mistake<One>[] {
  const mistake = (cause: string, message: string, factors: (one: Case) => readonly number[]): Mistake<One> => ({
    cause,
    message: `${name} ${message}`,
    results: (one) => {
      const scaled = terms(one).map((term, at) => mapped(term, (value) => factors(one)[at] * value));
      return { [name]: scaled.reduce((sum, term) => zipped(sum, term, (a, b) => a + b)) };
    },
  });
  const single = [missing, negated, doubled, halved, ...dimensions.flatMap(lengthChanges)];
  const mistakes = names.flatMap((term, at) =>
    single.map(({ cause, words, factor }) =>
      mistake(cause, words(term), (one) => names.map((_, i) => (i === at ? factor(one) : 1))),
    ),
  );
  for (const { cause, words, factor } of names.length > 2
    ? [missing, negated, ...dimensions.flatMap(lengthChanges)]
    : [])
    for (let a = 0; a < names.length; a++)
      for (let b = a + 1; b < names.length; b++)
        mistakes.push(
          mistake(cause, `${words(names[a])} and ${words(names[b])}`, (one) =>
            names.map((_, i) => (i === a || i === b ? factor(one) : 1)),
          ),
        );
  return mistakes;
}
