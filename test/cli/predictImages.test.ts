import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { encodeNpy, encodeNpz, RandomState } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder("handgrad-predict-");
const at = (name: string) => join(folder, name);
const random = new RandomState(7);

async function handgrad(args: string): Promise<string> {
  const { code, output } = await handgradIn(folder, args.split(" "));
  expect(code, output).toBe(0);
  return output;
}

/** Which label each row has for the model, in a process of its own. */
async function predicted(model: string, file: string): Promise<string[]> {
  const lines = (await handgrad(`predict ${model} ${file} --json`)).trim().split("\n");
  const answers = lines.map((line) => JSON.parse(line));
  expect(answers.map(({ row }) => row)).toEqual(answers.map((_, i) => i));
  return answers.map(({ labels }) => labels[0].label);
}

/** Noise, brighter in the upper half (label 0) or in the lower (1); planes or pixels, it is the same. */
function pictures(rows: number, side: number, channels: number) {
  const labels = Uint8Array.from({ length: rows }, (_, i) => i % 2);
  const size = side * side;
  const data = Uint8Array.from({ length: rows * size * channels }, (_, i) => {
    const row = Math.floor(i / (size * channels));
    const lower = Math.floor((i % (size * channels)) / channels) >= size / 2;
    return random.randint(0, 120) + (lower === (labels[row] === 1) ? 100 : 0);
  });
  return { data, labels };
}

const quick = "--epochs 12 --hidden 16";

test.each([
  [1, [6, 6]],
  [3, [6, 6, 3]],
])("an .npz of images of %i channels: other images as .npz, .npy and picture", async (channels, shape) => {
  const [train, fresh] = [pictures(200, 6, channels), pictures(30, 6, channels)];
  const name = `images${channels}`;
  // Classes that are no count from 0: their names are the numbers as they were given
  const y = { shape: [200], data: train.labels.map((label) => (label ? 7 : 3)) };
  writeFileSync(at(`${name}.npz`), encodeNpz({ x: { shape: [200, ...shape], data: train.data }, y }));
  expect(await handgrad(`fit ${name}.npz ${quick} --out ${name}`)).toContain(`handgrad predict ${name} NEW.npz`);
  const x = { shape: [30, ...shape], data: fresh.data };
  writeFileSync(at(`${name}.new.npz`), encodeNpz({ images: x }));
  writeFileSync(at(`${name}.new.npy`), encodeNpy(x));
  const wanted = Array.from(fresh.labels, (label) => (label ? "7" : "3"));
  expect(await predicted(name, `${name}.new.npz`)).toEqual(wanted);
  expect(await predicted(name, `${name}.new.npy`)).toEqual(wanted);
  expect(await handgrad(`predict ${name} ${name}.new.npz --out ${name}.csv`)).toContain("30 rows");
  const lines = readFileSync(at(`${name}.csv`), "utf8")
    .trim()
    .split("\n");
  expect(lines[0]).toBe("row,label,probability,probability 3,probability 7");
  expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(wanted);

  mkdirSync(at(`${name}.pictures`));
  const raw = { width: 6, height: 6, channels: channels as 1 | 3 };
  for (const row of [0, 1]) {
    const pixels = fresh.data.subarray(row * 36 * channels, (row + 1) * 36 * channels);
    await sharp(pixels, { raw })
      .png()
      .toFile(at(`${name}.pictures/${row}.png`));
  }
  const answers = (await handgrad(`predict ${name} ${name}.pictures --json`)).trim().split("\n");
  expect(answers.map((line) => JSON.parse(line).labels[0].label)).toEqual(["3", "7"]);
});

