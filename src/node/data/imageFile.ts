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
 * Reads an image file as RGB bytes (height, width, 3), row-major. The image is rotated according to its EXIF data, drawn on white
 * if it is transparent, scaled until it covers the size, and cropped around the centre. The first of several frames or pages is
 * used. Throws DataError with the name of the file if it is missing, not an image, damaged or has too many pixels; SettingsError
 * for an invalid size.
 */
export async function readImage(file: string, size: ImageSize): Promise<Uint8Array> {
  checkImageSize(size);
  return (await decodeImage(readRegularFile(file, { most: mostImageBytes }), { ...size, name: file })).pixels;
}

/** Decodes the bytes of an image file in the same way, and returns what was changed. */
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

/** BMP files are decoded here, because sharp cannot read them. */
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

/** Loads sharp (19 MB) when the first image is read. It is an optional peer dependency, needed only for images. */
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
