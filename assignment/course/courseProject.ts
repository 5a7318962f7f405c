import { encodeZip } from "../../src/formats/zipWrite.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { answerBox, readAnswers } from "./answers.ts";
import type { Exercise } from "./exercise.ts";
import { type Hints, hintsText, parseHints } from "./progress.ts";
import { progressFile } from "./projectTextFiles.ts";
import { packageText, readmeText, tsconfigText } from "./projectTexts.ts";

/** The student's code, from a project's folder or a .zip of it. */
export interface Project {
  /** the texts of the files by their paths in the project */
  readonly files: ReadonlyMap<string, string>;
  /** the folder of the project within the given one: "" or such as "problem1/" */
  readonly root: string;
  /** whether array.ts is no longer the one that the checks use instead of it */
  readonly arrayChanged: boolean;
  /** the hints that were shown; none if their file is damaged: see `hintsProblem` */
  readonly hints: Hints;
  readonly hintsProblem?: string;
}

/** The files of a new project with their texts. `arrayText` is the text of array.ts. */
export function newProject(course: readonly Exercise[], arrayText: string): Map<string, string> {
  return new Map<string, string>([
    ["README.md", readmeText(course)],
    ["package.json", packageText],
    ["tsconfig.json", tsconfigText],
    ["array.ts", arrayText],
    ...course.map((one) => [`${one.id}.ts`, skeletonOf(one)] as const),
  ]);
}

/** The file that an exercise starts with: its skeleton, and below it the questions with room for the answers. */
export const skeletonOf = (exercise: Exercise): string => exercise.skeleton + answerBox(exercise);

/**
 * The project in the texts of a folder or .zip, which may be around it. Throws DataError that begins with `name` if it contains no exercise, or
 * several projects.
 */
export function projectOf(
  name: string,
  all: ReadonlyMap<string, string>,
  course: readonly Exercise[],
  arrayText: string,
): Project {
  const root = projectRoot(name, [...all.keys()], course);
  const files = new Map(
    [...all].filter(([path]) => path.startsWith(root)).map(([path, text]) => [path.slice(root.length), text] as const),
  );
  const hints = readHints(files.get(progressFile), `${name}: ${progressFile}`);
  files.delete(progressFile);
  const array = files.get("array.ts");
  return { files, root, arrayChanged: array !== undefined && unified(array) !== unified(arrayText), ...hints };
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
    throw new DataError(`${path}: expected one project, found ${topmost.join(", ")}; name each of them`);
  throw new DataError(
    `${path}: expected a project with exercises such as linear.ts, found none; "handgrad course new problem1 DIR" makes one`,
  );
}

/** The answers to an exercise's questions, "" where one is missing. */
export const answersOf = ({ files }: Pick<Project, "files">, exercise: Exercise): string[] =>
  readAnswers(files.get(`${exercise.id}.ts`) ?? "", exercise);

/** The record of hints after one more hint of an exercise was shown; the same where all were. */
export function hintsAfter(hints: Hints, { id, hints: texts }: Exercise, date: Date): Hints {
  const shown = Object.hasOwn(hints, id) ? hints[id] : [];
  return shown.length < texts.length ? { ...hints, [id]: [...shown, date.toISOString()] } : hints;
}

/** A project's folder as the bytes of a .zip, with the record of hints, the files of a new project that it lacks, and `others` by their paths. */
export function projectZip(
  { files, hints }: Pick<Project, "files" | "hints">,
  course: readonly Exercise[],
  arrayText: string,
  others: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const texts = new Map([...newProject(course, arrayText), ...files, ...Object.entries(others)]);
  if (Object.keys(hints).length > 0) texts.set(progressFile, hintsText(hints));
  const encoder = new TextEncoder();
  return encodeZip(Object.fromEntries([...texts].map(([name, text]) => [`problem1/${name}`, encoder.encode(text)])));
}