test("MNIST's folder: its test part, one file of it, packed or not", async () => {
  const idx = (shape: readonly number[], values: Uint8Array) => {
    const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
    header.setUint32(0, 0x800 + shape.length);
    for (const [i, length] of shape.entries()) header.setUint32(4 + 4 * i, length);
    return Buffer.concat([new Uint8Array(header.buffer), values]);
  };
  mkdirSync(at("mnist"));
  const [train, fresh] = [pictures(200, 6, 1), pictures(20, 6, 1)];
  writeFileSync(at("mnist/train-images-idx3-ubyte.gz"), gzipSync(idx([200, 6, 6], train.data)));
  writeFileSync(at("mnist/train-labels-idx1-ubyte.gz"), gzipSync(idx([200], train.labels)));
  writeFileSync(at("mnist/t10k-images-idx3-ubyte"), idx([20, 6, 6], fresh.data));
  writeFileSync(at("mnist/t10k-labels-idx1-ubyte"), idx([20], fresh.labels));
  await handgrad(`fit mnist ${quick} --out digits`);
  const wanted = Array.from(fresh.labels, String);
  expect(await predicted("digits", "mnist")).toEqual(wanted);
  expect(await predicted("digits", "mnist/t10k-images-idx3-ubyte")).toEqual(wanted);
  expect(await predicted("digits", "mnist/train-images-idx3-ubyte.gz")).toEqual(Array.from(train.labels, String));
});

test("CIFAR-10's folder: its test part, and one file of it", async () => {
  const records = ({ data, labels }: ReturnType<typeof pictures>) =>
    Buffer.concat(
      Array.from(labels, (label, i) => [Uint8Array.of(label), data.subarray(i * 3072, (i + 1) * 3072)]).flat(),
    );
  // A file holds planes: three pictures of one channel after each other
  const planes = (rows: number) => {
    const { data, labels } = pictures(rows, 32, 1);
    const tripled = Buffer.concat(
      Array.from(labels, (_, i) => Array(3).fill(data.subarray(i * 1024, (i + 1) * 1024))).flat(),
    );
    return { data: new Uint8Array(tripled), labels };
  };
  mkdirSync(at("cifar"));
  const [train, fresh] = [planes(100), planes(12)];
  writeFileSync(at("cifar/data_batch_1.bin"), records(train));
  writeFileSync(at("cifar/test_batch.bin"), records(fresh));
  await handgrad(`fit cifar ${quick} --out planes`);
  const wanted = Array.from(fresh.labels, (label) => ["airplane", "automobile"][label]);
  expect(await predicted("planes", "cifar")).toEqual(wanted);
  expect(await predicted("planes", "cifar/test_batch.bin")).toEqual(wanted);
});

test("an .npz of numbers is a table, whose rows are counted from 0 as NumPy does", async () => {
  const numbers = (rows: number) => Float64Array.from({ length: rows * 2 }, () => random.uniform(-1, 1));
  const [train, fresh] = [numbers(300), numbers(10)];
  const sign = (data: Float64Array) => Int32Array.from({ length: data.length / 2 }, (_, i) => Number(data[2 * i] > 0));
  const y = { shape: [300], data: sign(train) };
  writeFileSync(at("numbers.npz"), encodeNpz({ x: { shape: [300, 2], data: train }, y }));
  writeFileSync(at("fresh.npz"), encodeNpz({ x: { shape: [10, 2], data: fresh } }));
  await handgrad(`fit numbers.npz --epochs 40 --out signs`);
  const right = (await predicted("signs", "fresh.npz")).filter((label, i) => label === String(sign(fresh)[i]));
  expect(right.length).toBeGreaterThanOrEqual(9);
});

test("what does not fit the model is refused with both shapes", async () => {
  const bytes = (shape: number[]) => ({ shape, data: new Uint8Array(shape.reduce((a, b) => a * b)) });
  writeFileSync(at("larger.npz"), encodeNpz({ x: bytes([2, 9, 9]) }));
  writeFileSync(at("floats.npz"), encodeNpz({ x: { shape: [2, 6, 6], data: new Float32Array(72) } }));
  writeFileSync(at("nameless.npz"), encodeNpz({ z: bytes([2, 6, 6]) }));
  mkdirSync(at("nothing"));
  const refused = async (file: string, message: string) => {
    const { code, output } = await handgradIn(folder, ["predict", "images1", file]);
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
  };
  await refused("larger.npz", "larger.npz: expected images of shape (6, 6, 1) as in training, found (9, 9)");
  await refused("floats.npz", "floats.npz: x: expected bytes (uint8) as in training");
  await refused("nameless.npz", "expected an array called x, x_train, images …, found z (2, 6, 6)");
  await refused("nothing", "nothing: no images; expected .jpg");
  await refused("missing.png", "missing.png: missing: no such file");
});
