import { DataError, SettingsError } from "../../tensor/errors.ts";
import { formatOf, type ImageFormat, imageSignatures, isHeic } from "./imageFormats.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export const mostImageBytes = 200_000_000;
/** The most pixels of a decoded image, before it is scaled: a PNG of a few kilobytes can decode to gigabytes. */
const mostDecodedPixels = 100_000_000;
const mostSide = 16_384;
/** The longest side of an image, because decoders keep several lines in memory. */
const mostInputSide = 40_000;

/** The changes to images besides decoding, as the end of "3 images …". */
export const imageChanges = {
  scaled: "scaled",
  cropped: "not square: cropped around the centre",
  enlarged: "smaller than this size: enlarged",
  animated: "with several frames or pages: the first is used",
  transparent: "with an alpha channel: transparent parts become white",
  deep: "with more than 8 bits a channel: reduced to 8",
  cmyk: "in CMYK colours: converted to RGB",
  grey: "in grey: stored as red, green and blue",
  turned: "rotated according to their EXIF data",
} as const;

export type ImageChange = keyof typeof imageChanges;

export interface DecodedImage {
  /** RGB bytes (height, width, 3), row-major */
  readonly pixels: Uint8Array;
  readonly changes: readonly ImageChange[];
}

/** The facts in the header of an image file. */
export interface ImageFacts {
  /** as stored, before the rotation */
  readonly width: number;
  readonly height: number;
  /** the EXIF orientation, 1 to 8 */
  readonly orientation?: number | undefined;
  readonly pages?: number | undefined;
  readonly hasAlpha?: boolean | undefined;
  readonly isDeep?: boolean | undefined;
  readonly isCmyk?: boolean | undefined;
  readonly isGrey?: boolean | undefined;
}

/** Throws SettingsError for an invalid size. */
export function checkImageSize({ height, width }: ImageSize): void {
  for (const [side, length] of Object.entries({ height, width })) {
    if (!Number.isInteger(length) || length < 1 || length > mostSide) {
      throw new SettingsError(`readImage: ${side}: expected a whole number from 1 to ${mostSide}, found ${length}`);
    }
  }
}

/** The format of an image file. Throws DataError for anything else. */
export function expectImage(bytes: Uint8Array, name: string): ImageFormat {
  const format = formatOf(bytes);
  if (format) return format;
  if (bytes.length === 0) throw new DataError(`${name}: not an image: the file is empty`);
  if (isHeic(bytes)) throw new DataError(`${name}: HEIC cannot be decoded; convert it to JPEG or PNG`);
  throw new DataError(`${name}: not an image that can be read; expected ${Object.keys(imageSignatures).join(", ")}`);
}

/** Throws Error for an image whose side is too long to decode. */
export function expectSides({ width, height }: Pick<ImageFacts, "width" | "height">): void {
  if (Math.max(width, height) > mostInputSide)
    throw new Error(`expected sides of at most ${mostInputSide} pixels, found ${width}×${height}`);
}

/**
 * The most pixels of an image file. A baseline JPEG is decoded line by line, at a smaller size if possible. Progressive JPEGs and
 * other formats may need all pixels in memory, and a file of a few kilobytes can state 100 million pixels; for these the limit is
 * 16 million, and more for larger files.
 */
export function mostPixels(bytes: Uint8Array): number {
  return isBaselineJpeg(bytes)
    ? mostDecodedPixels
    : Math.min(mostDecodedPixels, Math.floor(16_000_000 + 2.5 * bytes.length));
}

/** Whether the first frame of a JPEG (the segment SOFn) is coded in one pass: n = 0 or 1. */
function isBaselineJpeg(bytes: Uint8Array): boolean {
  if (!imageSignatures.JPEG(bytes)) return false;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3])) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return marker <= 0xc1;
  }
  return false;
}

/** The changes to an image with these facts when it is resized. */
export function changesOf(facts: ImageFacts, { height, width }: ImageSize): ImageChange[] {
  const { width: wide, height: high, orientation = 1, pages = 1 } = facts;
  const [w, h] = orientation >= 5 ? [high, wide] : [wide, high];
  const happened: Record<ImageChange, boolean> = {
    scaled: w !== width || h !== height,
    cropped: w * height !== h * width,
    enlarged: w < width || h < height,
    animated: pages > 1,
    transparent: facts.hasAlpha === true,
    deep: facts.isDeep === true,
    cmyk: facts.isCmyk === true,
    grey: facts.isGrey === true,
    turned: orientation > 1,
  };
  return (Object.keys(happened) as ImageChange[]).filter((change) => happened[change]);
}
