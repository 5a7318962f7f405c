import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { folder } from "../scripts/fuzz/folder.ts";
import { fuzz, tryInput } from "../scripts/fuzz/run.ts";
import { tarOf } from "../scripts/fuzz/structures.ts";
import { targets } from "../scripts/fuzz/targets.ts";
import { crc32 } from "../src/formats/crc32.ts";
import { compressed, matFile, numericMatrix } from "./formats/matBuilder.ts";

afterAll(() => rmSync(folder, { recursive: true, force: true })); // a test process ends without an event

// The small version of `npm run fuzz`.
describe.each(Object.keys(targets))("%s", (reader) => {
  test("changed files are read or refused with a typed error that names the file", { timeout: 60_000 }, async () => {
    const { inputs, failures } = await fuzz(targets[reader], { count: 100, seed: 20 });
    expect(failures.map(({ problem }) => problem)).toEqual([]);
    expect(inputs).toBe(100);
  });
});

const corpus = fileURLToPath(new URL("fixtures/corpus", import.meta.url));

describe("what once broke a reader", () => {
  // named after the reader, then after what went wrong: checkpoint.infinite-state
  test.each(readdirSync(corpus))("%s", async (name) => {
    const target = targets[name.split(".")[0]];
    const { problem } = await tryInput(target, readFileSync(join(corpus, name)));
    expect(problem).toBe("");
  });
});

const header = (text: string): Uint8Array => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text)]);
};

function zipBomb(size: number): Uint8Array {
  const content = Buffer.alloc(size);
  const packed = deflateRawSync(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(5, 22);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(51, 12);
  end.writeUInt32LE(35 + packed.length, 16);
  const name = Buffer.from("a.npy");
  return Buffer.concat([
    Buffer.from("PK\x03\x04"),
    common,
    name,
    packed,
    Buffer.from("PK\x01\x02\x14\x00"),
    common,
    Buffer.alloc(14),
    name,
    end,
  ]);
}

const zeros = (bytes: number) => new Uint8Array(bytes);
const gigabytes: Record<string, [reader: string, bytes: () => Uint8Array | Promise<Uint8Array>]> = {
  "200 MB of zeros in a .gz": ["tarGz", () => gzipSync(tarOf([{ path: "train.mat", content: zeros(2e8) }]))],
  "200 MB of zeros in an .npz": ["npz", () => zipBomb(2e8)],
  "100 MB of zeros in a compressed variable": [
    "mat",
    () => {
      const order = { littleEndian: true };
      const small = numericMatrix(
        { ...order, class: "uint8", storage: "uint8", shape: [1, 8], name: "x" },
        [0, 0, 0, 0, 0, 0, 0, 0],
      );
      const large = Buffer.concat([small, zeros(1e8)]);
      large.writeUInt32LE(large.length - 8, 4);
      large.writeUInt32LE(1e8, large.indexOf("x") + 8 + 4);
      return matFile([compressed(large, order)], order);
    },
  ],
  "a progressive picture of 30 million pixels": [
    "images",
    () =>
      sharp({ create: { width: 6000, height: 5000, channels: 3, background: "red" } })
        .jpeg({ progressive: true })
        .toBuffer(),
  ],
  "a million lists in a header": ["safetensors", () => header(`{"a":${"[".repeat(1e6)}`)],
  "a million objects in a header": ["safetensors", () => header(`{"a":[${"{},".repeat(1e6)}0]}`)],
  "a million lists in a JSON file": ["jsonModel", () => Buffer.from("[".repeat(1e6))],
  "a tensor of 2⁵³ values": [
    "safetensors",
    () => header('{"a":{"dtype":"F32","shape":[9007199254740991],"data_offsets":[0,36028797018963964]}}'),
  ],
  "a network of 10¹² weights": [
    "jsonModel",
    () => {
      const model = JSON.parse(
        readFileSync(fileURLToPath(new URL("fixtures/formats/batch.json", import.meta.url)), "utf8"),
      );
      model.model.settings.layers = [1e6, 1e6, 3];
      return Buffer.from(JSON.stringify(model));
    },
  ],
};

test.each(Object.entries(gigabytes))(
  "a small file does not fill the memory: %s",
  { timeout: 60_000 },
  async (_, [reader, bytes]) => {
    const input = await bytes();
    const { outcome, problem } = await tryInput(targets[reader], input);
    expect(problem).toBe("");
    expect(outcome).toBe("refused");
  },
);
