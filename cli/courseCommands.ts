import { Command } from "commander";
import {
  type CheckedExercise,
  checkProject,
  chooseExercises,
  createProject,
  type Exercise,
  findExercise,
  nextHint,
  notesOf,
  type Project,
  readProject,
  SettingsError,
  shellLine,
} from "../assignment/node/course.ts";
import { courseOf, exercisesOption, placeWords } from "./courseExercises.ts";
import { gradeCommand } from "./courseGrade.ts";
import { chapterLine, exerciseLines, nextLine, summaryLine } from "./courseLines.ts";
import { resultCommands } from "./courseResults.ts";
import { type JsonFlag, withJson, writeJson } from "./json.ts";
import { seed } from "./numberOption.ts";
import { inform, printColoured } from "./output.ts";

/** handgrad course new | check | hint | train | report | verify | grade: the assignment as exercises. */
export function courseCommands(): Command {
  const command = new Command("course").description(
    "write the layers, optimizers and training loop of the assignment yourself; the checks name what is wrong",
  );
  command
    .command("new")
    .description("make a folder with the exercises")
    .argument("<course>", "problem1, or a file with exercises of your own (docs/teaching.md)")
    .argument("<dir>", "a new or empty folder")
    .action(makeProject);
  const check = command
    .command("check")
    .description("show what is right, what is wrong and why, and the points")
    .argument("[parts...]", "exercises or chapters, such as linear or optimizers (default: all)")
    .option("--dir <dir>", "folder of your project", ".")
    .option("--seed <n>", "seed of the inputs that the checks draw", seed, 1)
    .option(...exercisesOption);
  withJson(check, "the results as JSON").action(checkParts);
  command
    .command("hint")
    .description("show the next of three hints; it is recorded")
    .argument("<exercise>", "such as linear")
    .option("--dir <dir>", "folder of your project", ".")
    .option(...exercisesOption)
    .action(hint);
  for (const one of resultCommands()) command.addCommand(one);
  command.addCommand(gradeCommand());
  return command;
}

async function makeProject(name: string, folder: string): Promise<void> {
  const own = name === "problem1" ? undefined : name;
  if (own !== undefined && !/\.[cm]?[jt]s$/.test(own))
    throw new SettingsError(`${own}: expected problem1, or a file with exercises, such as exercises.ts`);
  const course = await courseOf(own);
  const files = await createProject(folder, course);
  console.log(`made ${folder} with ${files.length} files; README.md explains what to do`);
  inform(
    `next: write ${course[0].id}.ts, then ${shellLine("handgrad", "course", "check", ...placeWords(folder, own))}`,
  );
}

interface CheckFlags extends JsonFlag {
  readonly dir: string;
  readonly seed: number;
  readonly exercises?: string;
}

async function checkParts(parts: readonly string[], { dir, seed, json, exercises }: CheckFlags): Promise<void> {
  const began = performance.now();
  const course = await courseOf(exercises);
  const asked = chooseExercises(parts, course);
  const project = await readProject(dir, course);
  // The extra chapter is optional: it counts from the moment that it is begun
  const counts = ({ chapter }: Exercise, { status }: CheckedExercise) =>
    parts.length > 0 || chapter !== "extra" || status !== "not started";
  const results: CheckedExercise[] = [];
  let last: Exercise | undefined;
  for await (const result of checkProject(project, asked, { seed })) {
    const exercise = asked[results.push(result) - 1];
    if (json !== undefined) continue;
    if (exercise.chapter !== last?.chapter) printColoured([...(last ? [""] : []), chapterLine(exercise)]);
    printColoured(exerciseLines(exercise, result, hintsOf(project, exercise)));
    last = exercise;
  }
  const wrong = asked.filter((one, place) => counts(one, results[place]) && results[place].status !== "right");
  if (wrong.length > 0) process.exitCode = 1;
  const seconds = (performance.now() - began) / 1000;
  if (json !== undefined) await writeJson(json, jsonOf(project, asked, results, { seed, seconds }), 2);
  else {
    printColoured(["", summaryLine(asked, results, seconds)]);
    for (const note of notesOf(project)) console.error(`warning: ${note}`);
    inform(nextLine(wrong[0], parts.length === 0, placeWords(dir, exercises), exercises === undefined));
  }
}

const hintsOf = ({ hints }: Project, { id }: Exercise): number => (Object.hasOwn(hints, id) ? hints[id].length : 0);

function jsonOf(
  project: Project,
  asked: readonly Exercise[],
  results: readonly CheckedExercise[],
  run: { readonly seed: number; readonly seconds: number },
): object {
  const sum = (key: "points" | "possible", extra: boolean): number =>
    results.filter((_, at) => (asked[at].chapter === "extra") === extra).reduce((total, one) => total + one[key], 0);
  return {
    ...run,
    points: sum("points", false),
    possible: sum("possible", false),
    extraPoints: sum("points", true),
    extraPossible: sum("possible", true),
    notes: notesOf(project),
    exercises: results.map((result, at) => {
      const { title, chapter } = asked[at];
      return { ...result, title, chapter, hints: hintsOf(project, asked[at]) };
    }),
  };
}

async function hint(name: string, { dir, exercises }: Pick<CheckFlags, "dir" | "exercises">): Promise<void> {
  const exercise = findExercise(name, await courseOf(exercises));
  const texts = await nextHint(dir, exercise, new Date());
  texts.forEach((text, at) => {
    console.log(`${at + 1} of ${exercise.hints.length}: ${text}`);
  });
}
