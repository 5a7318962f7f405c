/** Converts RGB pixels to grey, one byte each: the luma 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
export function brightnessOf(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) =>
    Math.round(0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2]),
  );
}
