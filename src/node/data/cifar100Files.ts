import {
  type Cifar100LabelKind,
  type Cifar100Labels,
  type Cifar100Part,
  type Cifar100Plan,
  type Cifar100Rows,
  cifar100Dataset,
  cifar100Kinds,
  cifar100Sizes,
  parseLabelNames,
  planCifar100,
  readCifar100Binary,
  readCifar100Mat,
  readLabelNamesMat,
} from "../../data/cifar100.ts";
import type { Splits } from "../../data/dataset.ts";
import { ByteReader } from "../../formats/byteReader.ts";
import { DataError } from "../../tensor/errors.ts";
import {
  type Cifar100Format,
  type Cifar100Location,
  cifar100Formats,
  everyPart,
  findCifar100,
} from "./cifar100Folders.ts";
import { archiveSource, type FileReader, type FileSource, folderSource } from "./fileSource.ts";
import { inflateZlib } from "./inflateZlib.ts";

/** Bytes of a file of label names, far more than 100 names take. */
const longestNames = 2 ** 16;

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
  const source = location.isArchive ? archiveSource(location.path) : folderSource(location.path);
  const sizes = plan.sizes ?? cifar100Sizes;
  const rows = planCifar100({ ...plan, parts, labels });
  const names = await readFiles(source, location.format, labels, rows, {
    train: sizes.train + sizes.validation,
    test: sizes.test,
  });
  const datasets = [...rows.train, ...rows.test].map((range) => [range.part, cifar100Dataset(range, names)]);
  return Object.fromEntries(datasets) as Pick<Splits, Part>;
}

async function readFiles(
  source: FileSource,
  format: Cifar100Format,
  labels: Cifar100Labels,
  rows: Record<"train" | "test", Cifar100Rows[]>,
  images: Record<"train" | "test", number>,
): Promise<Map<Cifar100LabelKind, string[]>> {
  const { files } = cifar100Formats[format];
  const kinds = cifar100Kinds[labels];
  let names = new Map<Cifar100LabelKind, string[]>();
  const readers = new Map<string, FileReader>();
  if (format === "mat") {
    readers.set(files.names.coarse, async (chunks, name) => {
      names = await readLabelNamesMat({ name, chunks }, kinds, inflateZlib);
    });
  } else {
    for (const kind of kinds) {
      readers.set(files.names[kind], async (chunks, name) => {
        names.set(kind, await readNames(name, chunks, kind));
      });
    }
  }
  for (const part of ["train", "test"] as const) {
    if (rows[part].length === 0) continue;
    readers.set(files[part], (chunks, name) => {
      const file = { name, chunks, images: images[part], rows: rows[part] };
      return format === "mat" ? readCifar100Mat(file, inflateZlib) : readCifar100Binary(file);
    });
  }
  await source.read(readers);
  return names;
}

async function readNames(name: string, chunks: AsyncIterable<Uint8Array>, kind: Cifar100LabelKind): Promise<string[]> {
  const text = await new ByteReader(name, chunks).peek(longestNames + 1);
  if (text.length > longestNames) throw new DataError(`${name}: longer than label names can be`);
  return parseLabelNames(name, new TextDecoder().decode(text), kind);
}
