import type { Case, Mistake } from "./exercise.ts";

/** The mistakes without results that are NaN everywhere, except in special cases: NaN has many causes and proves none of them. */
export function finiteMistakes<One extends Case>(mistakes: readonly Mistake<One>[]): Mistake<One>[] {
  return mistakes.map((mistake) => ({
    ...mistake,
    results: (one, right, found) => {
      const entries = Object.entries(mistake.results(one, right, found));
      const isEvidence = one.special !== undefined ? () => true : Number.isFinite;
      return Object.fromEntries(entries.filter(([, value]) => value?.data.some((number) => isEvidence(number))));
    },
  }));
}
