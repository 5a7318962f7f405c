import type { RandomState } from "../../src/random/randomState.ts";
import type { Student } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

export type Quantities = Readonly<Record<string, Quantity>>;

/** One set of inputs on which a student's code is compared with the right results. */
export interface Case {
  /** lengths with names, such as { batch: 5, inputs: 4 }: a result that is wrong by such a factor is recognized */
  readonly dims?: Readonly<Record<string, number>>;
  /** the inputs by name: a result that is an unchanged input is recognized */
  readonly inputs?: Quantities;
  /** a special case in words, "for logits around 1000": findings name it if only such cases are wrong */
  readonly special?: string;
}

/** The results of a student's code for one case, without those of a wrong type. */
export type Found = Readonly<Partial<Record<string, Quantity>>>;

/** A known mistake: the results that code with this mistake has. */
export interface Mistake<One extends Case = Case> {
  /** a short name, such as "missing-1/N"; the tests and statistics use it */
  readonly cause: string;
  /** one sentence that names the cause but not the code that repairs it */
  readonly message: string;
  /**
   * The results with this mistake, for the quantities that it changes; none if they cannot be computed. The mistake does not explain a
   * wrong result if it changes an earlier one that is right.
   */
  readonly results: (one: One, right: Quantities, found: Found) => Partial<Quantities>;
}

/**
 * A scripted use of the student's code on a few cases, with the right results. A case's results are compared by name; those of code
 * with a known mistake are compared next, so that the cause can be named.
 */
export interface Experiment<One extends Case = Case> {
  /** its title in the report: "forward and backward", "a second batch" */
  readonly title: string;
  /** inputs drawn at random; at least two with other dimensions, so that factors such as 1/N can be told apart */
  readonly cases: (random: RandomState) => readonly One[];
  /** calls the student's code and reports each result under its name as soon as it is available */
  readonly run: (student: Student, one: One, report: (name: string, value: Returned) => void) => Promise<void>;
  /**
   * The right results, in the order in which they are compared and should be repaired. They may depend on the student's results if
   * several results are right, as with a random mask.
   */
  readonly expected: (one: One, found: Found) => Quantities;
  readonly mistakes?: readonly Mistake<One>[];
  /** results that are sums, such as `dx`, by the names of their terms: a missing term, its sign and its factor are recognized */
  readonly terms?: (one: One, right: Quantities) => Readonly<Record<string, Quantities>>;
  /**
   * What the gradients are gradients of, from the student's own forward: `dx` is compared with its central differences along the entries of
   * the case's `x` where that helps the diagnosis.
   */
  readonly objective?: (student: Student, one: One) => Promise<number>;
  /** largest difference, relative to the largest right number (default 1e-8) */
  readonly tolerance?: number;
  /** calls that may change their arguments in place, such as "step"; all others must not */
  readonly inPlace?: readonly string[];
  /** compared only if all experiments before it are right, because its diagnosis would mislead otherwise */
  readonly afterSuccess?: boolean;
  /** the cause of a wrong result here if no other cause is known */
  readonly otherwise?: { readonly cause: string; readonly message: string };
  /** the cause of every wrong result or failure here */
  readonly anyFinding?: { readonly cause: string; readonly message: string };
}

/** A question about the exercise, answered in words in a box of the file. */
export interface Question {
  readonly text: string;
}

export interface Exercise {
  /** the file is `<id>.ts` */
  readonly id: string;
  readonly title: string;
  readonly chapter: Chapter;
  readonly points: number;
  /** the file that a student starts from: doc comments with formula and shapes, no solution */
  readonly skeleton: string;
  readonly questions?: readonly Question[];
  /** from a first idea to the formula; none of them is code */
  readonly hints: readonly [string, string, string];
  readonly experiments: readonly Experiment[];
}

/** Chapters in the order of the course; the last one is optional. */
export const chapters = {
  layers: "Layers",
  loss: "Loss",
  network: "Network",
  optimizers: "Optimizers and regularization",
  training: "Training",
  extra: "Extra",
} as const;
export type Chapter = keyof typeof chapters;

/** Infers the type of the cases; exercises hold experiments on cases of different types. */
export function experiment<One extends Case>(one: Experiment<One>): Experiment {
  return one as unknown as Experiment;
}
