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
  /** The folder, or a location that was found before; without it the usual folders are searched. */
  readonly data?: string | Cifar100Location | undefined;
  /** 20 coarse labels, 100 fine ones, or the coarse ones with the fine ones as `finer`. */
  readonly labels?: Cifar100Labels | undefined;
  /** Only these are read; leave "test" out where a quick start matters and load it when it is needed. */
  readonly parts?: readonly Part[];
}

/**
 * CIFAR-100 from .mat files, from the binary distribution or straight from either's .tar.gz.
 * Throws DataError, naming the file, when it is missing, truncated, corrupted or of another size.
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
