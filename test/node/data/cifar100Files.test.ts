import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { byFinerLabels, type Dataset } from "../../../src/data/dataset.ts";
import { measureNormalization } from "../../../src/data/normalize.ts";
import { concatenate } from "../../../src/formats/byteReader.ts";
import { loadCifar100 } from "../../../src/node/data/cifar100Files.ts";
import { cifar100Folders, findCifar100 } from "../../../src/node/data/cifar100Folders.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import {
  archiveOf,
  binaryFiles,
  byteOf,
  coarseNames,
  expectedLabels,
  fineNames,
  matFiles,
  sizes,
  tarOf,
} from "../../data/cifar100Builder.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder("handgrad-data-");

let folders = 0;
function folderOf(files: Readonly<Record<string, Uint8Array>>, subFolder = ""): string {
  const folder = join(root, `data${folders++}`);
  mkdirSync(join(folder, subFolder), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, subFolder, name), bytes);
  return folder;
}

/** Images are numbered through the training file and on through the test file. */
function expectPart(dataset: Dataset, first: number, count: number, labels: "coarse" | "fine" = "coarse"): void {
  const images = Array.from({ length: count }, (_, row) => first + row);
  const pixels = images.flatMap((image) =>
    Array.from({ length: 3072 }, (_, i) => byteOf(image, i % 3, Math.floor(i / 3))),
  );
  expect(dataset.inputShape).toEqual([32, 32, 3]);
  expect(Buffer.compare(dataset.inputs as Uint8Array, Uint8Array.from(pixels))).toBe(0);
  expect([...dataset.labels]).toEqual(images.map(expectedLabels[labels]));
  expect(dataset.labelNames).toEqual(labels === "coarse" ? coarseNames : fineNames);
}

const forms: [string, () => string][] = [
  [".mat files", () => folderOf(matFiles)],
  [".mat files in the folder of their archive", () => folderOf(matFiles, "cifar-100-matlab")],
  [".bin files", () => folderOf(binaryFiles)],
  [".bin files in the folder of their archive", () => folderOf(binaryFiles, "cifar-100-binary")],
  ["the binary archive", () => folderOf({ "cifar-100-binary.tar.gz": archiveOf("cifar-100-binary", binaryFiles) })],
  ["the MATLAB archive", () => folderOf({ "cifar-100-matlab.tar.gz": archiveOf("cifar-100-matlab", matFiles) })],
];

describe.each(forms)("%s", (_, folder) => {
  it("give the same pixels and labels", async () => {
    const data = folder();
    const { train, validation, test } = await loadCifar100({ data, sizes });
    expectPart(train, 0, 5);
    expectPart(validation, 5, 2);
    expectPart(test, 7, 3);
    const fine = await loadCifar100({ data, sizes, labels: "fine", parts: ["test"] });
    expect(Object.keys(fine)).toEqual(["test"]);
    expectPart(fine.test, 7, 3, "fine");
    const { test: both } = await loadCifar100({ data, sizes, labels: "both", parts: ["test"] });
    expectPart(both, 7, 3);
    expectPart(byFinerLabels(both), 7, 3, "fine");
  });

  it("can be read in part, into memory of the caller", async () => {
    const taken: number[] = [];
    const allocateBytes = (length: number) => {
      taken.push(length);
      return new Uint8Array(new SharedArrayBuffer(length));
    };
    const parts = ["train", "validation"] as const;
    const { train, validation } = await loadCifar100({ data: folder(), sizes, parts, trainImages: 3, allocateBytes });
    expectPart(train, 0, 3);
    expectPart(validation, 5, 2);
    expect(taken).toEqual([3 * 3072, 2 * 3072]);
  });

  it("can train on images of the validation part, which then has the rest", async () => {
    const { train, validation } = await loadCifar100({ data: folder(), sizes, trainImages: 6 });
    expectPart(train, 0, 6);
    expectPart(validation, 6, 1);
  });
});

