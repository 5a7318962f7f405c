import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { Command } from "commander";
import {
  type Grade,
  gradeSubmissions,
  gradesCsv,
  gradescopeResults,
  SettingsError,
} from "../assignment/node/course.ts";
import { courseOf, exercisesOption } from "./courseExercises.ts";
import { writeText } from "./json.ts";
import { count, seed } from "./numberOption.ts";
import { jsonText } from "./output.ts";

interface GradeFlags {
  readonly seed?: number;
  readonly out?: string;
  readonly gradescope?: string;
  readonly jobs: number;
  readonly exercises?: string;
}

export function gradeCommand(): Command {
  return new Command("grade")
    .description("grade submissions, each in processes of its own with limits on time, memory and access")
    .argument("<submissions...>", "folders or .zip files")
    .option("--seed <n>", "seed of the inputs that the checks draw (default: a random one, which is printed)", seed)
    .option("--out <file.csv>", "write a CSV with a row for each submission (- for standard output)")
    .option("--gradescope <results.json>", "write Gradescope's results.json, for one submission")
    .option("--jobs <n>", "submissions at the same time", count, availableParallelism())
    .option(...exercisesOption)
    .addHelpText("after", gradescopeHelp)
    .action(grade);
}

const gradescopeHelp = `
As an autograder of Gradescope, /autograder/run_autograder contains:
  handgrad course grade /autograder/submission --gradescope /autograder/results/results.json`;

async function grade(paths: readonly string[], { seed, out, gradescope, jobs, exercises }: GradeFlags): Promise<void> {
  if (gradescope !== undefined && paths.length > 1)
    throw new SettingsError(`--gradescope: expected one submission, found ${paths.length}`);
  const course = await courseOf(exercises);
  const chosen = seed ?? randomBytes(4).readUInt32LE();
  const lines: string[] = [];
  let printed = 0;
  const grades = await gradeSubmissions(paths, {
    course,
    seed: chosen,
    jobs,
    onGrade: (one, place) => {
      lines[place] = gradeLine(one);
      while (lines[printed] !== undefined) console.log(lines[printed++]); // in the order of the arguments
    },
  });
  console.log(`seed: ${chosen} (--seed ${chosen} repeats this)`);
  if (out !== undefined) await writeText(out, gradesCsv(grades, chosen, course));
  if (gradescope !== undefined) await writeText(gradescope, jsonText(gradescopeResults(grades[0], course), 2));
  if (grades.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

function gradeLine({ submission, points, possible, extraPoints, hints, notes, error }: Grade): string {
  if (error !== undefined) return `${submission}: not graded: ${error.split("\n")[0]}`;
  const parts = [
    `${points} of ${possible} points`,
    ...(extraPoints > 0 ? [`${extraPoints} extra`] : []),
    ...(hints > 0 ? [`${hints} ${hints === 1 ? "hint" : "hints"}`] : []),
    ...notes,
  ];
  return `${submission}: ${parts.join(", ")}`;
}
