import { DataError } from "../../tensor/errors.ts";
import { readCifar10 } from "../cifar10.ts";
import type { Dataset } from "../dataset.ts";
import { readIdx } from "../idx.ts";
import { listed } from "../imageTreeText.ts";
import type { ImageFiles } from "./imageFiles.ts";
import { type InputFile, type InputFolder, readWhole } from "./inputFile.ts";
import type { OwnImages } from "./ownDataTypes.ts";
import type { Platform } from "./platform.ts";

/** Files of a data set, in a folder or an archive. */
interface SetFiles {
  readonly name: string;
  /** the paths of the files */
  readonly files: readonly string[];
  /** reads the contents of some files, decompressed if their names end with .gz */
  read(files: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** The folders in which CIFAR-10's archive and torchvision store data sets. */
const inner = ["", "cifar-10-batches-bin", "raw", "MNIST/raw", "FashionMNIST/raw"];

const mostUnzipped = 2 ** 31;

/** Reads MNIST's IDX files or CIFAR-10's binary files in a folder; undefined if there are none. Throws DataError. */
export async function readImageSet(folder: InputFolder, platform: Platform): Promise<OwnImages | undefined> {
  for (const place of inner) {
    const prefix = place === "" ? "" : `${place}/`;
    if (place !== "" && !folder.folders.includes(place)) continue;
    const files = folder.files
      .filter((file) => file.startsWith(prefix) && !file.slice(prefix.length).includes("/"))
      .map((file) => file.slice(prefix.length));
    const read = async (wanted: readonly string[]) => {
      const contents = new Map<string, Uint8Array>();
      for (const file of wanted) contents.set(file, await unpackedFile(folder.file(`${prefix}${file}`), platform));
      return contents;
    };
    const found = await readSet({ name: `${folder.name}${place && "/"}${place}`, files, read });
    if (found) return found;
  }
  return undefined;
}

/** Reads the same files in any folder of an archive. */
export async function readImageSetIn(source: ImageFiles, platform: Platform): Promise<OwnImages | undefined> {
  const { name, files } = source;
  return readSet({
    ...{ name, files },
    async read(wanted) {
      const contents = new Map<string, Uint8Array>();
      for await (const { index, read } of source.contents(wanted.map((file) => files.indexOf(file))))
        contents.set(files[index], await unpacked(await read(), source.nameOf(index), platform));
      return contents;
    },
  });
}

async function unpackedFile(file: InputFile, platform: Platform): Promise<Uint8Array> {
  return file.name.endsWith(".gz")
    ? readWhole(platform.unpack(file.open(), "gzip", file.name), file.name, mostUnzipped)
    : file.bytes();
}

async function unpacked(bytes: Uint8Array, where: string, platform: Platform): Promise<Uint8Array> {
  if (!where.endsWith(".gz")) return bytes;
  const pieces = (async function* () {
    yield bytes;
  })();
  return readWhole(platform.unpack(pieces, "gzip", where), where, mostUnzipped);
}

const readSet = async (set: SetFiles): Promise<OwnImages | undefined> => (await readIdxSet(set)) ?? readCifar10Set(set);

const baseOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

/** Finds files such as train-images-idx3-ubyte; EMNIST adds a prefix to each name. */
async function readIdxSet({ name, files, read }: SetFiles): Promise<OwnImages | undefined> {
  const find = (part: string, what: string): string | undefined => {
    const pattern = new RegExp(`(^|[-_.])(${part})[-_.]${what}[-.]idx\\d`);
    const found = files.filter((file) => pattern.test(baseOf(file)) && !baseOf(file).startsWith("."));
    const different = new Set(found.map((file) => file.replace(/\.gz$/, "")));
    if (different.size > 1)
      throw new DataError(
        `${name}: expected one data set, found several: ${listed([...different])}; put each into a separate folder`,
      );
    return found.sort().at(0); // prefers the decompressed file
  };
  const pairs = Object.entries({ train: "train", test: "t10k|test" }).flatMap(([part, called]) => {
    const [images, labels] = [find(called, "images"), find(called, "labels")];
    return images && labels ? [{ part, images, labels }] : [];
  });
  if (pairs[0]?.part !== "train") return undefined;
  const contents = await read(pairs.flatMap(({ images, labels }) => [images, labels]));
  const [dataset, test] = pairs.map(({ part, images, labels }) =>
    readIdx(contents.get(images) as Uint8Array, contents.get(labels) as Uint8Array, { name: `${name}, ${part}` }),
  );
  return { kind: "images", format: "MNIST (IDX)", ...(test ? withSameClasses(dataset, test) : { dataset }) };
}

/** Gives both parts the same class names, which are numbers up to the largest label. */
function withSameClasses(dataset: Dataset, test: Dataset): { readonly dataset: Dataset; readonly test: Dataset } {
  const { labelNames } = [dataset, test].reduce((a, b) => (b.labelNames.length > a.labelNames.length ? b : a));
  return { dataset: { ...dataset, labelNames }, test: { ...test, labelNames } };
}

async function readCifar10Set({ name, files, read }: SetFiles): Promise<OwnImages | undefined> {
  const batches = files.filter((file) => /^data_batch_\d+\.bin$/.test(baseOf(file)));
  if (batches.length === 0) return undefined;
  const beside = (what: string): string | undefined => files.find((file) => baseOf(file) === what);
  const [testFile, namesFile] = [beside("test_batch.bin"), beside("batches.meta.txt")];
  const contents = await read([...batches, ...(testFile ? [testFile] : []), ...(namesFile ? [namesFile] : [])]);
  const labelNames = namesFile ? linesOf(contents.get(namesFile) as Uint8Array) : undefined;
  const datasetOf = (some: readonly string[]) =>
    readCifar10(
      some.map((file) => contents.get(file) as Uint8Array),
      { name, ...(labelNames && { labelNames }) },
    );
  const missing = [1, 2, 3, 4, 5].filter((batch) => !batches.some((file) => file.endsWith(`data_batch_${batch}.bin`)));
  const notes = [
    ...(missing.length > 0 ? [`no ${missing.map((batch) => `data_batch_${batch}.bin`).join(", ")}`] : []),
    ...(testFile ? [] : ["no test_batch.bin: the test part is taken from the training images"]),
  ];
  return {
    ...{ kind: "images", format: "CIFAR-10 (binary)", dataset: datasetOf(batches), notes },
    ...(testFile && { test: datasetOf([testFile]) }),
  };
}

function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return lines.map((line) => line.trim()).filter(Boolean);
}
