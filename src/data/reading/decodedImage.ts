import { DataError, SettingsError } from "../../tensor/errors.ts";
import { formatOf, type ImageFormat, imageSignatures, isHeic } from "./imageFormats.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export const mostImageBytes = 200_000_000;
/** Limit for the decoded image before it is scaled: a few kilobytes of PNG can decode to gigabytes. */
const mostDecodedPixels = 100_000_000;
const mostSide = 16_384;
/** Several lines are in memory at a time, each as long as the file claims. */
const mostInputSide = 40_000;

/** What happens to images besides decoding, as the end of "3 images …". */
export const imageChanges = {
  scaled: "scaled",
  cropped: "not square: cropped around the centre",
  enlarged: "smaller than that: enlarged",
  animated: "with several frames or pages: the first is used",
  transparent: "with an alpha channel: transparent parts become white",
  deep: "with more than 8 bits a channel: reduced to 8",
  cmyk: "in CMYK colours: converted to RGB",
  grey: "in grey: stored as red, green and blue",
  turned: "turned as their EXIF data says",
} as const;

export type ImageChange = keyof typeof imageChanges;

export interface DecodedImage {
  /** RGB bytes (height, width, 3), row-major */
  readonly pixels: Uint8Array;
  readonly changes: readonly ImageChange[];
}

/** What an image file says about itself. */
export interface ImageFacts {
  /** as stored, before it is turned */
  readonly width: number;
  readonly height: number;
  /** EXIF's number from 1 to 8 */
  readonly orientation?: number | undefined;
  readonly pages?: number | undefined;
  readonly hasAlpha?: boolean | undefined;
  readonly isDeep?: boolean | undefined;
  readonly isCmyk?: boolean | undefined;
  readonly isGrey?: boolean | undefined;
}

/** Throws SettingsError for a size that is none. */
export function checkImageSize({ height, width }: ImageSize): void {
  for (const [side, length] of Object.entries({ height, width })) {
    if (!Number.isInteger(length) || length < 1 || length > mostSide) {
      throw new SettingsError(`readImage: ${side} must be a whole number 1 … ${mostSide}, got ${length}`);
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

/** An Error for a side that no decoder should be given. */
export function expectSides({ width, height }: Pick<ImageFacts, "width" | "height">): void {
  if (Math.max(width, height) > mostInputSide)
    throw new Error(`${width}×${height} pixels, a side beyond ${mostInputSide}`);
}

/**
 * An ordinary JPEG is decoded line by line, at a smaller size where that will do; progressive ones and other formats may need
 * all their pixels in memory, and a few kilobytes can claim 100 million of them: 16 million, and more for larger files.
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

/** What happens to an image with these facts when it is brought to a size. */
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
