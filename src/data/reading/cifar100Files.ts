import { ByteReader } from "../../formats/byteReader.ts";
import type { Inflate } from "../../formats/inflate.ts";
import { readTar } from "../../formats/tar.ts";
import { DataError } from "../../tensor/errors.ts";
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
} from "../cifar100.ts";
import type { Splits } from "../dataset.ts";
import { type Cifar100Format, cifar100Formats, everyPart } from "./cifar100Formats.ts";
import type { InputFolder } from "./inputFile.ts";

/** The largest file of label names in bytes, far more than 100 names take. */
const longestNames = 2 ** 16;

/** Reads one file to its end; `name` is its name in errors. */
type FileReader = (chunks: AsyncIterable<Uint8Array>, name: string) => Promise<void>;

/** A source of files: a folder or a .tar.gz archive. */
export interface FileSource {
  /** Calls the reader of each file; an archive is read once, whatever the order of its files. Throws DataError if a file is missing. */
  read(readers: ReadonlyMap<string, FileReader>): Promise<void>;
}

/** The files in one folder of `folder`, read at the same time; `within` is its path, "" or ending with "/". */
export function folderSource(folder: Pick<InputFolder, "file">, within = ""): FileSource {
  return {
    async read(readers) {
      const reading = [...readers].map(async ([name, reader]) => {
        const file = folder.file(`${within}${name}`);
        await reader(file.open(), file.name);
      });
      // all to their end, so that the error is that of the first file, however fast the others are
      for (const result of await Promise.allSettled(reading)) if (result.status === "rejected") throw result.reason;
    },
  };
}

/** The files of a tar archive by their names without folders. Nothing is written to disk. */
export function archiveSource(place: string, unpacked: () => AsyncIterable<Uint8Array>): FileSource {
  return {
    async read(readers) {
      const left = new Map(readers);
      for await (const { path, chunks } of readTar(place, unpacked())) {
        const base = path.slice(path.lastIndexOf("/") + 1);
        const reader = left.get(base);
        if (!reader) continue;
        await reader(chunks, `${place}: ${path}`);
        left.delete(base);
      }
      // read to the end even if all files are found, because the checksum is at the end
      if (left.size > 0)
        throw new DataError(`${place}: expected ${[...left.keys()].join(", ")} in it, found none; download it again`);
    },
  };
}

export interface Cifar100Reading<Part extends Cifar100Part> extends Omit<Cifar100Plan, "parts"> {
  readonly labels: Cifar100Labels;
  readonly parts: readonly Part[];
  readonly inflate: Inflate;
}

/** Reads parts of CIFAR-100. Throws DataError with the name of the file if it is missing, truncated, corrupted or has another size. */
export async function readCifar100<Part extends Cifar100Part = Cifar100Part>(
  source: FileSource,
  format: Cifar100Format,
  { labels, parts = everyPart as readonly Part[], inflate, ...plan }: Cifar100Reading<Part>,
): Promise<Pick<Splits, Part>> {
  const sizes = plan.sizes ?? cifar100Sizes;
  const rows = planCifar100({ ...plan, parts, labels });
  const images = { train: sizes.train + sizes.validation, test: sizes.test };
  const names = await readFiles(source, format, { labels, rows, images, inflate });
  const datasets = [...rows.train, ...rows.test].map((range) => [range.part, cifar100Dataset(range, names)]);
  return Object.fromEntries(datasets) as Pick<Splits, Part>;
}

interface Wanted {
  readonly labels: Cifar100Labels;
  readonly rows: Record<"train" | "test", Cifar100Rows[]>;
  readonly images: Record<"train" | "test", number>;
  readonly inflate: Inflate;
}

async function readFiles(
  source: FileSource,
  format: Cifar100Format,
  { labels, rows, images, inflate }: Wanted,
): Promise<Map<Cifar100LabelKind, string[]>> {
  const { files } = cifar100Formats[format];
  const kinds = cifar100Kinds[labels];
  let names = new Map<Cifar100LabelKind, string[]>();
  const readers = new Map<string, FileReader>();
  if (format === "mat") {
    readers.set(files.names.coarse, async (chunks, name) => {
      names = await readLabelNamesMat({ name, chunks }, kinds, inflate);
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
      return format === "mat" ? readCifar100Mat(file, inflate) : readCifar100Binary(file);
    });
  }
  await source.read(readers);
  return names;
}

async function readNames(name: string, chunks: AsyncIterable<Uint8Array>, kind: Cifar100LabelKind): Promise<string[]> {
  const text = await new ByteReader(name, chunks).peek(longestNames + 1);
  if (text.length > longestNames)
    throw new DataError(`${name}: expected label names in at most ${longestNames} bytes, found more`);
  return parseLabelNames(name, new TextDecoder().decode(text), kind);
}
