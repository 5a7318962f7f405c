/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

interface Diverging {
  readonly low: Rgb;
  readonly middle: Rgb;
  readonly high: Rgb;
}

/** Orange for negative, blue for positive numbers: distinguishable with any colour blindness, and in grey by the sign next to them. */
export const divergingColours: Readonly<Record<"light" | "dark", Diverging>> = {
  light: { low: [213, 94, 0], middle: [247, 246, 242], high: [0, 114, 178] },
  dark: { low: [242, 142, 75], middle: [38, 38, 36], high: [86, 180, 233] },
};

/** The colour of a number from −1 (orange) over 0 to 1 (blue); beyond that the ends. NaN is grey. */
export function divergingColour(value: number, dark: boolean): Rgb {
  if (Number.isNaN(value)) return [128, 128, 128];
  const { low, middle, high } = divergingColours[dark ? "dark" : "light"];
  const share = Math.min(1, Math.abs(value));
  const end = value < 0 ? low : high;
  const mix = (i: 0 | 1 | 2) => Math.round(middle[i] + share * (end[i] - middle[i]));
  return [mix(0), mix(1), mix(2)];
}

/** 256 colours from −1 to 1, four bytes each (red, green, blue, 255): for images with many pixels. */
export function divergingTable(dark: boolean): Uint8ClampedArray {
  const table = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) table.set([...divergingColour((2 * i) / 255 - 1, dark), 255], 4 * i);
  return table;
}

/** Whether text on a colour is better black or white, by relative luminance (WCAG 2). */
export function textOn([red, green, blue]: Rgb): "#000" | "#fff" {
  const linear = (channel: number) =>
    channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.179 ? "#000" : "#fff";
}
