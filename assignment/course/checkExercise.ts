import { RandomState } from "../../src/random/randomState.ts";
import type { Exercise } from "./exercise.ts";
import type { Finding } from "./finding.ts";
import { runExperiment } from "./runExperiment.ts";
import { type Send, Student, StudentProblem } from "./student.ts";

export interface ExerciseResult {
  readonly id: string;
  readonly status: "right" | "wrong" | "not started";
  readonly points: number;
  readonly possible: number;
  /** the mistakes, in the order in which they should be repaired */
  readonly findings: readonly Finding[];
}

/** After these the student's process no longer answers. */
const hasEnded = new Set(["timeout", "exit", "memory"]);

/**
 * Compares a student's code with the right results, on inputs drawn from `seed`. `send` reaches the student's code; it never gets an
 * expected value. Full points need all results right: a backward pass that is nearly right trains nothing.
 */
export async function checkExercise(exercise: Exercise, send: Send, seed: number): Promise<ExerciseResult> {
  const findings: Finding[] = [];
  const result = (status: ExerciseResult["status"]): ExerciseResult => ({
    id: exercise.id,
    status,
    points: status === "right" ? exercise.points : 0,
    possible: exercise.points,
    findings,
  });
  for (const [place, one] of exercise.experiments.entries()) {
    if (one.afterSuccess && findings.length > 0) break;
    const student = new Student(`${exercise.id}.ts`, send);
    try {
      findings.push(...(await runExperiment(one, student, new RandomState([seed, place]))));
      if (findings.some(({ cause }) => hasEnded.has(cause))) break;
    } catch (error) {
      if (!(error instanceof StudentProblem)) throw error;
      const { kind, message, at } = error.problem;
      if (kind === "not-written" && findings.length === 0) return result("not started");
      findings.push({ cause: kind, message: at ? `${at}: ${message}` : message });
      break;
    }
  }
  return result(findings.length === 0 ? "right" : "wrong");
}
