import { ShapeError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { checkIndices, checkLength, checkSizes, checkTypes } from "./checks.ts";
import type { PixelMoves } from "./imageKernels.ts";

/** The checks of `movePixels`. Kernels that read raw memory rely on them. */
export function checkMoves(out: Numbers, x: Numbers, of: PixelMoves): void {
  const { batch, height, width, channels, lines, columns, paste } = of;
  checkSizes("movePixels", { batch, height, width, channels });
  checkLength("movePixels", "out", out, batch * height * width * channels);
  checkLength("movePixels", "x", x, batch * height * width * channels);
  checkTypes("movePixels", out, x);
  checkLength("movePixels", "lines", lines, batch * height);
  checkLength("movePixels", "columns", columns, batch * width);
  checkIndices("movePixels", "lines", lines, height, -1);
  checkIndices("movePixels", "columns", columns, width, -1);
  if (!paste) return;
  const { partners, top, bottom, left, right } = paste;
  checkLength("movePixels", "partners", partners, batch);
  checkIndices("movePixels", "partners", partners, batch);
  for (const [name, from, to, most] of [
    ["rows", top, bottom, height],
    ["columns", left, right, width],
  ] as const) {
    if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= most) continue;
    throw new ShapeError(`movePixels: paste: expected ${name} from 0 to ${most}, found ${from} to ${to}`);
  }
}

/** `movePixels` in plain TypeScript. */
export function movePixels(out: Numbers, x: Numbers, of: PixelMoves): void {
  checkMoves(out, x, of);
  const { batch, height, width, channels, lines, columns, paste } = of;
  const length = width * channels;
  const numbers = new Int32Array(length);
  const copyLine = (target: number, image: number, line: number, from: number, to: number) => {
    const source = (image * height + line) * length;
    for (let i = from * channels; i < to * channels; i++) {
      out[target + i] = line < 0 || numbers[i] < 0 ? 0 : x[source + numbers[i]];
    }
  };
  /** Rows [top, bottom) and columns [left, right) of image `n` of the result, from image `image`. */
  const copy = (n: number, image: number, [top, bottom, left, right]: readonly number[]) => {
    for (let j = left; j < right; j++) {
      const column = columns[image * width + j];
      for (let c = 0; c < channels; c++) numbers[j * channels + c] = column < 0 ? -1 : column * channels + c;
    }
    for (let i = top; i < bottom; i++) {
      copyLine((n * height + i) * length, image, lines[image * height + i], left, right);
    }
  };
  for (let n = 0; n < batch; n++) {
    copy(n, n, [0, height, 0, width]);
    if (paste) copy(n, paste.partners[n], [paste.top, paste.bottom, paste.left, paste.right]);
  }
}
