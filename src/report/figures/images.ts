import type { Drawing, FigureWidth, ImagesFigure } from "./figure.ts";
import { label } from "./lines.ts";
import { decodeBase64, encodeBase64, encodePng } from "./png.ts";
import { element, wrapText } from "./svg.ts";
import type { Theme } from "./theme.ts";

const fontSize = 10.5;
const lineHeight = 13;

/** Small images side by side, each with its lines of text below, its pixels shown as squares. */
export function imagesSvg(figure: ImagesFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const { tiles, gap = 10 } = figure;
  const columns = figure.columns[size === "narrow" ? "narrow" : "wide"];
  const tileWidth = (width - (columns - 1) * gap) / columns;
  const texts = tiles.map(({ lines = [] }) =>
    lines.flatMap((line, i) => wrapText(line, tileWidth, fontSize, theme).map((text) => ({ text, first: i === 0 }))),
  );
  const parts: string[] = [];
  let top = 0;
  for (let start = 0; start < tiles.length; start += columns) {
    const row = tiles.slice(start, start + columns);
    row.forEach((tile, i) => {
      const x = i * (tileWidth + gap);
      const height = (tileWidth * tile.height) / tile.width;
      const href = `data:image/png;base64,${encodeBase64(encodePng(decodeBase64(tile.rgb), tile.width, tile.height))}`;
      const style = "image-rendering:pixelated";
      parts.push(element("image", { x, y: top, width: tileWidth, height, href, preserveAspectRatio: "none", style }));
      texts[start + i].forEach(({ text, first }, j) => {
        const colour = theme.colour(first ? "text" : "muted");
        parts.push(label(text, x, top + height + (j + 1) * lineHeight, colour, { size: fontSize }));
      });
    });
    const highest = Math.max(...row.map(({ height, width: across }) => (tileWidth * height) / across));
    const lines = Math.max(0, ...texts.slice(start, start + columns).map(({ length }) => length));
    top += highest + gap + (lines > 0 ? lines * lineHeight + 6 : 0);
  }
  return { width, height: top, content: parts.join("") };
}
