import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../../src/node/atomicFile.ts";
import { DataError, SettingsError } from "../../../src/tensor/errors.ts";
import { hintsAfter, newProject } from "../../course/courseProject.ts";
import type { Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";
import { hintsText } from "../../course/progress.ts";
import { progressFile } from "../../course/projectTextFiles.ts";
import { arrayModuleText, readProject } from "./project.ts";

/** Writes a new project and returns the names of its files. Throws SettingsError if the folder is not empty. */
export async function createProject(folder: string, course: readonly Exercise[] = exercises): Promise<string[]> {
  refuseFilled(folder);
  makeFolder(folder);
  const files = newProject(course, arrayModuleText());
  for (const [name, text] of files) await writeFileAtomic(join(folder, name), text);
  return [...files.keys()];
}

function refuseFilled(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    throw new SettingsError(`${folder}: expected a new or empty folder, found ${code === "ENOTDIR" ? "a file" : code}`);
  }
  if (names.length > 0)
    throw new SettingsError(
      `${folder}: expected a new or empty folder, found ${names.length} files in it; name another one`,
    );
}

/**
 * The hints of an exercise that were shown before and the next one, which is recorded with its date. Throws DataError if the folder
 * contains no project or its record of hints is damaged.
 */
export async function nextHint(folder: string, exercise: Exercise, date: Date): Promise<string[]> {
  const { id, hints: texts } = exercise;
  const { hints, hintsProblem, root } = await readProject(folder, [exercise]);
  if (hintsProblem !== undefined) throw new DataError(hintsProblem);
  const after = hintsAfter(hints, exercise, date);
  if (after !== hints) {
    const file = join(folder, root, progressFile);
    makeFolder(dirname(file));
    await writeFileAtomic(file, hintsText(after));
  }
  return texts.slice(0, after[id].length);
}
