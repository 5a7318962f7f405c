import {
  bytesOf,
  checkpointFile,
  DataError,
  encodeZip,
  evaluationFile,
  lastModelFile,
  listZip,
  MemoryRunFiles,
  modelFile,
  type RunFiles,
  readZipEntry,
  recordFile,
} from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { holding, makeRun, readStoredRun } from "./runStore.ts";

// Import and export of run folders, in the format of the command: from files, folders and ZIP files; as ZIP files or folders.

const known = [
  ...[checkpointFile, "checkpoint.previous.safetensors", `.next.${checkpointFile}`],
  ...[recordFile, evaluationFile, modelFile, lastModelFile, "report.html"],
];
/** the file of a failed step, and the one for TensorBoard */
const further = /^(replay-step-\d+\.safetensors|events\.out\.tfevents\.[\w.-]+)$/;

const isPartOfRun = (name: string) => known.includes(name) || further.test(name);
const beginsRun = (name: string) => name === checkpointFile || name === recordFile;

/** All run folders in files that the user chose or dropped, in memory. Throws DataError if there is none. */
export async function runsIn(files: readonly ChosenFile[]): Promise<MemoryRunFiles[]> {
  const found: MemoryRunFiles[] = [];
  const zips = files.filter(({ path }) => /\.zip$/i.test(path));
  const plain = files.filter(({ path }) => !/\.zip$/i.test(path));
  const entries = plain.map(({ path, file }) => ({
    path,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  }));
  found.push(...(await collect(entries, "run")));
  for (const { path, file } of zips) {
    const bytes = bytesOf(new Uint8Array(await file.arrayBuffer()));
    const inside = await listZip(bytes, { name: path, mostEntries: 100_000 });
    const read = inside.map((entry) => ({ path: entry.path, read: () => readZipEntry(bytes, entry, { name: path }) }));
    found.push(...(await collect(read, path.replace(/^.*\//, "").replace(/\.zip$/i, ""))));
  }
  if (found.length > 0) return found;
  const names = files.slice(0, 3).map(({ path }) => path);
  throw new DataError(
    `${names.join(", ")}${files.length > 3 ? ", …" : ""}: expected the folder of a run with ${recordFile} or ${checkpointFile}, or a ZIP of it; found neither`,
  );
}

interface Entry {
  readonly path: string;
  read(): Promise<Uint8Array>;
}

async function collect(entries: readonly Entry[], rootName: string): Promise<MemoryRunFiles[]> {
  const split = entries.map((entry) => {
    const at = entry.path.lastIndexOf("/");
    return { entry, folder: entry.path.slice(0, Math.max(0, at)), name: entry.path.slice(at + 1) };
  });
  const folders = new Set(split.filter(({ name }) => beginsRun(name)).map(({ folder }) => folder));
  const runs: MemoryRunFiles[] = [];
  for (const folder of folders) {
    const crossValidation = split.find((each) => each.folder === folder && each.name === "cross-validation.json");
    if (crossValidation)
      throw new DataError(
        `${folder || rootName}: expected the folder of a run, found that of a cross-validation; open one of its folds (${folder || rootName}/folds/…) here, or continue it with handgrad train --resume`,
      );
    const run = new MemoryRunFiles(folder.split("/").at(-1) || rootName);
    for (const each of split) {
      if (each.folder === folder && isPartOfRun(each.name)) await run.write(each.name, await each.entry.read());
    }
    runs.push(run);
  }
  return runs;
}

/** Stores run folders in this browser and returns their names. Throws DataError for a damaged one, and then stores none. */
export async function keepRuns(runs: readonly RunFiles[]): Promise<string[]> {
  for (const run of runs) {
    const { record, saved, problems } = await readStoredRun(run);
    if (!record && !saved) throw new DataError(`${run.folder}: ${problems.join("; ")}`);
  }
  const names: string[] = [];
  for (const run of runs) {
    const name = await makeRun(run.folder);
    const copy = async (files: RunFiles) => {
      for (const each of await run.list()) await files.write(each, (await run.read(each)) ?? "");
    };
    await holding(name, copy, { isNew: true });
    names.push(name);
  }
  return names;
}

/** The files of stored runs by their paths, "run/history.json". */
export async function allFiles(runs: readonly RunFiles[]): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const all: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const run of runs) {
    for (const name of await run.list()) {
      const bytes = await run.read(name);
      if (bytes) all[`${run.folder}/${name}`] = bytes as Uint8Array<ArrayBuffer>;
    }
  }
  return all;
}

/** A ZIP of stored runs. */
export async function zipOf(runs: readonly RunFiles[]): Promise<Uint8Array<ArrayBuffer>> {
  return encodeZip(await allFiles(runs));
}
