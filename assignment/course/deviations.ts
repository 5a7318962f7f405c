/** A wrong value of one part of a formula. */
export interface Deviation<Value> {
  readonly value: Value;
  readonly cause: string;
  /** names the cause: "the factor ½ is missing" */
  readonly message: string;
}

export type Deviations<Parts> = { readonly [Part in keyof Parts]?: readonly Deviation<Parts[Part]>[] };

export interface WrongFormula<Parts> {
  readonly cause: string;
  readonly message: string;
  readonly parts: Parts;
}

/**
 * The formulas with one wrong part, and then those with two, for code with two mistakes at once. `right` has the right value of each
 * part.
 */
export function deviations<Parts extends object>(right: Parts, wrong: Deviations<Parts>): WrongFormula<Parts>[] {
  const singles = (Object.keys(wrong) as (keyof Parts)[]).flatMap((part) =>
    (wrong[part] ?? []).map((deviation) => ({ part, ...deviation })),
  );
  const one = singles.map(({ part, value, cause, message }) => ({
    cause,
    message,
    parts: { ...right, [part]: value },
  }));
  const two = singles.flatMap((a, at) =>
    singles
      .slice(at + 1)
      .filter(({ part }) => part !== a.part)
      .map((b) => ({
        cause: a.cause,
        message: `${a.message}, and ${b.message}`,
        parts: { ...right, [a.part]: a.value, [b.part]: b.value },
      })),
  );
  return [...one, ...two];
}
