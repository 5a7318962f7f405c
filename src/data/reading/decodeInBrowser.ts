import { decodeBmp } from "../../formats/bmp.ts";
import { DataError } from "../../tensor/errors.ts";
import { resizeImage } from "../resizeImage.ts";
import {
  changesOf,
  checkImageSize,
  type DecodedImage,
  expectImage,
  expectSides,
  type ImageSize,
  mostPixels,
} from "./decodedImage.ts";
import { type DrawnImage, drawBitmap } from "./drawBitmap.ts";
import { imageFacts } from "./imageFacts.ts";

/**
 * Decodes an image file to RGB bytes of the given size with the browser's decoders. It is drawn on white, scaled until it covers
 * the size, and cropped around the centre; the result is close to that of the command. The size stated in the file is checked
 * before decoding. Throws DataError with the name of the file.
 */
export async function decodeInBrowser(
  content: Uint8Array,
  { height, width, name }: ImageSize & { readonly name: string },
): Promise<DecodedImage> {
  checkImageSize({ height, width });
  const format = expectImage(content, name);
  if (format === "TIFF") throw new DataError(`${name}: a browser cannot decode TIFF; convert it to PNG or JPEG`);
  try {
    const claimed = imageFacts(content, format);
    if (claimed) expectPixels(claimed, content);
    const { bitmap, ...drawn } = await draw(content, format, name);
    const facts = claimed ?? { ...bitmap, ...(format === "BMP" && { hasAlpha: drawn.hasAlpha }) };
    const pixels = resizeImage({ ...drawn, channels: 3 }, { width, height });
    return { pixels, changes: changesOf(facts, { height, width }) };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: cannot be decoded as an image: ${(error as Error).message}`, { cause: error });
  }
}

function expectPixels({ width, height }: { readonly width: number; readonly height: number }, content: Uint8Array) {
  expectSides({ width, height });
  if (width * height > mostPixels(content)) throw new Error(`${width}×${height} pixels exceed the limit`);
}

interface Drawn extends DrawnImage {
  /** the size of the image in the file */
  readonly bitmap: { readonly width: number; readonly height: number };
  readonly hasAlpha?: boolean;
}

async function draw(content: Uint8Array, format: string, name: string): Promise<Drawn> {
  if (format === "BMP") {
    const bmp = decodeBmp(content, { name, mostPixels: mostPixels(content) });
    const { width, height, channels } = bmp;
    return { width, height, data: onWhite(bmp), bitmap: { width, height }, hasAlpha: channels === 4 };
  }
  const bitmap = await createImageBitmap(new Blob([content as Uint8Array<ArrayBuffer>]));
  const found = { width: bitmap.width, height: bitmap.height };
  expectPixels(found, content);
  return { ...drawBitmap(bitmap, (width, height) => new OffscreenCanvas(width, height)), bitmap: found };
}

/** The pixels on white, without alpha. */
function onWhite(image: {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}): Uint8Array {
  const { width, height, channels, data } = image;
  const rgb = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const opacity = channels === 4 ? data[4 * pixel + 3] / 255 : 1;
    for (let c = 0; c < 3; c++) rgb[3 * pixel + c] = Math.round(255 + opacity * (data[channels * pixel + c] - 255));
  }
  return rgb;
}
