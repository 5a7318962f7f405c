import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { LabFolder, parseReference, parseVectors, quickPlan } from "../../assignment/node.ts";
import { parseLabelNames, planCifar100, readCifar100Binary, readCifar100Mat } from "../../src/data/cifar100.ts";
import { decodeOnnx } from "../../src/experiments/onnx.ts";
import { decodeBmp } from "../../src/formats/bmp.ts";
import { crc32 } from "../../src/formats/crc32.ts";
import { readMatFile } from "../../src/formats/matFile.ts";
import { readTar } from "../../src/formats/tar.ts";
import { gunzip, inflateSmall } from "../../src/node/data/inflateZlib.ts";
import { parseAbout } from "../../src/node/runs/savedRun.ts";
import * as handgrad from "../../src/node.ts";
import { sizes as builtSizes, matFiles } from "../../test/data/cifar100Builder.ts";
import { folder } from "./folder.ts";
import { mutate, mutateJson } from "./mutate.ts";
import { checkNameInReports, hostileName, hostilePieces } from "./reportNames.ts";
import { mutateMat, mutateMatElement, tarOf, withJsonHeader, zipOf } from "./structures.ts";
import { tableTargets } from "./tableTargets.ts";

/** A reader of untrusted files: it returns, or throws a HandgradError with the name of the file. */
export interface FuzzTarget {
  readonly seeds: readonly Uint8Array[];
  read(bytes: Uint8Array, name: string): unknown;
  /** makes an input with an error at a deeper level than changed bytes reach */
  structured?(random: handgrad.RandomState): Uint8Array;
  /** uses memory outside of JavaScript, so the peak of the whole process is measured */
  readonly native?: boolean;
  /** the name that errors must contain; that of the file by default */
  readonly names?: RegExp;
}

const fixtures = fileURLToPath(new URL("../../test/fixtures", import.meta.url));
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtures, name)));
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const pick = <Item>(items: readonly Item[], random: handgrad.RandomState): Item =>
  items[random.randint(0, items.length)];

const mats = ["plain", "compressed", "cells", "struct", "types", "version4"].map((name) => fixture(`mat/${name}.mat`));
const npys = Object.values(await handgrad.readNpz(fixture("formats/numpy.npz"), { name: "numpy.npz" })).map((array) =>
  handgrad.encodeNpy(array),
);
const trainMat = matFiles["train.mat"];
const onnx = ["formats", "onnx"].flatMap((group) =>
  readdirSync(join(fixtures, group))
    .filter((name) => name.endsWith(".onnx"))
    .map((name) => fixture(`${group}/${name}`)),
);
const weights = readdirSync(join(fixtures, "torch"))
  .filter((name) => /\.(safetensors|npz)$/.test(name))
  .map((name) => fixture(`torch/${name}`));
const safetensors = [fixture("python.safetensors"), fixture("formats/batch.safetensors")];
const settings = handgrad.parseSettings({
  layers: [12, 4, 3],
  batchSize: 2,
  optimizer: "adam",
  normalizationLayers: "batch",
});
const record = {
  version: 1,
  config: settings,
  loss: [1, 2],
  trainAccuracy: [0.5],
  valAccuracy: [0.4],
  seconds: 1,
  kernels: "scalar",
  standIn: true,
  stopped: false,
};
const tarFiles = [
  { path: "cifar-100-matlab/meta.mat", content: mats[2] },
  { path: "readme.txt", content: new Uint8Array(700).fill(65) },
];

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
}

function tinyTraining(): handgrad.FitOptions {
  const part = {
    name: "tiny",
    inputs: new Uint8Array(72),
    inputShape: [2, 2, 3],
    labels: new Int32Array(6),
    labelNames: ["a", "b", "c"],
  };
  const normalization = { mean: [0, 0, 0], deviation: [1, 1, 1] };
  return handgrad.prepareFit(settings, { train: part, validation: part, normalization });
}

function tinyCheckpoint(): Uint8Array {
  const trainer = new handgrad.Trainer(tinyTraining());
  for (let i = 0; i < 2; i++) trainer.step();
  const kernels = { name: "scalar", choice: "scalar", strict: false };
  return handgrad.encodeCheckpoint(trainer.state(), { settings, kernels, standIn: true, data: "x", seconds: 1 });
}
const checkpoint = tinyCheckpoint();

/** A training step with NaN or infinite loss, as saved by a run. */
function tinyReplay(): Uint8Array {
  const { state, about } = handgrad.decodeCheckpoint(checkpoint, { name: "tiny" });
  const vector = (...values: number[]) => handgrad.tensor(values, "float64");
  return handgrad.encodeCheckpoint(
    state,
    { ...(about as object), settings, step: 2, epoch: 0, learningRate: 0.1 },
    { inputs: handgrad.Tensor.zeros([2, 2, 2, 3]), labels: vector(0, 2), rows: vector(4, 5) },
  );
}
const replay = tinyReplay();

