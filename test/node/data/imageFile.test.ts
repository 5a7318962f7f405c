import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage } from "../../../src/node/data/imageFile.ts";
import { DataError, SettingsError } from "../../../src/tensor/errors.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "handgrad-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Color = [number, number, number];
const red: Color = [220, 20, 30];
const blue: Color = [10, 40, 200];

/** height × width pixels of color(row, column), as RGB bytes. */
function pixels(height: number, width: number, color: (row: number, column: number) => number[]): Uint8Array {
  const colors = Array.from({ length: height * width }, (_, i) => color(Math.floor(i / width), i % width));
  return Uint8Array.from(colors.flat());
}

async function save(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const picture = (height: number, width: number, channels: 1 | 3 | 4, data: Uint8Array) =>
  sharp(data, { raw: { height, width, channels } });

/** The color of one pixel; size is the image's width. */
const at = (image: Uint8Array, size: number, row: number, column: number) => {
  const start = (row * size + column) * 3;
  return [...image.subarray(start, start + 3)];
};

function expectNear(actual: number[], expected: number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `${actual} should be near ${expected}`).toBeLessThanOrEqual(tolerance);
  });
}

test("a PNG of the right size comes back byte for byte, rows first", async () => {
  const data = pixels(3, 4, (row, column) => [row * 80, column * 60, row * 16 + column]);
  const path = await save("exact.png", await picture(3, 4, 3, data).png().toBuffer());
  expect([...(await readImage(path, { height: 3, width: 4 }))]).toEqual([...data]);
});

test.each(["jpeg", "webp"] as const)("%s is read, to what its compression leaves", async (format) => {
  const data = pixels(32, 32, (row) => (row < 16 ? red : blue));
  const path = await save(`picture.${format}`, await picture(32, 32, 3, data)[format]({ quality: 95 }).toBuffer());
  const image = await readImage(path, { height: 32, width: 32 });
  expect(image.length).toBe(32 * 32 * 3);
  expectNear(at(image, 32, 4, 16), red, 12);
  expectNear(at(image, 32, 28, 16), blue, 12);
});

test("a wide picture is scaled to the height and cropped around the centre", async () => {
  const data = pixels(40, 120, (_, column) => (column >= 40 && column < 80 ? red : blue));
  const path = await save("wide.png", await picture(40, 120, 3, data).png().toBuffer());
  const image = await readImage(path, { height: 8, width: 8 });
  for (const column of [2, 4, 5]) expectNear(at(image, 8, 4, column), red, 2);
});

test("a small picture is enlarged", async () => {
  const path = await save("small.png", await picture(1, 1, 3, Uint8Array.from(red)).png().toBuffer());
  const image = await readImage(path, { height: 4, width: 6 });
  expect([...image]).toEqual(new Array(24).fill(red).flat());
});

test("EXIF orientation 6 is a quarter turn clockwise: the left edge becomes the top", async () => {
  const data = pixels(32, 32, (_, column) => (column < 16 ? red : blue));
  const jpeg = await picture(32, 32, 3, data).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
  const image = await readImage(await save("turned.jpg", jpeg), { height: 32, width: 32 });
  expectNear(at(image, 32, 4, 16), red, 12);
  expectNear(at(image, 32, 28, 16), blue, 12);
});

test("transparency is laid on white: color·α + 255·(1 − α)", async () => {
  const data = Uint8Array.from([...red, 255, ...red, 0, ...red, 51, ...blue, 255]);
  const path = await save("alpha.png", await picture(2, 2, 4, data).png().toBuffer());
  const image = await readImage(path, { height: 2, width: 2 });
  const blend = red.map((value) => value * 0.2 + 255 * 0.8);
  expectNear([...image], [...red, 255, 255, 255, ...blend, ...blue], 1);
});

test("grey, 16-bit and palette pictures become three channels of bytes", async () => {
  const grey = await save(
    "grey.png",
    await picture(1, 2, 1, Uint8Array.of(0, 200)).toColourspace("b-w").png().toBuffer(),
  );
  expect([...(await readImage(grey, { height: 1, width: 2 }))]).toEqual([0, 0, 0, 200, 200, 200]);

  const wide = await picture(1, 1, 3, Uint8Array.from(red)).toColourspace("rgb16").png().toBuffer();
  expect((await sharp(wide).metadata()).depth).toBe("ushort");
  expectNear([...(await readImage(await save("deep.png", wide), { height: 1, width: 1 }))], red, 1);

  const data = pixels(2, 2, (row) => (row === 0 ? red : blue));
  const palette = await picture(2, 2, 3, data).png({ palette: true }).toBuffer();
  expectNear([...(await readImage(await save("palette.png", palette), { height: 2, width: 2 }))], [...data], 2);
});

describe("what cannot be read is a DataError that names the file", () => {
  const size = { height: 2, width: 2 };

  test("a missing file and a folder", async () => {
    await expect(readImage(join(folder, "none.png"), size)).rejects.toThrow(/none\.png: missing/);
    await expect(readImage(folder, size)).rejects.toThrow(DataError);
  });

  test("text, an SVG, which can hold text alone, and an empty file", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>';
    for (const content of ["hello", "\xff", svg]) {
      const path = await save("text.png", Buffer.from(content));
      await expect(readImage(path, size)).rejects.toThrow(/text\.png: not an image.*JPEG, PNG, WebP/);
    }
    await expect(readImage(await save("empty.png", Buffer.alloc(0)), size)).rejects.toThrow(/the file is empty/);
  });

  test("a picture cut off, and the start of one alone", async () => {
    const data = pixels(64, 64, (row, column) => [row * 4, column * 4, (row * column) % 256]);
    for (const format of ["jpeg", "png", "webp"] as const) {
      const bytes = await picture(64, 64, 3, data)[format]().toBuffer();
      for (const length of [12, bytes.length >> 1]) {
        const path = await save(`cut.${format}`, bytes.subarray(0, length));
        await expect(readImage(path, size), `${format}, ${length} bytes`).rejects.toThrow(/cannot be decoded/);
      }
    }
  });

  test("a bomb: a few bytes that claim 60,000 × 60,000 pixels", async () => {
    const png = await picture(1, 1, 3, Uint8Array.from(red)).png().toBuffer();
    const header = Buffer.from(png.subarray(12, 29)); // "IHDR" and its 13 bytes, whose checksum follows
    header.writeUInt32BE(60_000, 4);
    header.writeUInt32BE(60_000, 8);
    const { crc32 } = await import("node:zlib");
    header.copy(png, 12);
    png.writeUInt32BE(crc32(header), 29);
    await expect(readImage(await save("bomb.png", png), size)).rejects.toThrow(/bomb\.png: .*pixel limit/);
  });
});

test.each([
  { height: 0, width: 4 },
  { height: 4, width: 1.5 },
  { height: 4, width: 100_000 },
])("a size of $height × $width is a SettingsError", async (size) => {
  await expect(readImage("any.png", size)).rejects.toThrow(SettingsError);
});
