import type { Cause, Observation } from "./genericCauses.ts";
import { largest, sameShape, wrongEntries } from "./quantities.ts";

/** Entries that are 0 while all others are right: code that leaves out entries, or examples behind the first one. */
export function notSetCause(name: string, observations: readonly Observation[], tolerance: number): Cause | undefined {
  const wrong = observations.map(({ found, right }) =>
    sameShape(found.shape, right[name].shape) ? wrongEntries(found, right[name], tolerance) : undefined,
  );
  const isNotSet = observations.every(({ found, right }, at) => {
    const places = wrong[at];
    if (!places || places.length >= found.data.length) return false;
    const isWrong = new Set(places);
    const others = { shape: [], data: right[name].data.filter((_, i) => !isWrong.has(i)) };
    return places.every((i) => found.data[i] === 0) && largest(others) > 0;
  });
  if (!isNotSet) return undefined;
  const isOfExamples = observations.every(({ found }, at) => {
    const size = found.data.length / found.shape[0];
    return (
      found.shape.length > 1 &&
      found.shape[0] > 1 &&
      wrong[at]?.length === found.data.length - size &&
      wrong[at]?.[0] === size
    );
  });
  if (isOfExamples)
    return { cause: "one-example", message: `${name} is right for the first example only; all others are 0` };
  const [{ found }] = observations;
  return {
    cause: "not-set",
    message: `${wrong[0]?.length} of ${found.data.length} entries of ${name} are 0, and all others are right: these entries are left out`,
  };
}
