import {
  changesOf,
  checkImageSize,
  type DecodedImage,
  expectImage,
  expectSides,
  type ImageFacts,
  type ImageSize,
  mostImageBytes,
  mostPixels,
} from "../../data/reading/decodedImage.ts";
import type { ImageFormat } from "../../data/reading/imageFormats.ts";
import { decodeBmp } from "../../formats/bmp.ts";
import { DataError, HandgradError } from "../../tensor/errors.ts";
import { isMissingPackage } from "../optionalPackage.ts";
import { readRegularFile } from "../readFile.ts";

/**
 * An image file as RGB bytes (height, width, 3), row-major: turned as its EXIF data says, laid on white where it is transparent,
 * scaled until it covers the size and cropped around the centre; the first frame or page of several. Throws DataError that names
 * the file if it is missing, no such image, damaged or has too many pixels, SettingsError for a size that is none.
 */
export async function readImage(file: string, size: ImageSize): Promise<Uint8Array> {
  checkImageSize(size);
  return (await decodeImage(readRegularFile(file, { most: mostImageBytes }), { ...size, name: file })).pixels;
}

/** The same from the bytes of a file, with what was changed. */
export async function decodeImage(
  content: Uint8Array,
  { height, width, name }: ImageSize & { readonly name: string },
): Promise<DecodedImage> {
  checkImageSize({ height, width });
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const format = expectImage(bytes, name);
  const sharp = await loadDecoder();
  try {
    const picture = open(sharp, bytes, { format, name });
    const facts = factsOf(await picture.metadata());
    expectSides(facts);
    const { data, info } = await picture
      .autoOrient()
      .resize(width, height, { fit: "cover", position: "centre" })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels instead of 3`);
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { pixels, changes: changesOf(facts, { height, width }) };
  } catch (error) {
    if (error instanceof DataError) throw error;
    // The decoder's messages may have several lines
    const reason = (error as Error).message.replace(/\s+/g, " ").replace(/[:\s]+$/, "");
    throw new DataError(`${name}: cannot be decoded as an image: ${reason}`, { cause: error });
  }
}

type Sharp = typeof import("sharp")["default"];

/** sharp reads no BMP: that is decoded here. */
function open(sharp: Sharp, bytes: Buffer, { format, name }: { readonly format: ImageFormat; readonly name: string }) {
  const limitInputPixels = mostPixels(bytes);
  if (format !== "BMP") return sharp(bytes, { limitInputPixels });
  const { data, ...raw } = decodeBmp(bytes, { name, mostPixels: limitInputPixels });
  return sharp(data, { raw, limitInputPixels });
}

function factsOf(metadata: import("sharp").Metadata): ImageFacts {
  const { width = 0, height = 0, orientation, pages, hasAlpha, space = "", depth } = metadata;
  return {
    ...{ width, height, orientation, pages, hasAlpha },
    isDeep: depth !== "uchar",
    isCmyk: space === "cmyk",
    isGrey: ["b-w", "grey16"].includes(space),
  };
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