const sweep = {
  format: "handgrad sweep",
  version: 1,
  settings: { vary: { learningRate: [0.1, 0.2] }, strategy: { kind: "grid" }, base: {}, seeds: [1] },
};
const lab = { format: "handgrad lab", version: 1, lab: "problem1", plan: quickPlan, standIn: true, kernels: "scalar" };
const reference = (name: string, most: number): unknown => {
  const content: unknown = JSON.parse(readFileSync(new URL(`../../reference/${name}`, import.meta.url), "utf8"));
  const { cases } = content as { readonly cases?: readonly unknown[] };
  return cases ? { cases: cases.slice(0, most) } : Object.fromEntries(Object.entries(content as object).slice(0, most));
};
const [references, vectors] = [reference("runs.json", 1), reference("vectors.json", 8)];
const ownTable = new TextEncoder().encode('name,size;"x, y"\n"a ""b""",1.5e3,\r\nc,NA,3\n"d\ne",-1,4\n');
const cifar10Records = new Uint8Array(2 * 3073).map((_, i) => (i % 3073 === 0 ? 3 : i % 251));
const idxImages = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8);
const ownFolder = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeTo(join(name, file), bytes);
  return join(folder, name);
};
const size = { height: 4, width: 4 };

/** Corrects the checksum of a changed checkpoint, so that the reader continues after it. */
function withChecksum(bytes: Uint8Array): Uint8Array {
  const at = 8 + '{"__metadata__":{"checksum":"'.length;
  if (bytes.length < at + 8) return bytes;
  bytes.set(new TextEncoder().encode("00000000"), at);
  bytes.set(new TextEncoder().encode(crc32(bytes).toString(16).padStart(8, "0")), at);
  return bytes;
}

const cifarRecord = new Uint8Array(3 * 3074).map((_, i) => (i % 3074 < 2 ? 3 : i % 251));
const cifarPlan = { parts: ["train", "validation", "test"] as const, sizes: { train: 2, validation: 1, test: 1 } };

const pictures = await Promise.all(
  (["png", "jpeg", "webp", "gif", "tiff", "avif"] as const).map(async (format) => {
    const raw = Buffer.from(Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * 37) % 256));
    return new Uint8Array(
      await sharp(raw, { raw: { width: 12, height: 9, channels: 3 } })
        [format]()
        .toBuffer(),
    );
  }),
);

const bmps = ["rgb24", "palette8", "runs4", "runs8", "masks565"].map((name) => fixture(`bmp/${name}.bmp`));
const imageZip = (seed: number) =>
  zipOf(
    Object.fromEntries(["a/1.png", "a/2.png", "b/1.png", "b/2.png"].map((path) => [path, pictures[0]])),
    new handgrad.RandomState(seed),
    deflateRawSync,
    { ending: "", lies: false },
  );

