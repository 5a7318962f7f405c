import { exercises, isWanted, limitTexts, type Project, projectOf, zipTexts } from "handgrad/assignment";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { arrayModule } from "./project.ts";

/** The project in files that were chosen or dropped: one .zip, a folder, or single files. Throws DataError. */
export async function openProject(chosen: readonly ChosenFile[]): Promise<Project> {
  const [first] = chosen;
  const isZip = chosen.length === 1 && /\.zip$/i.test(first.path);
  const name = isZip || chosen.length === 1 ? first.path : (first.path.split("/")[0] ?? "the files");
  const texts = isZip
    ? await zipTexts(new Uint8Array(await first.file.arrayBuffer()), name)
    : new Map<string, string>();
  if (!isZip) {
    for (const { path, file } of chosen) {
      if (isWanted(path) && file.size <= 1_000_000) texts.set(path, await file.text());
      limitTexts(name, texts);
    }
  }
  return projectOf(name, texts, exercises, arrayModule);
}
