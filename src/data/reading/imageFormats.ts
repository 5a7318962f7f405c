// Recognizes image files by their first bytes, not by their names.

const text = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));
const begins = (...wanted: readonly number[]) => {
  return (bytes: Uint8Array): boolean => wanted.every((byte, i) => bytes[i] === byte);
};

/** The compatible brands in the "ftyp" box of an ISO media file (AVIF, HEIC). */
function brandsOf(bytes: Uint8Array): string[] {
  if (text(bytes, 4, 8) !== "ftyp") return [];
  const end = Math.min(bytes.length, (bytes[2] << 8) | bytes[3], 256);
  return Array.from({ length: Math.max(0, Math.floor((end - 8) / 4)) }, (_, i) => text(bytes, 8 + 4 * i, 12 + 4 * i));
}

/** The first bytes of the files of each format. Other files are refused before decoding. */
export const imageSignatures = {
  JPEG: begins(0xff, 0xd8, 0xff),
  PNG: begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  WebP: (bytes) => text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP",
  GIF: (bytes) => ["GIF87a", "GIF89a"].includes(text(bytes, 0, 6)),
  TIFF: (bytes) => ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(text(bytes, 0, 4)),
  BMP: (bytes) => text(bytes, 0, 2) === "BM" && bytes.length >= 26,
  AVIF: (bytes) => brandsOf(bytes).some((brand) => brand === "avif" || brand === "avis"),
} satisfies Record<string, (bytes: Uint8Array) => boolean>;

export type ImageFormat = keyof typeof imageSignatures;

/** The format of an image file; undefined for any other file. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  return (Object.keys(imageSignatures) as ImageFormat[]).find((format) => imageSignatures[format](bytes));
}

export function isHeic(bytes: Uint8Array): boolean {
  return brandsOf(bytes).some((brand) => ["heic", "heix", "hevc", "hevx", "heim", "heis"].includes(brand));
}
