import sharp from "sharp";
import { expect, test } from "vitest";
import type { ImageFacts } from "../../src/data/reading/decodedImage.ts";
import { imageFacts } from "../../src/data/reading/imageFacts.ts";
import { formatOf, type ImageFormat } from "../../src/data/reading/imageFormats.ts";

const rgb = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp(
    Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 256),
    { raw: { width, height, channels } },
  );

const images: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  PNG: () => rgb(7, 5).png().toBuffer(),
  "PNG with opacity": () => rgb(7, 5, 4).png().toBuffer(),
  "PNG with a palette": () => rgb(40, 30).png({ palette: true }).toBuffer(),
  "PNG in grey": () => rgb(7, 5).toColourspace("b-w").png().toBuffer(),
  "PNG of 16 bits": () => rgb(7, 5).toColourspace("rgb16").png().toBuffer(),
  JPEG: () => rgb(31, 19).jpeg().toBuffer(),
  "JPEG, progressive": () => rgb(31, 19).jpeg({ progressive: true }).toBuffer(),
  "JPEG in grey": () => rgb(31, 19).toColourspace("b-w").jpeg().toBuffer(),
  "JPEG in CMYK": () => rgb(31, 19).toColourspace("cmyk").jpeg().toBuffer(),
  ...Object.fromEntries(
    [2, 3, 6, 8].map((orientation) => [
      `JPEG, turned ${orientation}`,
      () => rgb(31, 19).withMetadata({ orientation }).jpeg().toBuffer(),
    ]),
  ),
  WebP: () => rgb(31, 19).webp().toBuffer(),
  "WebP without loss": () => rgb(31, 19).webp({ lossless: true }).toBuffer(),
  "WebP with opacity": () => rgb(31, 19, 4).webp().toBuffer(),
  GIF: () => rgb(31, 19).gif().toBuffer(),
  "GIF of two frames": () =>
    sharp(
      Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 91) % 256),
      { raw: { width: 8, height: 8, channels: 3, pageHeight: 4 } },
    )
      .gif()
      .toBuffer(),
};

test.each(Object.entries(images))("%s: what sharp finds", async (_, make) => {
  const bytes = Uint8Array.from(await make());
  const { width, height, orientation = 1, pages = 1, hasAlpha, depth, space } = await sharp(bytes).metadata();
  const facts = imageFacts(bytes, formatOf(bytes) as ImageFormat) as ImageFacts;
  expect({ orientation: 1, pages: 1, hasAlpha: false, isDeep: false, isGrey: false, isCmyk: false, ...facts }).toEqual({
    ...{ width, height, orientation, hasAlpha },
    pages,
    isDeep: depth !== "uchar",
    isGrey: space === "b-w" || space === "grey16",
    isCmyk: space === "cmyk",
  });
});

test.each(Object.entries(images))("%s, cut anywhere: facts or nothing, never an error", async (_, make) => {
  const bytes = Uint8Array.from(await make());
  const format = formatOf(bytes) as ImageFormat;
  for (let length = 16; length < bytes.length; length += 7) {
    const facts = imageFacts(bytes.slice(0, length), format);
    if (facts) expect(facts.width).toBeGreaterThan(0);
  }
});
