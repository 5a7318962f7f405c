import type { ConfusionFigure, Drawing, FigureWidth } from "./figure.ts";
import { label } from "./lines.ts";
import { element, escapeXml, shorten, textWidth } from "./svg.ts";
import type { Theme } from "./theme.ts";

const gap = 6;

/**
 * A matrix of shares of each true class: a larger share is darker. Up to 12 classes have counts and per cent in their cells, more have per cent
 * where there is room; on a phone and with many classes, numbers stand for the names of the columns, and of more than 40 classes for all.
 */
export function confusionSvg(figure: ConfusionFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const { counts } = figure;
  const classes = counts.length;
  const wide = size !== "narrow";
  const few = classes <= (wide ? 12 : 6);
  const anonymous = classes > 40;
  const fontSize = few ? 12 : wide ? 11 : 9;
  // Names that are as short as numbers are shown themselves; the digits 0 … 9 numbered 1 … 10 would mislead
  const areShort = figure.labels.every((name) => textWidth(readableName(name), fontSize, theme) <= width / classes / 2);
  const numberAcross = anonymous || (!wide && !areShort && (!few || classes > 3));
  const every = anonymous ? 10 : wide || classes <= 10 ? 1 : 5;
  const names = figure.labels.map((name, i) =>
    anonymous ? String(i + 1) : shorten(readableName(name), width / 3, fontSize, theme),
  );
  const rowNames = anonymous || !numberAcross ? names : names.map((name, i) => `${name} ${i + 1}`);
  const left = Math.ceil(Math.max(46, ...rowNames.map((name) => textWidth(name, fontSize, theme)))) + gap;
  const cell = Math.min(few ? (classes <= 4 ? 78 : 56) : 26, (width - left - 2) / classes);
  const columnNames = names.map((name) => shorten(name, few ? cell - 4 : width / 3, fontSize, theme));
  // Beside one another where they fit, else upright
  const upright = !numberAcross && !areShort && columnNames.some((name, i) => name !== names[i] || !few);
  const shownAcross = upright ? names : columnNames;
  const room = numberAcross
    ? 12
    : upright
      ? Math.ceil(Math.max(...names.map((name) => textWidth(name, fontSize, theme))))
      : fontSize;
  const above = room + 30;
  const parts = [
    label("predicted →", left, 12, theme.colour("text"), { weight: 600 }),
    label("true ↓", left - gap, above - gap, theme.colour("text"), { anchor: "end", weight: 600 }),
  ];
  counts.forEach((row, truth) => {
    const y = above + truth * cell;
    const total = row.reduce((sum, count) => sum + count, 0);
    if (!anonymous || truth === 0 || (truth + 1) % every === 0) {
      const options = { anchor: "end", size: fontSize } as const;
      parts.push(label(rowNames[truth], left - gap, y + cell / 2 + fontSize * 0.35, theme.colour("text"), options));
    }
    if (anonymous) return;
    row.forEach((count, predicted) => {
      const share = total > 0 ? count / total : 0;
      parts.push(...drawCell(share, count, { x: left + predicted * cell, y, cell, few, numbers: wide || few }, theme));
    });
  });
  if (anonymous) parts.push(drawManyCells(counts, { left, above, cell }, theme));
  parts.push(
    element("rect", {
      x: left,
      y: above,
      width: classes * cell,
      height: classes * cell,
      style: `fill:none;stroke:${theme.colour("grid")}`,
    }),
  );
  shownAcross.forEach((name, predicted) => {
    const x = left + (predicted + 0.5) * cell;
    if (numberAcross) {
      if (predicted > 0 && (predicted + 1) % every !== 0) return;
      parts.push(label(String(predicted + 1), x, above - gap, theme.colour("muted"), { anchor: "middle", size: 10 }));
    } else {
      // the same element for both directions, so that names change no markup
      const [at, y] = [upright ? x + 4 : x, above - gap];
      const transform = `rotate(${upright ? -90 : 0} ${at.toFixed(2)} ${y})`;
      const attributes = { x: at, y, transform, "text-anchor": upright ? "start" : "middle", "font-size": fontSize };
      parts.push(element("text", { ...attributes, style: `fill:${theme.colour("text")}` }, escapeXml(name)));
    }
  });
  return { width, height: above + classes * cell + 4, content: parts.join("") };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  readonly few: boolean;
  readonly numbers: boolean;
}

const opacityOf = (share: number): number => (share === 0 ? 0 : 0.04 + 0.96 * Math.min(1, share / 0.6));

const shades = 50;

/** The cells of many classes: one path for each of 50 shades, because an element for each cell makes files of a megabyte. */
function drawManyCells(
  counts: ConfusionFigure["counts"],
  { left, above, cell }: { readonly left: number; readonly above: number; readonly cell: number },
  theme: Theme,
): string {
  const paths = new Map<number, string>();
  counts.forEach((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    row.forEach((count, predicted) => {
      if (count === 0) return;
      const shade = Math.max(1, Math.round(shades * opacityOf(count / total)));
      paths.set(shade, `${paths.get(shade) ?? ""}M${predicted} ${truth}h1v1h-1z`);
    });
  });
  const drawn = [...paths].map(([shade, d]) => element("path", { d, "fill-opacity": shade / shades }));
  const transform = `translate(${left} ${above}) scale(${cell.toFixed(4)})`;
  return element("g", { transform, style: `fill:${theme.colour("series0")}` }, ...drawn);
}

function drawCell(share: number, count: number, { x, y, cell, few, numbers }: Place, theme: Theme): string[] {
  const fill = `fill:${theme.colour("series0")};fill-opacity:${opacityOf(share).toFixed(3)}`;
  const style = `${fill};stroke:${theme.colour("grid")};stroke-width:.5`;
  const parts = [element("rect", { x, y, width: cell, height: cell, style })];
  const colour = theme.colour(share > 0.38 ? "background" : "text");
  const middle = x + cell / 2;
  if (few && cell >= 34) {
    const own = count > 0 ? { colour, weight: 600 } : { colour: theme.colour("muted"), weight: 400 };
    const options = { anchor: "middle", size: count > 0 ? 14 : 11, weight: own.weight } as const;
    parts.push(label(String(count), middle, y + cell / 2 + (count > 0 ? 0 : 4), own.colour, options));
    const percent = `${(100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
    if (count > 0) parts.push(label(percent, middle, y + cell / 2 + 14, colour, { anchor: "middle", size: 10.5 }));
  } else if (numbers && share >= 0.005 && cell >= 17) {
    const text = (100 * share).toFixed(0);
    parts.push(label(text, middle, y + cell / 2 + 3.5, colour, { anchor: "middle", size: 9.5 }));
  }
  return parts;
}

/** "large_man-made_outdoor_things" with spaces */
export function readableName(name: string): string {
  return name.replaceAll("_", " ");
}
