import { type Cifar100Labels, cifar100Kinds } from "../cifar100.ts";
import type { LoadParts } from "../standIn.ts";
import { archiveSource, folderSource, readCifar100 } from "./cifar100Files.ts";
import { cifar100FormatEntries, everyPart } from "./cifar100Formats.ts";
import type { InputFile, InputFolder, InputPlace } from "./inputFile.ts";
import type { Platform } from "./platform.ts";

/** Loads CIFAR-100 from the given files: the .mat or binary files in any folder, or a .tar.gz of either; undefined for other files. */
export function cifar100At(place: InputPlace, labels: Cifar100Labels, platform: Platform): LoadParts | undefined {
  return place.kind === "file" ? fromArchive(place.file, labels, platform) : fromFolder(place.folder, labels, platform);
}

function fromFolder(folder: InputFolder, labels: Cifar100Labels, platform: Platform): LoadParts | undefined {
  const there = new Set(folder.files);
  for (const [format, { files }] of cifar100FormatEntries) {
    const wanted = [files.train, files.test, ...cifar100Kinds[labels].map((kind) => files.names[kind])];
    const within = ["", ...folder.folders.map((inner) => `${inner}/`)].find((inner) =>
      wanted.every((file) => there.has(`${inner}${file}`)),
    );
    if (within !== undefined) return loader(format, () => folderSource(folder, within), labels, platform);
  }
  const archive = folder.files.find((file) => cifar100FormatEntries.some(([, { archive: name }]) => file === name));
  return archive === undefined ? undefined : fromArchive(folder.file(archive), labels, platform);
}

function fromArchive(file: InputFile, labels: Cifar100Labels, platform: Platform): LoadParts | undefined {
  const found = cifar100FormatEntries.find(([, { archive }]) => file.name.split("/").at(-1) === archive);
  const source = () => archiveSource(file.name, () => platform.gunzip(file.open(), file.name));
  return found && loader(found[0], source, labels, platform);
}

function loader(
  format: Parameters<typeof readCifar100>[1],
  source: () => ReturnType<typeof folderSource>,
  labels: Cifar100Labels,
  { inflate }: Platform,
): LoadParts {
  const load = (options: Parameters<LoadParts>[0] = {}) =>
    readCifar100(source(), format, { parts: everyPart, ...options, labels, inflate });
  return load as LoadParts; // the loaded parts are the requested ones
}
