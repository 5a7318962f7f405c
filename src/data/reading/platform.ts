import type { Inflate } from "../../formats/inflate.ts";
import type { InflateRaw } from "../../formats/zip.ts";
import type { DecodedImage, ImageSize } from "./decodedImage.ts";

/** What the readers of files take from the place that they run in: Node, or a browser. */
export interface Platform {
  /** bytes of memory that data may fill */
  readonly memory: number;
  /** zlib streams, in MATLAB files */
  readonly inflate: Inflate;
  /** the files in a zip */
  readonly inflateRaw: InflateRaw;
  /** A gzip stream of images; one that grows beyond all measure is refused. Throws DataError. */
  gunzip(compressed: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array>;
  /** A stream of any size: the reader of what comes out sets a limit. Throws DataError. */
  unpack(compressed: AsyncIterable<Uint8Array>, kind: "gzip" | "zstd", where: string): AsyncIterable<Uint8Array>;
  /** An image file as RGB bytes of a size, with what was changed. Throws DataError that names the file. */
  decodeImage(content: Uint8Array, options: ImageSize & { readonly name: string }): Promise<DecodedImage>;
  /** Brotli pages in Parquet files; there is a slower decoder for where it is left out */
  readonly decompressBrotli?: ((input: Uint8Array, length: number) => Uint8Array) | undefined;
}
