import { printable } from "../../tensor/printable.ts";

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One SVG (or HTML) element; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinate(value) : escapeXml(value as string)}"`);
  const start = `<${name}${list.join("")}`;
  return children.length > 0 ? `${start}>${children.join("")}</${name}>` : `${start}/>`;
}

/** A text escaped for XML and HTML, as content or within double quotes; characters that are invisible or not allowed are made visible. */
export function escapeXml(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A length rounded to a hundredth of a pixel: finer differences are invisible, and files stay small and reproducible. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** A number with a minus sign instead of a hyphen. */
export function signed(text: string): string {
  return text.replace(/^-/, "−");
}

const narrow = new Set("iIjlft.,:;|!'()[]·− ");
const wide = new Set("mwMW%@—");

/** The width of a font's letters, relative to a broad sans-serif. */
interface LetterWidth {
  readonly letterWidth: number;
}

/**
 * A width that the text does not exceed, in the fonts that figures are shown in. Real metrics would need the reader's font;
 * this estimate is rather too wide, so that labels never overlap.
 */
export function textWidth(text: string, size: number, { letterWidth }: LetterWidth): number {
  let units = 0;
  for (const letter of printable(text)) {
    if (narrow.has(letter)) units += 0.38;
    else if (wide.has(letter)) units += 0.92;
    else if (letter >= "\u2e80")
      units += 1.1; // Chinese characters, kana, Hangul, emoji: as wide as they are high
    else units += letter >= "A" && letter <= "Z" ? 0.73 : 0.62;
  }
  return units * size * letterWidth;
}

/** A name as a label of a figure: printable, with "…" for its middle where it would be wider than `width`; names often differ at the end. */
export function shorten(name: string, width: number, size: number, font: LetterWidth): string {
  const text = printable(name);
  if (textWidth(text, size, font) <= width) return text;
  const letters = [...text];
  const cut = (kept: number): string => {
    const start = Math.ceil(kept / 2);
    return `${letters.slice(0, start).join("")}…${letters.slice(letters.length - (kept - start)).join("")}`;
  };
  let [fits, tooLong] = [0, letters.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (textWidth(cut(middle), size, font) <= width) fits = middle;
    else tooLong = middle;
  }
  return cut(fits);
}

/** Breaks a text into lines at spaces, each no wider than `width`; a single word that is wider is shortened. */
export function wrapText(text: string, width: number, size: number, font: LetterWidth): string[] {
  const lines: string[] = [];
  for (const whole of text.split(" ")) {
    const word = shorten(whole, width, size, font);
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size, font) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
