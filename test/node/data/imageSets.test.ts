import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tarOf, zipOf } from "../../../scripts/fuzz/structures.ts";
import type { OwnImages } from "../../../src/data/reading/ownDataTypes.ts";
import { findCifar100, holdsCifar100, otherForms } from "../../../src/node/data/cifar100Folders.ts";
import { readOwnData } from "../../../src/node/data/ownData.ts";
import { RandomState } from "../../../src/random/randomState.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { archiveOf, binaryFiles, matFiles } from "../../data/cifar100Builder.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-sets-");

type Files = Readonly<Record<string, Uint8Array>>;
function write(files: Files): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
const under = (place: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${place}/${path}`, bytes]));
const tar = (files: Files) => tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
const zip = (files: Files) => zipOf(files, new RandomState(2), deflateRawSync, { ending: "", lies: false });
const read = async (path: string): Promise<OwnImages> => {
  const data = await readOwnData(join(folder, path), { height: 4, width: 4 });
  if (data.kind !== "images") throw new Error("images were expected");
  return data;
};

function idx(shape: readonly number[], value: (i: number) => number): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x800 + shape.length);
  for (const [i, length] of shape.entries()) header.setUint32(4 + 4 * i, length);
  const size = shape.reduce((product, length) => product * length, 1);
  return Buffer.concat([new Uint8Array(header.buffer), Uint8Array.from({ length: size }, (_, i) => value(i))]);
}
const mnist: Files = {
  "train-images-idx3-ubyte": idx([6, 2, 2], (i) => i),
  "train-labels-idx1-ubyte": idx([6], (i) => i % 3),
  "t10k-images-idx3-ubyte.gz": gzipSync(idx([2, 2, 2], (i) => 100 + i)),
  "t10k-labels-idx1-ubyte.gz": gzipSync(idx([2], (i) => i)),
};

describe("MNIST's files", () => {
  test.each([
    ["a folder", "mnist", under("mnist", mnist)],
    ["torchvision's folder", "torch", under("torch/MNIST/raw", mnist)],
    [
      "EMNIST's names",
      "emnist",
      Object.fromEntries(
        Object.entries(mnist).map(([path, bytes]) => [`emnist/emnist-letters-${path.replace("t10k", "test")}`, bytes]),
      ),
    ],
    ["a ZIP", "mnist.zip", { "mnist.zip": zip(under("archive", mnist)) }],
    ["a .tar.gz", "mnist.tgz", { "mnist.tgz": gzipSync(tar(mnist)) }],
  ])("in %s", async (_, path, files) => {
    write(files);
    const { dataset, test: last, format } = await read(path);
    expect(format).toBe("MNIST (IDX)");
    expect([dataset.inputs, dataset.labels]).toEqual([
      Uint8Array.from({ length: 24 }, (_, i) => i),
      Int32Array.of(0, 1, 2, 0, 1, 2),
    ]);
    expect([last?.labels, last?.labelNames]).toEqual([Int32Array.of(0, 1), ["0", "1", "2"]]);
  });

  test("of two data sets in one folder are refused", async () => {
    for (const name of ["letters", "digits"])
      write(Object.fromEntries(Object.entries(mnist).map(([path, bytes]) => [`two/emnist-${name}-${path}`, bytes])));
    await expect(read("two")).rejects.toThrow(DataError);
    await expect(read("two")).rejects.toThrow(
      /two: expected one data set, found several: emnist-digits-train-images.*separate folder/,
    );
  });
});

test.each([
  ["cifar10", (files: Files) => under("cifar10/cifar-10-batches-bin", files)],
  ["cifar10.tar.gz", (files: Files) => ({ "cifar10.tar.gz": gzipSync(tar(under("cifar-10-batches-bin", files))) })],
])("CIFAR-10 in %s, with notes on what is missing", async (path, place) => {
  const records = (labels: readonly number[]) =>
    Buffer.concat(labels.map((label) => Uint8Array.of(label, ...new Uint8Array(3072))));
  const names = new TextEncoder().encode("none\none\ntwo\n\n");
  write(place({ "data_batch_1.bin": records([0, 1, 2]), "data_batch_2.bin": records([1]), "batches.meta.txt": names }));
  const { dataset, notes } = await read(path);
  expect([dataset.labels, dataset.labelNames]).toEqual([Int32Array.of(0, 1, 2, 1), ["none", "one", "two"]]);
  expect(notes?.slice(0, 2)).toEqual([
    "no data_batch_3.bin, data_batch_4.bin, data_batch_5.bin",
    "no test_batch.bin: the test part is taken from the training images",
  ]);
});

describe("CIFAR-100", () => {
  const archive = archiveOf("cifar-100-binary", binaryFiles);

  test("its archive is a path of its own; under another name the error says which it needs", async () => {
    write({ "cifar-100-binary.tar.gz": archive, "renamed.tar.gz": archive });
    const path = join(folder, "cifar-100-binary.tar.gz");
    expect([holdsCifar100(path), findCifar100({ data: path })]).toEqual([
      true,
      { format: "binary", path, isArchive: true },
    ]);
    await expect(read("renamed.tar.gz")).rejects.toThrow(
      "contains CIFAR-100; expected an archive called cifar-100-matlab.tar.gz or cifar-100-binary.tar.gz",
    );
  });

  test("other forms in the same place are named", () => {
    write({
      ...under("both", matFiles),
      ...under("both/cifar-100-binary", binaryFiles),
      "both/cifar-100-binary.tar.gz": archive,
    });
    const location = findCifar100({ data: join(folder, "both") });
    expect(location.format).toBe("mat");
    expect(otherForms(location)).toEqual([
      join(folder, "both/cifar-100-binary/train.bin"),
      join(folder, "both/cifar-100-binary.tar.gz"),
    ]);
    write(under("one", matFiles));
    expect(otherForms(findCifar100({ data: join(folder, "one") }))).toEqual([]);
  });
});

test("a zip without images is left to the readers of tables", async () => {
  write({ "tables.zip": zip({ "a.csv": Buffer.from("a,b\n1,2\n"), "b.csv": Buffer.from("a,b\n1,2\n") }) });
  await expect(read("tables.zip")).rejects.toThrow(/tables\.zip: .*unpack it first/);
});
