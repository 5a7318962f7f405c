import { DataError } from "../tensor/errors.ts";

/** Pixels row by row from the top, with 3 bytes each (red, green, blue) or 4 (with alpha). */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly method: number;
  /** the position of the pixels */
  readonly start: number;
  readonly palette: Uint8Array;
  readonly masks: readonly number[];
}

type Fail = (problem: string) => never;

/** How pixels are stored: uncompressed, as run lengths of 8 or 4 bits, or with a bit mask for each channel. */
const methods = { plain: 0, runs8: 1, runs4: 2, masks: 3, masksWithOpacity: 6 };
const plainMasks: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

/**
 * Decodes a Windows bitmap: 1, 2, 4 and 8 bits with a palette, 16, 24 and 32 bits, bit masks, run lengths, bottom-up or top-down
 * rows, with headers from OS/2 1.x to version 5. Throws DataError, also for more than `mostPixels` pixels, which is checked
 * before memory is allocated. Source: Microsoft, "Bitmap Header Types" and "Bitmap Compression".
 */
export function decodeBmp(
  bytes: Uint8Array,
  { name, mostPixels = 16_000_000 }: { readonly name: string; readonly mostPixels?: number },
): Bitmap {
  const fail: Fail = (problem) => {
    throw new DataError(`${name}: cannot be read as a BMP file: ${problem}`);
  };
  const header = readHeader(bytes, fail);
  const { width, height, isTopDown, bits, method } = header;
  if (!(width > 0 && height > 0)) fail(`expected a width and a height above 0, found ${width}×${height} pixels`);
  if (width * height > mostPixels) fail(`expected at most ${mostPixels} pixels, found ${width}×${height}`);
  const channels = header.masks[3] === 0 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  const rowAt = (row: number): number => (isTopDown ? row : height - 1 - row) * width * channels;
  if (method === methods.runs8 || method === methods.runs4) decodeRuns(bytes, header, data, rowAt);
  else if (bits <= 8) decodeIndices(bytes, header, data, rowAt, fail);
  else decodeColors(bytes, header, data, { rowAt, channels }, fail);
  return { width, height, channels, data };
}

function readHeader(bytes: Uint8Array, fail: Fail): Header {
  if (bytes.length < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) fail("its header is missing");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(10, true);
  const headerLength = view.getUint32(14, true);
  const isOld = headerLength === 12;
  if (!isOld && (headerLength < 40 || bytes.length < 54))
    fail(`expected a header of at least 40 bytes, found ${headerLength}`);
  if (14 + headerLength > bytes.length || start > bytes.length) fail("it is truncated");
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const method = isOld ? methods.plain : view.getUint32(30, true);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits))
    fail(`expected 1, 2, 4, 8, 16, 24 or 32 bits for each pixel, found ${bits}`);
  const fits: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16, 24, 32], 1: [8], 2: [4] };
  if (!(fits[method] ?? (method === 3 || method === 6 ? [16, 32] : [])).includes(bits))
    fail(`${bits} bits for each pixel with compression ${method} are not supported`);
  const hasMasks = method === methods.masks || method === methods.masksWithOpacity;
  const maskCount = headerLength >= 56 || method === methods.masksWithOpacity ? 4 : 3;
  if (hasMasks && bytes.length < 54 + 4 * maskCount) fail("it is truncated");
  const masks = hasMasks
    ? [0, 1, 2, 3].map((i) => (i < maskCount ? view.getUint32(54 + 4 * i, true) : 0))
    : (plainMasks[bits] ?? [0, 0, 0, 0]);
  const listed = isOld ? 0 : view.getUint32(46, true);
  const colors = bits > 8 ? 0 : Math.min(listed || 2 ** bits, 2 ** bits);
  const stride = isOld ? 3 : 4;
  const paletteStart = 14 + headerLength;
  const paletteBytes = bytes.subarray(paletteStart, Math.min(paletteStart + colors * stride, start));
  const palette = new Uint8Array(3 * 256);
  for (let i = 0; i < Math.floor(paletteBytes.length / stride); i++)
    for (let channel = 0; channel < 3; channel++) palette[3 * i + channel] = paletteBytes[stride * i + 2 - channel];
  const isTopDown = signedHeight < 0;
  return { width, height: Math.abs(signedHeight), isTopDown, bits, method, start, palette, masks };
}

type RowAt = (row: number) => number;

/** Rows are padded to a multiple of 4 bytes. */
function strideOf({ width, height, bits, start }: Header, bytes: Uint8Array, fail: Fail): number {
  const stride = 4 * Math.ceil((width * bits) / 32);
  // The last row may lack its padding
  const needed = stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (bytes.length - start < needed)
    fail(`it is truncated: expected ${needed} bytes of pixels, found ${bytes.length - start}`);
  return stride;
}

function decodeIndices(bytes: Uint8Array, header: Header, data: Uint8Array, rowAt: RowAt, fail: Fail): void {
  const { width, height, bits, start, palette } = header;
  const stride = strideOf(header, bytes, fail);
  const perByte = 8 / bits;
  for (let row = 0; row < height; row++) {
    const [from, to] = [start + row * stride, rowAt(row)];
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits - (x % perByte) * bits;
      const index = (bytes[from + Math.floor(x / perByte)] >> shift) & (2 ** bits - 1);
      for (let channel = 0; channel < 3; channel++) data[to + 3 * x + channel] = palette[3 * index + channel];
    }
  }
}

function decodeColors(
  bytes: Uint8Array,
  header: Header,
  data: Uint8Array,
  { rowAt, channels }: { readonly rowAt: RowAt; readonly channels: number },
  fail: Fail,
): void {
  const { width, height, bits, start, masks } = header;
  const stride = strideOf(header, bytes, fail);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: Math.max(1, mask >>> shift) };
  });
  for (let row = 0; row < height; row++) {
    const [from, to] = [start + row * stride, rowAt(row)];
    for (let x = 0; x < width; x++) {
      const place = to + channels * x;
      if (bits === 24) {
        for (let channel = 0; channel < 3; channel++) data[place + channel] = bytes[from + 3 * x + 2 - channel];
        continue;
      }
      const value = bits === 16 ? view.getUint16(from + 2 * x, true) : view.getUint32(from + 4 * x, true);
      for (const [channel, { mask, shift, most }] of fields.entries())
        data[place + channel] = Math.round((255 * ((value & mask) >>> shift)) / most);
    }
  }
}

/**
 * Decodes run lengths: COUNT INDEX is a run; 0 0 ends a row, 0 1 ends the image, 0 2 X Y moves the position, and 0 N is followed
 * by N indices. Skipped pixels are black.
 */
function decodeRuns(bytes: Uint8Array, header: Header, data: Uint8Array, rowAt: RowAt): void {
  const { width, height, method, start, palette } = header;
  const isHalf = method === methods.runs4;
  let [at, x, row] = [start, 0, 0];
  const put = (index: number): void => {
    if (x >= width || row >= height) return;
    for (let channel = 0; channel < 3; channel++) data[rowAt(row) + 3 * x + channel] = palette[3 * index + channel];
    x++;
  };
  const pick = (byte: number, i: number): number => (isHalf ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  while (at + 1 < bytes.length && row < height) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(pick(value, i));
    else if (value === 0) [x, row] = [0, row + 1];
    else if (value === 1) return;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      row += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = isHalf ? Math.ceil(value / 2) : value;
      for (let i = 0; i < value; i++) put(pick(bytes[at + (isHalf ? i >> 1 : i)] ?? 0, i));
      at += length + (length % 2);
    }
  }
}
