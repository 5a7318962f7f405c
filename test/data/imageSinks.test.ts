import { expect, it } from "vitest";
import { columnMajorSink, planesToPixels, recordSink } from "../../src/data/imageSinks.ts";
import fc from "../properties.ts";

/** Any layout, chunk length and range; pixels must be source(image, channel, pixel) wherever the bytes came from. */
const anyCase = fc.record({
  images: fc.integer({ min: 1, max: 40 }),
  planeSize: fc.integer({ min: 1, max: 20 }),
  channels: fc.integer({ min: 1, max: 4 }),
  chunkLength: fc.integer({ min: 1, max: 500 }),
  cut: fc.nat(),
  offset: fc.nat(),
});

it("columns and records both become pixels, in ranges, whatever the pieces are", () => {
  fc.assert(
    fc.property(anyCase, ({ images, planeSize, channels, chunkLength, cut, offset }) => {
      const rowLength = planeSize * channels;
      const source = (image: number, index: number): number => (image * 31 + index * 7 + 3) & 0xff;
      const from = offset % images;
      const to = from + 1 + (cut % (images - from));
      const expected = Array.from({ length: to - from }, (_, row) =>
        Array.from({ length: rowLength }, (_, i) =>
          source(from + row, (i % channels) * planeSize + Math.floor(i / channels)),
        ),
      ).flat();

      const columnMajor = Uint8Array.from({ length: images * rowLength }, (_, i) =>
        source(i % images, Math.floor(i / images)),
      );
      const pixels = new Uint8Array((to - from) * rowLength);
      const sink = columnMajorSink({ images, planeSize, channels }, [{ from, to, pixels }]);
      for (let at = 0; at < columnMajor.length; at += chunkLength) sink(columnMajor.subarray(at, at + chunkLength));
      expect([...pixels]).toEqual(expected);

      const rows = Uint8Array.from({ length: images * rowLength }, (_, i) =>
        source(Math.floor(i / rowLength), i % rowLength),
      );
      const again: number[] = [];
      const take = recordSink(rowLength, (record, index) => {
        if (index < from || index >= to) return;
        for (let i = 0; i < rowLength; i++) again.push(record[(i % channels) * planeSize + Math.floor(i / channels)]);
      });
      for (let at = 0; at < rows.length; at += chunkLength) take(rows.subarray(at, at + chunkLength));
      expect(again).toEqual(expected);
    }),
  );
});

it("planes of one image become pixels", () => {
  const pixels = new Uint8Array(12);
  planesToPixels(Uint8Array.of(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24), pixels);
  expect([...pixels]).toEqual([1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]);
});

it("more columns than one block holds", () => {
  const [images, planeSize] = [300_000, 16]; // 13 columns a block, across the border of two channels
  const pixels = new Uint8Array(2 * planeSize * 2);
  const sink = columnMajorSink({ images, planeSize, channels: 2 }, [{ from: images - 2, to: images, pixels }]);
  for (let column = 0; column < 2 * planeSize; column++) sink(new Uint8Array(images).fill(column));
  const row = Array.from({ length: planeSize }, (_, pixel) => [pixel, planeSize + pixel]).flat();
  expect([...pixels]).toEqual([...row, ...row]);
});
