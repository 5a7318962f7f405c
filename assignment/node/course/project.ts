import { packageFile } from "../../../src/node/packageFile.ts";
import { readRegularText } from "../../../src/node/readFile.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { readAnswers } from "../../course/answers.ts";
import type { Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";
import { type Hints, parseHints } from "../../course/progress.ts";
import { progressFile, readProjectFiles } from "./projectFiles.ts";

/** What a student has written, from a project's folder or a submitted .zip. */
export interface Project {
  /** the texts of the files by their paths in the project */
  readonly files: ReadonlyMap<string, string>;
  /** the folder of the project within the given one: "" or such as "problem1/" */
  readonly root: string;
  /** whether array.ts is no longer the one that the checks use instead of it */
  readonly arrayChanged: boolean;
  /** the hints that were shown; none where their file is damaged, which `hintsProblem` says */
  readonly hints: Hints;
  readonly hintsProblem?: string;
}

/** The array module, as every project has it. */
export const arrayModuleText = (): string => readRegularText(packageFile("assignment/course/project/array.ts"));

/**
 * Reads a project from its folder, a folder around it, or a .zip. Throws DataError where it cannot be read, holds no exercise, or
 * holds several projects.
 */
export async function readProject(path: string, course: readonly Exercise[] = exercises): Promise<Project> {
  const all = await readProjectFiles(path);
  const root = projectRoot(path, [...all.keys()], course);
  const files = new Map(
    [...all].filter(([name]) => name.startsWith(root)).map(([name, text]) => [name.slice(root.length), text] as const),
  );
  const hints = readHints(files.get(progressFile), `${path}: ${progressFile}`);
  files.delete(progressFile);
  const array = files.get("array.ts");
  return {
    files,
    root,
    arrayChanged: array !== undefined && unified(array) !== unified(arrayModuleText()),
    ...hints,
  };
}

function readHints(text: string | undefined, name: string): Pick<Project, "hints" | "hintsProblem"> {
  try {
    return { hints: text === undefined ? {} : parseHints(text, name) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { hints: {}, hintsProblem: error.message };
  }
}

/** Line ends as an editor or git may have changed them. */
const unified = (text: string): string => text.replaceAll("\r\n", "\n").trimEnd();

/** The folder, with its slash, that holds the exercises: the topmost one that holds any. */
function projectRoot(path: string, names: readonly string[], course: readonly Exercise[]): string {
  const known = new Set(course.map(({ id }) => `${id}.ts`));
  const folders = new Set(
    names
      .filter((name) => known.has(name.slice(name.lastIndexOf("/") + 1)))
      .map((name) => name.slice(0, name.lastIndexOf("/") + 1)),
  );
  const depth = (folder: string): number => folder.split("/").length;
  const least = Math.min(...[...folders].map(depth));
  const topmost = [...folders].filter((folder) => depth(folder) === least);
  if (topmost.length === 1) return topmost[0];
  if (topmost.length > 1)
    throw new DataError(`${path}: holds several projects (${topmost.join(", ")}); name each of them`);
  throw new DataError(
    `${path}: holds no exercise, such as linear.ts; "handgrad course new problem1 DIR" makes a project`,
  );
}

/** The answers to an exercise's questions, "" where one is missing. */
export const answersOf = ({ files }: Project, exercise: Exercise): string[] =>
  readAnswers(files.get(`${exercise.id}.ts`) ?? "", exercise);
