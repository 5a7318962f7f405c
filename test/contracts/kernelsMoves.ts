import { describe, expect, it } from "vitest";
import type { PixelMoves } from "../../src/kernels/imageKernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { type Memory, noise, place, same } from "./kernelsSupport.ts";

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  height: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 1, max: 20 }),
  channels: fc.constantFrom(1, 2, 3, 16),
});

const moves: fc.Arbitrary<PixelMoves> = sizes.chain(({ batch, height, width, channels }) => {
  const indices = (length: number, least: number, end: number) =>
    fc
      .array(fc.integer({ min: least, max: end - 1 }), { minLength: length, maxLength: length })
      .map((values) => Int32Array.from(values));
  const range = (most: number) =>
    fc
      .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
      .map((ends) => ends.sort((a, b) => a - b));
  const paste = fc
    .tuple(indices(batch, 0, batch), range(height), range(width))
    .map(([partners, [top, bottom], [left, right]]) => ({ partners, top, bottom, left, right }));
  return fc
    .tuple(indices(batch * height, -1, height), indices(batch * width, -1, width), fc.option(paste, { nil: undefined }))
    .map(([lines, columns, paste]) => ({ batch, height, width, channels, lines, columns, paste }));
});

/** The definition, one number at a time. */
function movedNumber(x: Numbers, of: PixelMoves, at: number): number {
  const { height, width, channels, lines, columns, paste } = of;
  const c = at % channels;
  const j = Math.floor(at / channels) % width;
  const i = Math.floor(at / channels / width) % height;
  const n = Math.floor(at / channels / width / height);
  const inside = paste && i >= paste.top && i < paste.bottom && j >= paste.left && j < paste.right;
  const image = inside ? paste.partners[n] : n;
  const [line, column] = [lines[image * height + i], columns[image * width + j]];
  return line < 0 || column < 0 ? 0 : x[((image * height + line) * width + column) * channels + c];
}

const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");

/** kernels.images.movePixels against its definition. */
export function movesContract(kernels: Kernels, dtype: DType): void {
  const { images } = kernels;

  it("movePixels moves pixels and pastes rectangles", () => {
    fc.assert(
      fc.property(moves, memory, fc.nat(), (of, where, seed) => {
        const length = of.batch * of.height * of.width * of.channels;
        const x = place(kernels, noise(dtype, length, seed), where);
        const out = place(kernels, noise(dtype, length, seed + 1), where);
        images.movePixels(out, x, of);
        same(
          out,
          out.map((_, at) => movedNumber(x, of, at)),
        );
      }),
    );
  });

  describe("movePixels refuses", () => {
    const of = { batch: 2, height: 2, width: 3, channels: 1, lines: new Int32Array(4), columns: new Int32Array(6) };
    const rectangle = { partners: new Int32Array(2), top: 0, bottom: 2, left: 0, right: 3 };
    const [out, x] = [zeros(dtype, 12), zeros(dtype, 12)];
    it.each<[string, Partial<PixelMoves>, string]>([
      ["lines of another length", { lines: new Int32Array(3) }, "lines: expected 4 values, found 3"],
      ["a column outside of the image", { columns: Int32Array.of(0, 1, 2, 0, 3, 0) }, "columns[4]: expected -1 to 2"],
      ["a partner outside of the batch", { paste: { ...rectangle, partners: Int32Array.of(0, 2) } }, "partners[1]"],
      [
        "a rectangle outside of the image",
        { paste: { ...rectangle, right: 4 } },
        "paste: expected columns from 0 to 3",
      ],
      ["a size below 1", { channels: 0 }, "channels"],
    ])("%s", (_, change, message) => {
      const run = () => images.movePixels(out, x, { ...of, ...change });
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(message);
    });
  });
}
