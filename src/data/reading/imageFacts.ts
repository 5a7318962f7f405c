import type { ImageFacts } from "./decodedImage.ts";
import type { ImageFormat } from "./imageFormats.ts";

// Reads the headers of image files before they are decoded, because browsers neither limit the size of an image nor report what
// they changed.

/**
 * The size and kind of an image from the beginning of its file; undefined for formats without a simple header (AVIF, BMP) and for
 * damaged files.
 */
export function imageFacts(bytes: Uint8Array, format: ImageFormat): ImageFacts | undefined {
  const reader = readers[format];
  try {
    return reader?.(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // truncated: the decoder reports the error
    throw error;
  }
}

type Reader = (bytes: Uint8Array, view: DataView) => ImageFacts | undefined;

const text = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

const readers: Partial<Record<ImageFormat, Reader>> = {
  PNG(bytes, view) {
    const colour = bytes[25];
    const chunks = chunksOf(bytes, view);
    return {
      width: view.getUint32(16),
      height: view.getUint32(20),
      hasAlpha: colour === 4 || colour === 6 || chunks.includes("tRNS"),
      isDeep: bytes[24] === 16,
      isGrey: colour === 0 || colour === 4,
    };
  },
  JPEG(bytes, view) {
    let orientation = 1;
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
      const marker = bytes[at + 1];
      if (marker === 0xe1 && text(bytes, at + 4, at + 10) === "Exif\0\0") orientation = orientationOf(view, at + 10);
      const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
      if (!isFrame) continue;
      const channels = bytes[at + 9];
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { width, height, orientation, isGrey: channels === 1, isCmyk: channels === 4 };
    }
    return undefined;
  },
  GIF: (bytes, view) => ({
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
    pages: framesOf(bytes),
    hasAlpha: bytes.some((byte, at) => byte === 0x21 && bytes[at + 1] === 0xf9 && (bytes[at + 3] & 1) === 1),
  }),
  WebP(bytes, view) {
    const kind = text(bytes, 12, 16);
    if (kind === "VP8X") {
      const [width, height] = [24, 27].map((at) => 1 + (view.getUint16(at, true) | (bytes[at + 2] << 16)));
      const pages = (bytes[20] & 2) === 2 ? 2 : 1; // animated: the exact number of frames is not needed
      return { width, height, hasAlpha: (bytes[20] & 16) === 16, pages };
    }
    if (kind === "VP8L") {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), hasAlpha: ((bits >>> 28) & 1) === 1 };
    }
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  },
};

/** The names of a PNG's chunks before its pixels. */
function chunksOf(bytes: Uint8Array, view: DataView): string[] {
  const names: string[] = [];
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = text(bytes, at + 4, at + 8);
    if (name === "IDAT") break;
    names.push(name);
  }
  return names;
}

/** The orientation in the TIFF header at `start`. */
function orientationOf(view: DataView, start: number): number {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little);
  }
  return 1;
}

/** The frames of a GIF: its image blocks. */
function framesOf(bytes: Uint8Array): number {
  const tableLength = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + tableLength(bytes[10]);
  let frames = 0;
  const skipBlocks = (): void => {
    while (at < bytes.length && bytes[at] > 0) at += bytes[at] + 1;
    at++;
  };
  while (at < bytes.length && bytes[at] !== 0x3b) {
    if (bytes[at] === 0x2c) {
      frames++;
      at += 10 + tableLength(bytes[at + 9]) + 1;
    } else at += 2;
    skipBlocks();
  }
  return Math.max(1, frames);
}
