import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeBmp } from "../../src/formats/bmp.ts";
import { DataError } from "../../src/tensor/errors.ts";
import fc from "../properties.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/bmp/${name}`, import.meta.url));
/** What Pillow reads in these files. */
const { width, height, files } = JSON.parse(fixture("pixels.json").toString()) as {
  readonly width: number;
  readonly height: number;
  readonly files: Readonly<Record<string, readonly number[][]>>;
};
const read = (name: string) => new Uint8Array(fixture(`${name}.bmp`));

test.each(Object.keys(files))("%s.bmp has the pixels that Pillow reads", (name) => {
  const bitmap = decodeBmp(read(name), { name });
  expect([bitmap.width, bitmap.height]).toEqual([width, height]);
  const { channels, data } = bitmap;
  const pixels = files[name].map((_, i) => [...data.subarray(i * channels, i * channels + 3)]);
  expect(pixels).toEqual(files[name]);
});

test("a header that claims 30,000 × 30,000 pixels, a row short, other bits: a DataError that names the file", () => {
  const huge = Buffer.from(read("runs8"));
  huge.writeInt32LE(30_000, 18);
  huge.writeInt32LE(30_000, 22);
  expect(() => decodeBmp(huge, { name: "huge.bmp" })).toThrow(
    /huge\.bmp: .*expected at most 16000000 pixels, found 30000×30000/,
  );
  expect(() => decodeBmp(read("rgb24").subarray(0, 150), { name: "short.bmp" })).toThrow(/short\.bmp: .*truncated/);
  const odd = Buffer.from(read("rgb24"));
  odd.writeUInt16LE(13, 28);
  expect(() => decodeBmp(odd, { name: "odd.bmp" })).toThrow("24 or 32 bits for each pixel, found 13");
});

test("changed bytes give pixels of the claimed size or a DataError, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(files)),
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      fc.option(fc.nat(), { nil: undefined }),
      (name, changes, cut) => {
        let bytes = read(name);
        for (const [place, value] of changes) bytes[place] = value;
        if (cut !== undefined) bytes = bytes.subarray(0, cut % bytes.length);
        try {
          const bitmap = decodeBmp(bytes, { name, mostPixels: 100_000 });
          expect(bitmap.data.length).toBe(bitmap.width * bitmap.height * bitmap.channels);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      },
    ),
    { numRuns: 500 },
  );
});
