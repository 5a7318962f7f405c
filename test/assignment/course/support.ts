import { stripTypeScriptTypes } from "node:module";
import { checkExercise, type ExerciseResult } from "../../../assignment/course/checkExercise.ts";
import type { Exercise } from "../../../assignment/course/exercise.ts";
import { StudentHost } from "../../../assignment/course/host.ts";
import * as array from "../../../assignment/course/project/array.ts";

/** A change of the solution that makes a mistake: the text `from` occurs in it exactly once and becomes `to`. */
export interface SeededMistake {
  readonly name: string;
  /** causes that name it rightly; none where no cause is asked for, only that it is found */
  readonly causes: readonly string[];
  readonly change: readonly (readonly [from: string, to: string])[];
}

/** What the tests hand in for one exercise. */
export interface Submissions {
  readonly id: string;
  readonly solution: string;
  /** right solutions in other styles, none of which may be accused */
  readonly styles: readonly string[];
  readonly mistakes: readonly SeededMistake[];
}

/** Runs the text of a file that imports from ./array.ts only, as the project's process would. */
export function evaluateSource(source: string): Record<string, unknown> {
  const names: string[] = [];
  const code = stripTypeScriptTypes(source)
    .replace(/import\s*\{([^}]*)\}\s*from "\.\/array\.ts";?/g, (_, list: string) => {
      const wanted = list
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "" && !item.startsWith("type "));
      return `const { ${wanted.map((item) => item.replace(" as ", ": ")).join(", ")} } = array;`;
    })
    .replace(/export (class|function|const|let) (\w+)/g, (_, kind: string, name: string) => {
      names.push(name);
      return `${kind} ${name}`;
    });
  return new Function("array", `"use strict"; ${code}\nreturn { ${names.join(", ")} };`)(array);
}

/** Checks a file's text as `course check` does, without a process of its own. */
export function checkSource(exercise: Exercise, source: string, seed = 1): Promise<ExerciseResult> {
  const module = evaluateSource(source); // once, so that state outside of classes lives on between calls
  const host = new StudentHost({ load: async () => module });
  return checkExercise(exercise, (request) => host.handle(request), seed);
}

export function withMistake(solution: string, { name, change }: SeededMistake): string {
  return change.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2)
      throw new Error(`${name}: expected ${JSON.stringify(from)} once in the solution`);
    return text.replace(from, () => to);
  }, solution);
}