describe("what cannot be read", () => {
  const load = (files: Readonly<Record<string, Uint8Array>>) => loadCifar100({ data: folderOf(files), sizes });
  const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    copy[at < 0 ? copy.length + at : at] = value;
    return copy;
  };

  it("is missing: the message says what was looked for, where, and what to do", async () => {
    const nowhere = join(root, "nowhere");
    const error = await loadCifar100({ data: nowhere }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as DataError;
    for (const part of [
      `${nowhere} (no such folder)`,
      "train.mat",
      "train.bin",
      "cifar-100-binary.tar.gz",
      "cifar-100-matlab/",
    ]) {
      expect(message).toContain(part);
    }
    expect(message).toContain("handgrad data download cifar100");
    expect(message).toContain("--data DIR");
  });

  it("is there in part: which files are missing", async () => {
    const { "train.mat": train } = matFiles;
    await expect(load({ "train.mat": train })).rejects.toThrow(/lacks meta\.mat, test\.mat/);
  });

  it("is truncated: the file and what is missing", async () => {
    // the names of the fine labels are not read here
    const { "fine_label_names.txt": _, ...read } = binaryFiles;
    for (const [name, bytes] of [...Object.entries(matFiles), ...Object.entries(read)]) {
      const files = name.endsWith(".mat") ? matFiles : binaryFiles;
      await expect(load({ ...files, [name]: bytes.subarray(0, bytes.length >> 1) }), name).rejects.toThrow(name);
    }
  });

  it("is longer than it may be", async () => {
    const longer = concatenate([binaryFiles["train.bin"], new Uint8Array(1)]);
    await expect(load({ ...binaryFiles, "train.bin": longer })).rejects.toThrow(
      /train\.bin: expected 7 images of 3074 bytes, found more bytes/,
    );
  });

  it("has labels out of range", async () => {
    const labels = changed(binaryFiles["test.bin"], 3074, 20);
    await expect(load({ ...binaryFiles, "test.bin": labels })).rejects.toThrow(
      /test\.bin: corrupted: image 1 has the coarse label 20, expected 0 to 19/,
    );
  });

  it("is a data set of another size or kind", async () => {
    await expect(load({ ...matFiles, "train.mat": matFiles["test.mat"] })).rejects.toThrow(
      /train\.mat: data: expected 7×3072 uint8, found 3×3072 uint8/,
    );
    await expect(load({ ...matFiles, "train.mat": matFiles["meta.mat"] })).rejects.toThrow(
      /train\.mat: expected a variable "data" with 7 images, found none/,
    );
    await expect(load({ ...matFiles, "meta.mat": matFiles["test.mat"] })).rejects.toThrow(
      /meta\.mat: expected a cell array/,
    );
    const few = new TextEncoder().encode("one\ntwo\n");
    await expect(load({ ...binaryFiles, "coarse_label_names.txt": few })).rejects.toThrow(
      /expected 20 coarse label names, found 2/,
    );
  });

  it("has a byte changed in its compressed pixels", async () => {
    const { "train.mat": train } = matFiles;
    await expect(load({ ...matFiles, "train.mat": changed(train, train.length >> 1, 0) })).rejects.toThrow(
      /train\.mat/,
    );
  });

  it("is an archive that is truncated, corrupted, incomplete or none", async () => {
    const name = "cifar-100-binary.tar.gz";
    const archive = archiveOf("cifar-100-binary", binaryFiles);
    const failure = (bytes: Uint8Array) => expect(load({ [name]: bytes })).rejects;
    await failure(archive.subarray(0, archive.length - 100)).toThrow(/tar\.gz: corrupted: it cannot be decompressed/);
    await failure(changed(archive, archive.length >> 1, 7)).toThrow(DataError);
    await failure(changed(archive, -5, 7)).toThrow(/tar\.gz: corrupted/);
    await failure(new TextEncoder().encode("<html>not found</html>")).toThrow(/tar\.gz: corrupted/);
    await failure(gzipSync(Buffer.alloc(2000, "text"))).toThrow(
      /tar header at byte 0 is corrupted, or the file is not a tar archive/,
    );
    const { "test.bin": _, ...incomplete } = binaryFiles;
    await failure(archiveOf("x", incomplete)).toThrow(/expected test\.bin in it, found none/);
    await failure(gzipSync(tarOf("x", binaryFiles).subarray(0, 9000))).toThrow(/truncated/);
  });

  it("is asked for more training images than there are", async () => {
    await expect(loadCifar100({ data: folderOf(matFiles), sizes, trainImages: 7 })).rejects.toThrow(
      /from 1 to 6, which leaves an image for validation, found 7/,
    );
  });
});

describe("findCifar100", () => {
  const workingFolder = join(root, "project", "here");

  it("searches the folder that was named, or the usual ones", () => {
    const environment = { XDG_CACHE_HOME: "/cache" };
    expect(cifar100Folders({ data: "mine", environment, workingFolder })).toEqual([join(workingFolder, "mine")]);
    expect(cifar100Folders({ environment: { ...environment, HANDGRAD_DATA: "/set" }, workingFolder })).toEqual([
      "/set",
    ]);
    expect(cifar100Folders({ environment, workingFolder })).toEqual([
      join(workingFolder, "data", "cifar100"),
      join("/cache", "handgrad", "cifar100"),
      join(root, "project", "shared", "cifar100"),
    ]);
  });

  it("takes the first complete one and prefers files to archives", () => {
    const environment = { XDG_CACHE_HOME: join(root, "cache") };
    const cache = join(root, "cache", "handgrad", "cifar100");
    mkdirSync(cache, { recursive: true });
    mkdirSync(join(workingFolder, "data", "cifar100"), { recursive: true });
    writeFileSync(join(workingFolder, "data", "cifar100", "train.mat"), "");
    expect(() => findCifar100({ environment, workingFolder })).toThrow(/incomplete: .*lacks meta\.mat, test\.mat/);
    writeFileSync(join(cache, "cifar-100-matlab.tar.gz"), "");
    expect(findCifar100({ environment, workingFolder })).toMatchObject({ format: "mat", isArchive: true });
    for (const name of Object.keys(binaryFiles)) writeFileSync(join(cache, name), "");
    expect(findCifar100({ environment, workingFolder })).toEqual({ format: "binary", path: cache, isArchive: false });
  });
});

const shared = new URL("../../../../shared/cifar100", import.meta.url).pathname;

describe.skipIf(!existsSync(shared))("the real data set", () => {
  it("has the published mean and deviation, and 500 test images of each class", async () => {
    const { train, validation, test } = await loadCifar100({ data: shared });
    expect([train, validation, test].map(({ labels }) => labels.length)).toEqual([40_000, 10_000, 10_000]);
    const { mean, deviation } = measureNormalization(train);
    // printed with 8 decimals, then rounded to float32
    [0.50693769, 0.48673203, 0.44139543].forEach(
      (value, i) => void expect(Math.abs(mean[i] - value)).toBeLessThan(4e-8),
    );
    [0.26711842, 0.25613439, 0.27576384].forEach(
      (value, i) => void expect(Math.abs(deviation[i] - value)).toBeLessThan(4e-8),
    );
    for (let label = 0; label < 20; label++) expect(test.labels.filter((l) => l === label).length).toBe(500);
  }, 30_000);
});
