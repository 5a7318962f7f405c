import { divergingTable, type Rgb } from "../../shared/colours.ts";

/** Okabe and Ito's colours by class: the first two are the ends of the diverging scale. */
const classColours: Readonly<Record<"light" | "dark", readonly Rgb[]>> = {
  light: [
    [213, 94, 0],
    [0, 114, 178],
    [0, 140, 105],
    [170, 68, 153],
    [110, 110, 110],
    [176, 125, 0],
    [70, 160, 215],
    [120, 60, 20],
  ],
  dark: [
    [242, 142, 75],
    [86, 180, 233],
    [46, 196, 160],
    [230, 163, 207],
    [200, 200, 200],
    [240, 199, 94],
    [30, 130, 200],
    [200, 120, 80],
  ],
};

export const classColour = (index: number, dark: boolean): Rgb => classColours[dark ? "dark" : "light"][index % 8];

export const css = ([red, green, blue]: Rgb, alpha = 1): string => `rgb(${red} ${green} ${blue} / ${alpha})`;

const background: Readonly<Record<"light" | "dark", Rgb>> = { light: [253, 253, 251], dark: [23, 23, 22] };

/** The strength of colours of surfaces, so that points on them are visible. */
export type Strength = "pale" | "full";

const paleShare = 0.62;

const tables = new Map<string, Uint8ClampedArray>();

/** A table from levels (0 … 254 for −1 … 1, 255 for NaN) to pixels. */
export function levelTable(dark: boolean, strength: Strength): Uint8ClampedArray {
  const key = `${dark} ${strength}`;
  const known = tables.get(key);
  if (known) return known;
  const full = divergingTable(dark);
  const middle = background[dark ? "dark" : "light"];
  const table = new Uint8ClampedArray(4 * 256);
  for (let level = 0; level < 256; level++) {
    const from = 4 * Math.round((level / 254) * 255);
    for (let channel = 0; channel < 3; channel++) {
      const colour = level === 255 ? 128 : full[from + channel];
      table[4 * level + channel] =
        strength === "full" ? colour : middle[channel] + paleShare * (colour - middle[channel]);
    }
    table[4 * level + 3] = 255;
  }
  tables.set(key, table);
  return table;
}

/** Pixels of levels. */
export function levelImage(levels: Uint8Array, table: Uint8ClampedArray, side: number): ImageData {
  const image = new ImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(table.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[levels[i]];
  return image;
}

/** Pixels of several classes: the colour of the prediction, paler if it is less certain. */
export function classImage(levels: Uint8Array, classes: Uint8Array, dark: boolean, side: number): ImageData {
  const image = new ImageData(side, side);
  const middle = background[dark ? "dark" : "light"];
  for (let i = 0; i < levels.length; i++) {
    const colour = classColour(classes[i], dark);
    const share = paleShare * (0.15 + 0.85 * Math.max(0, (levels[i] - 127) / 127));
    for (let channel = 0; channel < 3; channel++)
      image.data[4 * i + channel] = middle[channel] + share * (colour[channel] - middle[channel]);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
