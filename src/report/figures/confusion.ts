import type { ConfusionFigure, Drawing, FigureWidth } from "./figure.ts";
import { label } from "./lines.ts";
import { element, escapeXml, shorten, textWidth } from "./svg.ts";
import type { Theme } from "./theme.ts";

/** A matrix of shares of each true class: the darker, the more; numbers in per cent where there is room for them. */
export function confusionSvg(figure: ConfusionFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const { counts } = figure;
  const wide = size !== "narrow";
  const fontSize = wide ? 11 : 9;
  const names = figure.labels.map((name) => shorten(readableName(name), width / 3, fontSize, theme));
  const numbered = names.map((name, i) => (wide ? name : `${name} ${i + 1}`));
  const left = Math.ceil(Math.max(...numbered.map((name) => textWidth(name, fontSize, theme)))) + 6;
  const cell = Math.min(26, (width - left - 2) / counts.length);
  const above = wide ? Math.ceil(Math.max(...names.map((name) => textWidth(name, fontSize, theme)))) + 24 : 34;
  const parts = [
    label("predicted →", left, 12, theme.colour("text"), { weight: 600 }),
    label("true ↓", left - 6, above - 6, theme.colour("text"), { anchor: "end", weight: 600 }),
  ];
  counts.forEach((row, truth) => {
    const y = above + truth * cell;
    const total = row.reduce((sum, count) => sum + count, 0);
    parts.push(
      label(numbered[truth], left - 6, y + cell / 2 + fontSize * 0.35, theme.colour("text"), {
        anchor: "end",
        size: fontSize,
      }),
    );
    row.forEach((count, predicted) => {
      const share = total > 0 ? count / total : 0;
      const x = left + predicted * cell;
      const style = `fill:${theme.colour("series0")};fill-opacity:${(share === 0 ? 0 : 0.04 + 0.96 * Math.min(1, share / 0.6)).toFixed(3)};stroke:${theme.colour("grid")};stroke-width:.5`;
      parts.push(element("rect", { x, y, width: cell, height: cell, style }));
      if (!wide || share < 0.005) return;
      const colour = theme.colour(share > 0.38 ? "background" : "text");
      parts.push(
        label((100 * share).toFixed(0), x + cell / 2, y + cell / 2 + 3.5, colour, { anchor: "middle", size: 9.5 }),
      );
    });
  });
  names.forEach((name, predicted) => {
    const x = left + (predicted + 0.5) * cell;
    if (!wide && predicted > 0 && (predicted + 1) % 5 !== 0) return;
    if (!wide) {
      parts.push(label(String(predicted + 1), x, above - 6, theme.colour("muted"), { anchor: "middle", size: 8 }));
      return;
    }
    const transform = `translate(${(x + 4).toFixed(2)} ${above - 6}) rotate(-90)`;
    parts.push(
      element("text", { transform, "font-size": fontSize, style: `fill:${theme.colour("text")}` }, escapeXml(name)),
    );
  });
  return { width, height: above + counts.length * cell + 4, content: parts.join("") };
}

/** "large_man-made_outdoor_things" with spaces */
export function readableName(name: string): string {
  return name.replaceAll("_", " ");
}
