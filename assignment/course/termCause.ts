import type { Experiment } from "./exercise.ts";
import type { Cause, Observation } from "./genericCauses.ts";
import { close, mapped, sameShape } from "./quantities.ts";

/** Coefficients that mistakes give to a term. */
const factors: readonly (readonly [number, (term: string) => string])[] = [
  [0, (term) => `lacks ${term}`],
  [-1, (term) => `has ${term} with the wrong sign`],
  [2, (term) => `has ${term} twice as large as it should be`],
  [0.5, (term) => `has half of ${term}`],
  [3, (term) => `has ${term} three times as large as it should be`],
  [1 / 3, (term) => `has a third of ${term}`],
];
const causes = new Map([
  [0, "missing-term"],
  [-1, "sign"],
  [2, "factor-2"],
  [0.5, "factor-2"],
]);

/** For a result that is a sum of terms: one or two terms that are missing, have the wrong sign, a wrong factor, or an extra division by a length. */
export function termCause(
  name: string,
  { terms }: Pick<Experiment, "terms">,
  observations: readonly Observation[],
  tolerance: number,
): Cause | undefined {
  if (!observations.every(({ found, right }) => sameShape(found.shape, right[name].shape))) return undefined;
  const parts = observations.map(({ one, right }) => terms?.(one, right)[name] ?? {});
  const names = Object.keys(parts[0]);
  const pairs = names.flatMap((first, at) => names.slice(at + 1).map((second) => [first, second]));
  for (const changed of [...names.map((term) => [term]), ...pairs]) {
    const term = `the term${changed.length > 1 ? "s" : ""} ${changed.join(" and ")}`;
    const withFactor = (factor: (observation: Observation) => number): boolean =>
      observations.every((observation, at) => {
        const part = (i: number): number =>
          changed.reduce((sum, one) => sum + parts[at][one].data[i % parts[at][one].data.length], 0);
        const candidate = mapped(observation.right[name], (value, i) => value + (factor(observation) - 1) * part(i));
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
          message: `${name} has ${term} too large by the factor ${dimension}: a division by it is missing`,
        };
      if (withFactor((observation) => 1 / length(observation)))
        return {
          cause: "extra-1/N",
          message: `${name} has ${term} divided by ${dimension}, which is not in the formula`,
        };
    }
  }
  return undefined;
}
