import { packageFile } from "../../../src/node/packageFile.ts";
import { readRegularText } from "../../../src/node/readFile.ts";
import { type Project, projectOf } from "../../course/courseProject.ts";
import type { Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";
import { readProjectFiles } from "./projectFiles.ts";

export { answersOf, type Project } from "../../course/courseProject.ts";

/** The array module, as every project has it. */
export const arrayModuleText = (): string => readRegularText(packageFile("assignment/course/project/array.ts"));

/**
 * Reads a project from its folder, a folder around it, or a .zip. Throws DataError if it cannot be read, contains no exercise, or
 * contains several projects.
 */
export async function readProject(path: string, course: readonly Exercise[] = exercises): Promise<Project> {
  return projectOf(path, await readProjectFiles(path), course, arrayModuleText());
}
