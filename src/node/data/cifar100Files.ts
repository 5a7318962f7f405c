import { join } from "node:path";
import type { Cifar100Labels, Cifar100Part, Cifar100Plan } from "../../data/cifar100.ts";
import type { Splits } from "../../data/dataset.ts";
import { archiveSource, folderSource, readCifar100 } from "../../data/reading/cifar100Files.ts";
import { everyPart } from "../../data/reading/cifar100Formats.ts";
import { readChunks } from "../readFile.ts";
import { type Cifar100Location, findCifar100 } from "./cifar100Folders.ts";
import { gunzip, inflateZlib } from "./inflateZlib.ts";
import { inputFile } from "./inputPath.ts";

export interface LoadCifar100Options<Part extends Cifar100Part = Cifar100Part> extends Omit<Cifar100Plan, "parts"> {
  /** The folder, or a location that was found before; by default the usual folders are searched. */
  readonly data?: string | Cifar100Location | undefined;
  /** "coarse" (20 superclasses), "fine" (100 classes), or "both" (coarse labels, with the fine ones as `finer`). */
  readonly labels?: Cifar100Labels | undefined;
  /** The parts to read. For a quick start, leave out "test" and load it later. */
  readonly parts?: readonly Part[];
}

/**
 * Loads CIFAR-100 from the .mat files, the binary files, or the .tar.gz of either. Throws DataError with the name of the file if
 * it is missing, truncated, corrupted or has another size.
 */
export async function loadCifar100<Part extends Cifar100Part = Cifar100Part>({
  data,
  labels = "coarse",
  parts = everyPart as readonly Part[],
  ...plan
}: LoadCifar100Options<Part> = {}): Promise<Pick<Splits, Part>> {
  const location = typeof data === "object" ? data : findCifar100({ data, labels, parts });
  const { path, format } = location;
  const source = location.isArchive
    ? archiveSource(path, () => gunzip(readChunks(path), path))
    : folderSource({ file: (name) => inputFile(join(path, name)) });
  return readCifar100(source, format, { ...plan, labels, parts, inflate: inflateZlib });
}
