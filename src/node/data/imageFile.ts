import { DataError, HandgradError, SettingsError } from "../../tensor/errors.ts";
import { isMissingPackage } from "../optionalPackage.ts";
import { readRegularFile } from "../readFile.ts";

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

const MAX_FILE_BYTES = 200_000_000;
/** Of the compressed picture, before it is made smaller: a few kilobytes of PNG can unfold to gigabytes. */
const MAX_PIXELS = 100_000_000;
const MAX_SIDE = 16_384;
const MAX_INPUT_SIDE = 40_000;

/**
 * An ordinary JPEG is decoded line by line, at a smaller size where that will do; progressive ones and other formats may need
 * all their pixels in memory, and a few kilobytes can claim 100 million of them: 16 million, and more for larger files.
 */
function mostPixels(bytes: Buffer): number {
  return isBaselineJpeg(bytes) ? MAX_PIXELS : Math.min(MAX_PIXELS, Math.floor(16_000_000 + 2.5 * bytes.length));
}

/** Whether the first frame of a JPEG (the segment SOFn) is coded in one pass: n = 0 or 1. */
function isBaselineJpeg(bytes: Buffer): boolean {
  if (!signatures.JPEG(bytes)) return false;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return marker <= 0xc1;
  }
  return false;
}

/** How the files of each format begin. Others are refused before a decoder sees them. */
const signatures = {
  JPEG: (bytes: Buffer) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  PNG: (bytes: Buffer) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  WebP: (bytes: Buffer) => bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP",
} satisfies Record<string, (bytes: Buffer) => boolean>;

/**
 * A JPEG, PNG or WebP file as RGB bytes (height, width, 3), row-major: turned as its EXIF data says, laid on white where it is
 * transparent, scaled until it covers the size and cropped around the centre. Throws DataError that names the file when it is
 * missing, no such image, damaged or of too many pixels, SettingsError for a size that is none.
 */
export async function readImage(file: string, { height, width }: ImageSize): Promise<Uint8Array> {
  for (const [side, length] of Object.entries({ height, width })) {
    if (!Number.isInteger(length) || length < 1 || length > MAX_SIDE) {
      throw new SettingsError(`readImage: ${side} must be a whole number 1 … ${MAX_SIDE}, got ${length}`);
    }
  }
  const content = readRegularFile(file, { most: MAX_FILE_BYTES });
  const bytes = Buffer.from(content.buffer);
  if (!Object.values(signatures).some((matches) => matches(bytes))) {
    throw new DataError(`${file}: not an image that can be read; expected ${Object.keys(signatures).join(", ")}`);
  }
  const sharp = await loadDecoder();
  try {
    const picture = sharp(bytes, { limitInputPixels: mostPixels(bytes) });
    const { width: wide = 0, height: high = 0 } = await picture.metadata();
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
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch (error) {
    throw new DataError(`${file}: cannot be decoded as an image: ${(error as Error).message}`, { cause: error });
  }
}

/** Loaded when the first image is read: only those who read images install it (19 MB), an optional peer dependency. */
async function loadDecoder(): Promise<typeof import("sharp")["default"]> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    const reason = isMissingPackage(error, "sharp")
      ? "need the package sharp: npm install sharp"
      : `need the package sharp, which does not run on ${process.platform}-${process.arch}`;
    throw new HandgradError(`images: JPEG, PNG and WebP files ${reason}`, { cause: error });
  }
}
