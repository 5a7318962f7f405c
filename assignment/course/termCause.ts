import type { Experiment } from "./exercise.ts";
import type { Cause, Observation } from "./genericCauses.ts";
import { close, mapped, sameShape } from "./quantities.ts";

/** Coefficients that mistakes give to a term. */
const factors: readonly (readonly [number, (term: string) => string])[] = [
  [0, (term) => `lacks the term ${term}`],
  [-1, (term) => `has the term ${term} with the wrong sign`],
  [2, (term) => `has the term ${term} twice as large as it should be`],
  [0.5, (term) => `has half of the term ${term}`],
  [3, (term) => `has the term ${term} three times as large as it should be`],
  [1 / 3, (term) => `has a third of the term ${term}`],
];
const causes = new Map([
  [0, "missing-term"],
  [-1, "sign"],
  [2, "factor-2"],
  [0.5, "factor-2"],
]);

/** For a result that is a sum of terms: a term that is missing, has the wrong sign, a factor, or a division by a length too many. */
export function termCause(
  name: string,
  { terms }: Pick<Experiment, "terms">,
  observations: readonly Observation[],
  tolerance: number,
): Cause | undefined {
  if (!observations.every(({ found, right }) => sameShape(found.shape, right[name].shape))) return undefined;
  const parts = observations.map(({ one, right }) => terms?.(one, right)[name] ?? {});
  for (const term of Object.keys(parts[0])) {
    const withFactor = (factor: (observation: Observation) => number): boolean =>
      observations.every((observation, at) => {
        const part = parts[at][term].data;
        const candidate = mapped(
          observation.right[name],
          (value, i) => value + (factor(observation) - 1) * part[i % part.length],
        );
        return close(observation.found, candidate, tolerance);
      });
    for (const [factor, words] of factors) {
      if (withFactor(() => factor)) return { cause: causes.get(factor) ?? "factor", message: `${name} ${words(term)}` };
    }
    for (const dimension of Object.keys(observations[0].one.dims ?? {})) {
      const length = ({ one }: Observation): number => one.dims?.[dimension] ?? Number.NaN;
      if (withFactor(length))
        return {
          cause: "missing-1/N",
          message: `in ${name}, the term ${term} is too large by the factor ${dimension}: a division by it is missing`,
        };
      if (withFactor((observation) => 1 / length(observation)))
        return {
          cause: "extra-1/N",
          message: `in ${name}, the term ${term} is divided by ${dimension}, which is not in the formula`,
        };
    }
  }
  return undefined;
}
