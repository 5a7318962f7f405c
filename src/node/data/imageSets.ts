import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readCifar10 } from "../../data/cifar10.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readIdx } from "../../data/idx.ts";
import { listFolder } from "../listFolder.ts";
import { readRegularFile, readRegularText } from "../readFile.ts";
import type { OwnData } from "./ownDataTypes.ts";
import { readMaybeGzip } from "./readMaybeGzip.ts";

/** MNIST's IDX files or CIFAR-10's binary files in a folder; undefined where there are none. Throws DataError. */
export function readImageSet(path: string): OwnData | undefined {
  const files = listFolder(path);
  const idx = readIdxFolder(path, files);
  if (idx) return idx;
  const inner = files.includes("cifar-10-batches-bin") ? join(path, "cifar-10-batches-bin") : path;
  const batches = listFolder(inner).filter((name) => /^data_batch_\d+\.bin$/.test(name));
  return batches.length > 0 ? readCifar10Folder(inner, batches) : undefined;
}

function readIdxFolder(path: string, files: readonly string[]): OwnData | undefined {
  const part = (prefix: string): Dataset | undefined => {
    const find = (what: string) =>
      files.find((name) => name.startsWith(prefix) && new RegExp(`${what}[-.]idx\\d`).test(name));
    const [images, labels] = [find("images"), find("labels")];
    if (!images || !labels) return undefined;
    return readIdx(readMaybeGzip(join(path, images)), readMaybeGzip(join(path, labels)), {
      name: `${basename(path)}, ${prefix}`,
    });
  };
  const dataset = part("train");
  if (!dataset) return undefined;
  const test = part("t10k") ?? part("test");
  return { kind: "images", format: "MNIST (IDX)", dataset, ...(test && { test }) };
}

function readCifar10Folder(path: string, batches: readonly string[]): OwnData {
  const namesFile = join(path, "batches.meta.txt");
  const labelNames = existsSync(namesFile)
    ? readRegularText(namesFile)
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean)
    : undefined;
  const read = (files: readonly string[]) =>
    readCifar10(
      files.map((file) => readRegularFile(join(path, file))),
      { name: path, ...(labelNames && { labelNames }) },
    );
  const test = existsSync(join(path, "test_batch.bin")) ? { test: read(["test_batch.bin"]) } : {};
  return { kind: "images", format: "CIFAR-10 (binary)", dataset: read(batches), ...test };
}
