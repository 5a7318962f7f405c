import sharp from "sharp";
import { expect, test } from "vitest";
import { resizeImage } from "../../src/data/resizeImage.ts";
import { RandomState } from "../../src/index.ts";

/** Waves, edges and noise: what scaling can get wrong. */
function picture(width: number, height: number): Uint8Array {
  const random = new RandomState(1);
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    const waves = 60 * Math.sin(x / 17 + c) + 50 * Math.cos(y / 11 - c);
    const squares = 40 * ((Math.floor(x / 40) + Math.floor(y / 30)) % 2);
    return Math.max(0, Math.min(255, 128 + waves + squares + 10 * random.randomSample()));
  });
}

test.each([
  [300, 200, 32, 32],
  [320, 240, 32, 32],
  [480, 360, 14, 14],
  [360, 480, 14, 10],
  [20, 20, 32, 32],
  [31, 57, 24, 24],
  [33, 32, 32, 32],
  [1000, 30, 32, 32],
  [1, 1, 8, 8],
])("%d × %d to %d × %d: the bytes of libvips, to 2 of 256 levels", async (width, height, wide, high) => {
  const data = picture(width, height);
  const raw = { width, height, channels: 3 } as const;
  const wanted = await sharp(data, { raw }).resize(wide, high, { fit: "cover", position: "centre" }).raw().toBuffer();
  const scaled = resizeImage({ width, height, channels: 3, data }, { width: wide, height: high });
  expect(scaled.length).toBe(wanted.length);
  const differences = Array.from(scaled, (value, i) => Math.abs(value - wanted[i]));
  expect(Math.max(...differences)).toBeLessThanOrEqual(2);
});

test("a picture of the right size stays as it is", () => {
  const data = picture(9, 7);
  expect(resizeImage({ width: 9, height: 7, channels: 3, data }, { width: 9, height: 7 })).toEqual(data);
});
