import { existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Cifar100Labels, type Cifar100Part, cifar100Kinds } from "../../data/cifar100.ts";
import {
  type Cifar100Format,
  cifar100FormatEntries,
  cifar100Formats,
  everyPart,
} from "../../data/reading/cifar100Formats.ts";
import { DataError } from "../../tensor/errors.ts";

/** Other copies of the data set, which are not read. */
export function otherForms({ format, path, isArchive }: Cifar100Location): string[] {
  const folder = isArchive ? dirname(path) : path;
  const parent = Object.values(cifar100Formats).some((each) => each.folder === basename(folder))
    ? dirname(folder)
    : folder;
  return cifar100FormatEntries.flatMap(([other, { folder: inner, archive, files }]) => [
    ...(other === format
      ? []
      : [...new Set([folder, parent, join(parent, inner)])].map((place) => join(place, files.train)).filter(isFile)),
    ...(isArchive && other === format ? [] : [join(parent, archive)].filter(isFile)),
  ]);
}

/** The location and the format of the data set. */
export interface Cifar100Location {
  readonly format: Cifar100Format;
  /** The folder of the files, or the archive that contains them. */
  readonly path: string;
  readonly isArchive: boolean;
}

/** Where to search for the data set. Everything except `data` comes from the process and can be replaced in tests. */
export interface Cifar100Search {
  /** A folder given by the user; only this folder is searched. */
  readonly data?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly workingFolder?: string | undefined;
  readonly labels?: Cifar100Labels | undefined;
  readonly parts?: readonly Cifar100Part[];
}

/** The default folder for downloads, which is searched from every working folder. */
export function cifar100CacheFolder(environment: Cifar100Search["environment"] = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "handgrad", "cifar100");
}

/**
 * The folders to search, in order: only the given one, otherwise only HANDGRAD_DATA, otherwise data/cifar100 in the working
 * folder, the user's cache, and the folder "../shared", which several projects can use.
 */
export function cifar100Folders({
  data,
  environment = process.env,
  workingFolder = process.cwd(),
}: Cifar100Search = {}): string[] {
  const given = data ?? (environment.HANDGRAD_DATA || undefined);
  if (given !== undefined) return [resolve(workingFolder, given)];
  return [
    join(workingFolder, "data", "cifar100"),
    cifar100CacheFolder(environment),
    join(workingFolder, "..", "shared", "cifar100"),
  ];
}

/**
 * The first complete data set in the usual folders. Throws DataError, which lists the folders and files that were searched for,
 * and what to do.
 */
export function findCifar100(search: Cifar100Search = {}): Cifar100Location {
  const folders = cifar100Folders(search);
  const incomplete: string[] = [];
  for (const folder of folders) {
    const found = lookInto(folder, search, incomplete);
    if (found) return found;
  }
  throw nothingFound(folders, incomplete);
}

/**
 * Whether a path contains the data set, its archive, or a part of it. An incomplete folder is reported as incomplete and not read
 * as images.
 */
export function holdsCifar100(path: string): boolean {
  if (archiveAt(path)) return true;
  if (!existsSync(path) || !statSync(path).isDirectory()) return false;
  try {
    findCifar100({ data: path });
    return true;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  const names = Object.values(cifar100Formats).flatMap(({ folder, archive, files }) => [folder, archive, files.train]);
  return readdirSync(path).some((name) => names.includes(name));
}

/** The copies of the data set in a folder; incomplete ones are added to `incomplete`. */
function lookInto(
  folder: string,
  { labels = "coarse", parts = everyPart }: Cifar100Search,
  incomplete: string[],
): Cifar100Location | undefined {
  const archive = archiveAt(folder);
  if (archive) return archive;
  for (const [format, { folder: subFolder, files }] of cifar100FormatEntries) {
    const { train, test, names } = files;
    const wanted = [
      ...new Set(cifar100Kinds[labels].map((kind) => names[kind])),
      ...(parts.some((part) => part !== "test") ? [train] : []),
      ...(parts.includes("test") ? [test] : []),
    ];
    for (const path of [folder, join(folder, subFolder)]) {
      const missing = wanted.filter((file) => !isFile(join(path, file)));
      if (missing.length === 0) return { format, path, isArchive: false };
      if (missing.length < wanted.length) incomplete.push(`${path} lacks ${missing.join(", ")}`);
    }
  }
  for (const [format, { archive }] of cifar100FormatEntries) {
    const path = join(folder, archive);
    if (isFile(path)) return { format, path, isArchive: true };
  }
  return undefined;
}

/** One of the two archives, recognized by its name. */
function archiveAt(path: string): Cifar100Location | undefined {
  const found = cifar100FormatEntries.find(([, { archive }]) => basename(path) === archive);
  return found && isFile(path) ? { format: found[0], path, isArchive: true } : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function nothingFound(folders: readonly string[], incomplete: readonly string[]): DataError {
  const { mat, binary } = cifar100Formats;
  const lines = [
    `CIFAR-100 was not found. Looked in:`,
    ...folders.map((folder) => `  ${resolve(folder)}${existsSync(folder) ? "" : " (no such folder)"}`),
    ...incomplete.map((place) => `  incomplete: ${place}`),
    `Expected: train.mat, test.mat, meta.mat (also in ${mat.folder}/);`,
    `  or train.bin, test.bin, coarse_label_names.txt, fine_label_names.txt (also in ${binary.folder}/);`,
    `  ${mat.archive}; ${binary.archive}.`,
    `Download it with "handgrad data download cifar100", or name its folder with --data DIR.`,
  ];
  return new DataError(lines.join("\n"));
}
