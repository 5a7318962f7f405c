/**
 * The destination of images that arrive as planes (all red bytes, all green, all blue) and are stored as pixels, row-major
 * (height, width, channels). A range receives images from … to − 1 of the file; images outside of all ranges are dropped.
 */
export interface ImageRange {
  readonly from: number;
  readonly to: number;
  /** (to − from) × planeSize × channels */
  readonly pixels: Uint8Array;
}

export interface PlaneLayout {
  /** The number of images in the file. */
  readonly images: number;
  /** height × width */
  readonly planeSize: number;
  readonly channels: number;
}

/** Converts the red, green and blue plane of one image to pixels: pixels[3p + c] = planes[c · planeSize + p]. */
export function planesToPixels(planes: Uint8Array, pixels: Uint8Array): void {
  const planeSize = planes.length / 3;
  const [red, green, blue] = [0, 1, 2].map((plane) => planes.subarray(plane * planeSize, (plane + 1) * planeSize));
  for (let pixel = 0, to = 0; pixel < planeSize; pixel++, to += 3) {
    pixels[to] = red[pixel];
    pixels[to + 1] = green[pixel];
    pixels[to + 2] = blue[pixel];
  }
}

/**
 * The number of column bytes that are collected before they are written to the images: with more columns, each image is visited
 * less often.
 */
const blockBytes = 2 ** 22;

/**
 * Receives an (images, channels · planeSize) byte matrix column by column, in pieces of any length, and writes it to the ranges
 * as pixels. It stores only one block of columns, so the matrix is never in memory twice. Within a block, images are visited in
 * groups, so that each cache line of a column is read once.
 */
export function columnMajorSink(layout: PlaneLayout, ranges: readonly ImageRange[]): (chunk: Uint8Array) => void {
  const { images, planeSize, channels } = layout;
  const columns = planeSize * channels;
  const columnsPerBlock = Math.max(1, Math.min(columns, Math.floor(blockBytes / images)));
  const block = new Uint8Array(columnsPerBlock * images);
  let filled = 0;
  let firstColumn = 0;
  const flush = (): void => {
    const count = filled / images;
    for (const range of ranges) scatterColumns(block, firstColumn, count, layout, range);
    firstColumn += count;
    filled = 0;
  };
  return (chunk) => {
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled === block.length || firstColumn * images + filled === columns * images) flush();
    }
  };
}

function scatterColumns(
  block: Uint8Array,
  firstColumn: number,
  columnCount: number,
  { images, planeSize, channels }: PlaneLayout,
  { from, to, pixels }: ImageRange,
): void {
  const rowLength = planeSize * channels;
  for (let start = 0; start < columnCount; ) {
    // up to the end of the block or of the plane, so that the target advances by `channels`
    const channel = Math.floor((firstColumn + start) / planeSize);
    const pixel = (firstColumn + start) % planeSize;
    const count = Math.min(columnCount - start, planeSize - pixel);
    for (let image = from, row = pixel * channels + channel; image < to; image++, row += rowLength) {
      const last = start * images + image + count * images;
      for (let source = start * images + image, target = row; source < last; source += images, target += channels) {
        pixels[target] = block[source];
      }
    }
    start += count;
  }
}

/** Receives records of `length` bytes in pieces of any length and passes on one whole record at a time. */
export function recordSink(length: number, take: (record: Uint8Array, index: number) => void) {
  const partial = new Uint8Array(length);
  let filled = 0;
  let index = 0;
  return (chunk: Uint8Array): void => {
    for (let taken = 0; taken < chunk.length; ) {
      if (filled === 0 && chunk.length - taken >= length) {
        take(chunk.subarray(taken, taken + length), index++);
        taken += length;
        continue;
      }
      const part = chunk.subarray(taken, taken + length - filled);
      partial.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled === length) {
        take(partial, index++);
        filled = 0;
      }
    }
  };
}