function writeTo(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

export const targets: Record<string, FuzzTarget> = {
  mat: {
    seeds: mats,
    read: (bytes, name) => readMatFile(bytes, { name, inflate: inflateSmall }),
    structured: (random) => mutateMat(pick(mats.slice(0, 5), random), random, deflateSync),
  },
  cifarMat: {
    seeds: [trainMat],
    async read(bytes, name) {
      const { train } = planCifar100({ parts: ["train", "validation"], sizes: builtSizes });
      const images = builtSizes.train + builtSizes.validation;
      await readCifar100Mat({ name, chunks: once(bytes), images, rows: train }, inflateSmall);
    },
    structured: (random) => mutateMatElement(trainMat, random),
  },
  tarGz: {
    seeds: [new Uint8Array(gzipSync(tarOf(tarFiles)))],
    async read(bytes, name) {
      for await (const entry of readTar(name, gunzip(once(bytes), name, {}))) for await (const _ of entry.chunks);
    },
    structured: (random) => new Uint8Array(gzipSync(mutate(tarOf(tarFiles, random), random, mats), { level: 1 })),
  },
  cifarBinary: {
    seeds: [cifarRecord],
    async read(bytes, name) {
      await readCifar100Binary({ name, chunks: once(bytes), images: 3, rows: planCifar100(cifarPlan).train });
    },
  },
  npy: { seeds: npys, read: (bytes, name) => handgrad.readNpy(bytes, { name }) },
  npz: {
    seeds: [fixture("formats/numpy.npz"), fixture("formats/numpyCompressed.npz"), fixture("formats/batch.npz")],
    read: (bytes, name) =>
      handgrad.importModel(bytes[0] === 0x50 ? bytes : new Uint8Array([0x50, 0x4b, ...bytes]), { name }),
    structured: (random) =>
      zipOf({ a: mutate(pick(npys, random), random, npys), handgrad: pick(npys, random) }, random, deflateRawSync),
  },
  safetensors: {
    seeds: safetensors,
    read: (bytes, name) => handgrad.decodeModel(bytes, { name }),
    structured: (random) => withJsonHeader(pick(safetensors, random), (header) => mutateJson(header, random)),
  },
  onnx: {
    seeds: onnx,
    read: (bytes, name) => handgrad.restoreNetwork(decodeOnnx(bytes, { name })),
  },
  weights: {
    seeds: weights,
    async read(bytes, name) {
      const { tensors, ordered } = await handgrad.readWeights(bytes, { name });
      const layers = [{ kind: "linear", outputs: 4 }, { kind: "relu" }, { kind: "linear", outputs: 2 }] as const;
      const target = handgrad.weightsTarget({ inputShape: [3], layers }, {});
      return handgrad.importWeights(tensors, target, { name, ordered });
    },
    structured: (random) =>
      withJsonHeader(
        pick(
          weights.filter((bytes) => bytes[0] !== 0x50),
          random,
        ),
        (header) => mutateJson(header, random),
      ),
  },
  checkpoint: {
    seeds: [checkpoint],
    read(bytes, name) {
      const { state, about } = handgrad.decodeCheckpoint(bytes, { name });
      parseAbout(about, name);
      try {
        new handgrad.Trainer(tinyTraining()).restore(state);
      } catch (error) {
        // errors of restore do not name the file; the command adds its name
        if (!(error instanceof handgrad.HandgradError)) throw error;
        throw new handgrad.DataError(`${name}: ${error.message}`);
      }
    },
    structured: (random) =>
      withChecksum(
        random.randomSample() < 0.5
          ? mutate(checkpoint, random, safetensors)
          : withJsonHeader(checkpoint, (header) => mutateDescription(header, random)),
      ),
  },
  settings: {
    seeds: [text(settings)],
    read(bytes) {
      let value: unknown;
      try {
        value = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        return; // not checked by the reader of settings
      }
      handgrad.readSettings(value);
    },
    structured: (random) => text(mutateJson(settings, random) ?? null),
    names: /settings/,
  },
  runRecord: {
    seeds: [text(record)],
    read: (bytes, name) => handgrad.readRecord(writeTo("history.json", bytes).replace(/\/history.json$/, "") || name),
    structured: (random) => text(mutateJson(record, random) ?? null),
    names: /history\.json/,
  },
  jsonModel: {
    seeds: [fixture("formats/batch.json")],
    // in any format, and also as a network: a few bytes could describe one that fills the memory
    read: (bytes, name) => handgrad.importModel(bytes, { name }),
    structured: (random) =>
      text(mutateJson(JSON.parse(new TextDecoder().decode(fixture("formats/batch.json"))), random) ?? null),
  },
  bmp: {
    seeds: bmps,
    read: (bytes, name) => decodeBmp(bytes, { name }),
  },
  imageZip: {
    seeds: [imageZip(1), imageZip(2)],
    read: (bytes) => handgrad.readImages(writeTo("images.zip", bytes), size),
    structured: (random) =>
      zipOf(
        {
          "a/1.png": mutate(pick(pictures, random), random, pictures),
          "../b.png": pictures[0],
          "b/1.png": pictures[1],
        },
        random,
        deflateRawSync,
        { ending: random.randomSample() < 0.1 ? ".npy" : "" },
      ),
    names: /images\.zip/,
    native: true,
  },
  imageTarGz: {
    seeds: [
      new Uint8Array(
        gzipSync(tarOf(["a/1.png", "a/2.png", "b/1.png", "b/2.png"].map((path) => ({ path, content: pictures[0] })))),
      ),
    ],
    read: (bytes) => handgrad.readImages(writeTo("images.tgz", bytes), size),
    structured(random) {
      const tar = tarOf([{ path: "a/1.png", content: pictures[0] }, ...tarFiles], random);
      return new Uint8Array(gzipSync(mutate(tar, random, mats), { level: 1 }));
    },
    names: /images\.tgz/,
    native: true,
  },
  images: {
    seeds: [...pictures, ...bmps],
    read: (bytes) => handgrad.readImage(writeTo("picture", bytes), { height: 8, width: 8 }),
    names: /picture/,
    native: true,
  },
  idx: {
    seeds: [idxImages],
    read: (bytes, name) => handgrad.readIdx(bytes, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 0), { name }),
  },
  ...tableTargets,
  csv: {
    seeds: [ownTable],
    read: (bytes, name) => handgrad.parseCsv(new TextDecoder().decode(bytes), { name }),
  },
  replay: {
    seeds: [replay],
    read: (bytes, name) => handgrad.decodeReplay(bytes, { name }),
    structured: (random) =>
      withChecksum(
        random.randomSample() < 0.5
          ? mutate(replay, random, safetensors)
          : withJsonHeader(replay, (header) => mutateDescription(header, random)),
      ),
  },
  sweep: {
    seeds: [text(sweep)],
    read: (bytes) => handgrad.openSweep(ownFolder("sweep", { "sweep.json": bytes })),
    structured: (random) => text(mutateJson(sweep, random) ?? null),
    names: /sweep\.json/,
  },
  lab: {
    seeds: [text(lab)],
    read: (bytes) => new LabFolder(ownFolder("lab", { "lab.json": bytes })).record(),
    structured: (random) => text(mutateJson(lab, random) ?? null),
    names: /lab\.json/,
  },
  reference: {
    seeds: [text(references)],
    read: (bytes, name) => parseReference(new TextDecoder().decode(bytes), { name }),
    structured: (random) => text(mutateJson(references, random) ?? null),
  },
  vectors: {
    seeds: [text(vectors)],
    read: (bytes, name) => parseVectors(new TextDecoder().decode(bytes), { name }),
    structured: (random) => text(mutateJson(vectors, random) ?? null),
  },
  labelNames: {
    seeds: [new TextEncoder().encode(Array.from({ length: 20 }, (_, i) => `name ${i}`).join("\n"))],
    read: (bytes, name) => parseLabelNames(name, new TextDecoder().decode(bytes), "coarse"),
  },
  cifar10: {
    seeds: [cifar10Records],
    read: (bytes) => handgrad.readOwnData(ownFolder("cifar10", { "data_batch_1.bin": bytes }), size),
    names: /cifar10/,
  },
  idxGzip: {
    seeds: [new Uint8Array(gzipSync(idxImages))],
    read: (bytes) => handgrad.readImageArrays(writeTo("t10k-images-idx3-ubyte.gz", bytes), [2, 2, 1]),
    structured: (random) => new Uint8Array(gzipSync(mutate(idxImages, random, [idxImages]), { level: 1 })),
    names: /idx3-ubyte/,
  },
  ownArrays: {
    seeds: ["keras", "unit", "sixteen", "channelsFirst", "table"].map((name) => fixture(`arrays/${name}.npz`)),
    read: (bytes) => handgrad.readOwnData(writeTo("own.npz", bytes), size),
    structured: (random) =>
      zipOf(
        { x: mutate(pick(npys, random), random, npys), y: pick(npys, random), x_test: pick(npys, random) },
        random,
        deflateRawSync,
      ),
    names: /own\.npz/,
  },
  ownTable: {
    seeds: [ownTable, npys[0]],
    read: (bytes) => handgrad.readOwnData(writeTo(`own.${bytes[0] === 0x93 ? "npy" : "csv"}`, bytes), size),
    names: /own\.(csv|npy)/,
  },
  terminal: {
    seeds: [ownTable, new TextEncoder().encode("\x1b[31m\x9b\u202e\u2066\u2028")],
    read(bytes) {
      const shown = handgrad.printable(new TextDecoder().decode(bytes), { newlines: true });
      if (/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(shown.replaceAll("\n", "")))
        throw new Error(JSON.stringify(shown));
    },
  },
  csvCell: {
    seeds: [ownTable, new TextEncoder().encode("=1+1"), new TextEncoder().encode("-1.5")],
    read(bytes) {
      const given = new TextDecoder().decode(bytes);
      const cell = handgrad.csvCell(given);
      const [, ...rest] = handgrad.parseCsv(`first,second\n1,${cell}`, { name: "cell" }).columns;
      if (rest.length !== 1 || (/^"?[=@\t\r]/.test(cell) && cell !== given))
        throw new Error(JSON.stringify([given, cell]));
    },
    names: /cell/,
  },
  /** names of runs, classes, columns and settings in HTML, PDF and notebook; UTF-16, so that lone surrogates are included */
  namesInReports: {
    seeds: hostilePieces.map((piece) => new Uint8Array(Buffer.from(piece, "utf16le"))),
    read: (bytes) => bytes.length > 1 && checkNameInReports(Buffer.from(bytes).toString("utf16le")),
    structured: (random) => new Uint8Array(Buffer.from(hostileName(random), "utf16le")),
  },
};

/** Changes the JSON text in the metadata of a checkpoint. */
function mutateDescription(header: unknown, random: handgrad.RandomState): unknown {
  const { __metadata__: metadata, ...rest } = header as { __metadata__: Record<string, string> };
  if (random.randomSample() < 0.3) return { __metadata__: metadata, ...(mutateJson(rest, random) as object) };
  const described = JSON.stringify(mutateJson(JSON.parse(metadata.handgrad), random) ?? null);
  return { __metadata__: { ...metadata, handgrad: described }, ...rest };
}
