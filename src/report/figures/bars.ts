import type { BarRow, BarsFigure, Drawing, FigureWidth } from "./figure.ts";
import { label } from "./lines.ts";
import { drawMarker, seriesRole } from "./marks.ts";
import { makeScale } from "./scale.ts";
import { element, shorten, textWidth } from "./svg.ts";
import { lookOf, type Theme } from "./theme.ts";

const nameSize = 12;
const tickSize = 11;

/** One row below the other: the name on the left (on a phone above), then the bar or dot, then the value as text. */
export function barsSvg({ rows, axis, draw }: BarsFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const above = size === "narrow";
  const widest = (texts: readonly string[], most: number): number =>
    Math.ceil(Math.max(0, ...texts.map((text) => Math.min(most, textWidth(text, nameSize, theme)))));
  const mostName = above ? width - 4 : width * 0.36;
  const left = above
    ? 6
    : widest(
        rows.map(({ name }) => name),
        mostName,
      ) + 12;
  const right =
    widest(
      rows.map(({ text }) => text),
      width * 0.4,
    ) + 10;
  const rowHeight = above ? 40 : draw === "dots" ? 27 : 23;
  const bottom = rows.length * rowHeight + 6;
  const values = rows.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  const plot = Math.max(40, width - left - right - 8);
  const scale = makeScale(
    {
      ...axis,
      ...(draw === "bars" && axis.from === undefined && { from: Math.min(0, ...values.filter(Number.isFinite)) }),
    },
    draw === "bars" ? [0, ...values] : values,
    [left, left + plot],
    Math.max(2, Math.min(6, Math.floor(plot / 70))),
  );
  const parts: string[] = [];
  for (const { at, label: tick } of scale.ticks) {
    parts.push(line(at, 2, at, bottom, theme.colour("grid")));
    parts.push(label(tick, at, bottom + 15, theme.colour("muted"), { anchor: "middle", size: tickSize }));
  }
  rows.forEach((row, i) => {
    const y = i * rowHeight + (above ? 27 : rowHeight / 2 + 2);
    const name = shorten(row.name, mostName, nameSize, theme);
    parts.push(
      above
        ? label(name, 2, y - 12, theme.colour("text"), { size: nameSize })
        : label(name, left - 10, y + 4, theme.colour("text"), { anchor: "end", size: nameSize }),
    );
    parts.push(...drawRow(row, y, (value) => scale.project(value), draw, theme));
    const text = shorten(row.text, width * 0.4, nameSize, theme);
    parts.push(label(text, width - 2, y + 4, theme.colour("text"), { anchor: "end", size: nameSize, weight: 600 }));
  });
  parts.push(line(left, bottom, left + plot, bottom, theme.colour("muted")));
  parts.push(label(axis.title, left + plot, bottom + 31, theme.colour("text"), { anchor: "end" }));
  return { width, height: bottom + 38, content: parts.join("") };
}

function drawRow(
  { value, interval, style }: BarRow,
  y: number,
  x: (value: number) => number,
  draw: BarsFigure["draw"],
  theme: Theme,
): string[] {
  const colour = theme.colour(seriesRole(style));
  const parts: string[] = [];
  if (draw === "bars" && Number.isFinite(value)) {
    const [from, to] = [x(0), x(value)];
    const box = { x: Math.min(from, to), y: y - 7, width: Math.abs(to - from), height: 14 };
    parts.push(element("rect", { ...box, style: `fill:${colour};fill-opacity:.8` }));
  }
  if (interval?.every(Number.isFinite)) {
    const [low, high] = interval.map(x);
    const whisker = draw === "bars" ? theme.colour("text") : colour;
    parts.push(line(low, y, high, y, whisker, draw === "bars" ? 1.2 : 2.2));
    for (const end of [low, high]) parts.push(line(end, y - 4, end, y + 4, whisker, draw === "bars" ? 1.2 : 2.2));
  }
  if (draw === "dots" && Number.isFinite(value))
    parts.push(drawMarker(lookOf(style).marker, [x(value), y], 4.6, colour));
  return parts;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
  return element("line", { x1, y1, x2, y2, style: `stroke:${colour};stroke-width:${width}` });
}
