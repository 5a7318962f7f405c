import { decodeBmp } from "../../formats/bmp.ts";
import { DataError, HandgradError, SettingsError } from "../../tensor/errors.ts";
import { isMissingPackage } from "../optionalPackage.ts";
import { readRegularFile } from "../readFile.ts";
import { formatOf, type ImageFormat, imageSignatures, isHeic } from "./imageFormats.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export const mostImageBytes = 200_000_000;
/** Limit for the decoded image before it is scaled: a few kilobytes of PNG can decode to gigabytes. */
const MAX_PIXELS = 100_000_000;
const MAX_SIDE = 16_384;
const MAX_INPUT_SIDE = 40_000;

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

/**
 * An ordinary JPEG is decoded line by line, at a smaller size where that will do; progressive ones and other formats may need
 * all their pixels in memory, and a few kilobytes can claim 100 million of them: 16 million, and more for larger files.
 */
function mostPixels(bytes: Buffer): number {
  return isBaselineJpeg(bytes) ? MAX_PIXELS : Math.min(MAX_PIXELS, Math.floor(16_000_000 + 2.5 * bytes.length));
}

/** Whether the first frame of a JPEG (the segment SOFn) is coded in one pass: n = 0 or 1. */
function isBaselineJpeg(bytes: Buffer): boolean {
  if (!imageSignatures.JPEG(bytes)) return false;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return marker <= 0xc1;
  }
  return false;
}

/**
 * An image file as RGB bytes (height, width, 3), row-major: turned as its EXIF data says, laid on white where it is transparent,
 * scaled until it covers the size and cropped around the centre; the first frame or page of several. Throws DataError that names
 * the file if it is missing, no such image, damaged or has too many pixels, SettingsError for a size that is none.
 */
export async function readImage(file: string, size: ImageSize): Promise<Uint8Array> {
  checkSize(size);
  return (await decodeImage(readRegularFile(file, { most: mostImageBytes }), { ...size, name: file })).pixels;
}

function checkSize({ height, width }: ImageSize): void {
  for (const [side, length] of Object.entries({ height, width })) {
    if (!Number.isInteger(length) || length < 1 || length > MAX_SIDE) {
      throw new SettingsError(`readImage: ${side} must be a whole number 1 … ${MAX_SIDE}, got ${length}`);
    }
  }
}

/** The same from the bytes of a file, with what was changed. */
export async function decodeImage(
  content: Uint8Array,
  { height, width, name }: ImageSize & { readonly name: string },
): Promise<DecodedImage> {
  checkSize({ height, width });
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const format = formatOf(bytes);
  if (!format) throw new DataError(`${name}: ${unknownFormat(bytes)}`);
  const sharp = await loadDecoder();
  try {
    const picture = open(sharp, bytes, { format, name });
    const metadata = await picture.metadata();
    const { width: wide = 0, height: high = 0 } = metadata;
    // Several lines are in memory at a time, each as long as the file claims.
    if (Math.max(wide, high) > MAX_INPUT_SIDE)
      throw new Error(`${wide}×${high} pixels, a side beyond ${MAX_INPUT_SIDE}`);
    const { data, info } = await picture
      .autoOrient()
      .resize(width, height, { fit: "cover", position: "centre" })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels instead of 3`);
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { pixels, changes: changesOf(metadata, { height, width }) };
  } catch (error) {
    if (error instanceof DataError) throw error;
    // The decoder's messages may have several lines
    const reason = (error as Error).message.replace(/\s+/g, " ").replace(/[:\s]+$/, "");
    throw new DataError(`${name}: cannot be decoded as an image: ${reason}`, { cause: error });
  }
}

function unknownFormat(bytes: Buffer): string {
  if (bytes.length === 0) return "not an image: the file is empty";
  if (isHeic(bytes)) return "HEIC cannot be decoded; convert it to JPEG or PNG";
  return `not an image that can be read; expected ${Object.keys(imageSignatures).join(", ")}`;
}

type Sharp = typeof import("sharp")["default"];

/** sharp reads no BMP: that is decoded here. */
function open(sharp: Sharp, bytes: Buffer, { format, name }: { readonly format: ImageFormat; readonly name: string }) {
  const limitInputPixels = mostPixels(bytes);
  if (format !== "BMP") return sharp(bytes, { limitInputPixels });
  const { data, ...raw } = decodeBmp(bytes, { name, mostPixels: limitInputPixels });
  return sharp(data, { raw, limitInputPixels });
}

function changesOf(metadata: import("sharp").Metadata, { height, width }: ImageSize): ImageChange[] {
  const { width: wide, height: high, orientation = 1, pages = 1, hasAlpha, space = "", depth } = metadata;
  const [w, h] = orientation >= 5 ? [high, wide] : [wide, high];
  const happened: Record<ImageChange, boolean> = {
    scaled: w !== width || h !== height,
    cropped: w * height !== h * width,
    enlarged: w < width || h < height,
    animated: pages > 1,
    transparent: hasAlpha === true,
    deep: depth !== "uchar",
    cmyk: space === "cmyk",
    grey: ["b-w", "grey16"].includes(space),
    turned: orientation > 1,
  };
  return (Object.keys(happened) as ImageChange[]).filter((change) => happened[change]);
}

/** Loaded when the first image is read: only those who read images install it (19 MB), an optional peer dependency. */
async function loadDecoder(): Promise<Sharp> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    const reason = isMissingPackage(error, "sharp")
      ? "need the package sharp: npm install sharp"
      : `need the package sharp, which does not run on ${process.platform}-${process.arch}`;
    throw new HandgradError(`images: image files ${reason}`, { cause: error });
  }
}
