import type { Observation } from "./genericCauses.ts";

export interface Finding {
  /** "transposed", "missing-1/N", …, or "unexplained" if no known cause fits */
  readonly cause: string;
  /** one sentence for the student */
  readonly message: string;
  /** which result is wrong: "dw" */
  readonly quantity?: string;
  /** which entries are wrong, one string a row: "·" right, "×" wrong */
  readonly map?: readonly string[];
}

/** A finding and the case that shows it. */
export interface ObservedFinding {
  readonly finding: Finding;
  readonly observation?: Observation;
}
