import type { Inflate } from "../../formats/inflate.ts";
import type { InflateRaw } from "../../formats/zip.ts";
import type { DecodedImage, ImageSize } from "./decodedImage.ts";

/** The functions that the readers of files need from Node or a browser. */
export interface Platform {
  /** the memory for data in bytes */
  readonly memory: number;
  /** decompresses zlib streams in MATLAB files */
  readonly inflate: Inflate;
  /** decompresses the files in a zip */
  readonly inflateRaw: InflateRaw;
  /** Decompresses a gzip stream of images, up to a limit. Throws DataError. */
  gunzip(compressed: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array>;
  /** Decompresses a stream of any size; the reader of the result sets a limit. Throws DataError. */
  unpack(compressed: AsyncIterable<Uint8Array>, kind: "gzip" | "zstd", where: string): AsyncIterable<Uint8Array>;
  /** Decodes an image file to RGB bytes of the given size, and returns what was changed. Throws DataError with the name of the file. */
  decodeImage(content: Uint8Array, options: ImageSize & { readonly name: string }): Promise<DecodedImage>;
  /** decompresses Brotli pages in Parquet files; by default a slower decoder is used */
  readonly decompressBrotli?: ((input: Uint8Array, length: number) => Uint8Array) | undefined;
}
