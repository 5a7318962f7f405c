import type { Drawing, FigureWidth, LinePanel, LinesFigure, Point, Series } from "./figure.ts";
import { spreadLabels } from "./labels.ts";
import { drawKey, drawSeries, seriesRole } from "./marks.ts";
import { makeScale, type Scale } from "./scale.ts";
import { coordinate, element, escapeXml, shorten, textWidth } from "./svg.ts";
import type { Theme } from "./theme.ts";

const fontSize = 12;
const keyLength = 26;
/** how much wider bold letters are */
const boldFactor = 1.12;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Panels of lines: one panel has its labels at the ends of the lines; several share a legend above them. */
export function linesSvg(
  { panels, labels = "ends" }: LinesFigure,
  theme: Theme,
  size: FigureWidth,
  width: number,
): Drawing {
  const shortened = panels.map((panel) => shortNames(panel, theme, width));
  const direct = size !== "narrow" && panels.length === 1 && labels === "ends";
  const legend = direct ? { content: "", height: 0 } : drawLegend(legendEntries(panels), theme, width);
  const columns = size === "narrow" || panels.length === 1 ? 1 : 2;
  const baseHeight = size === "narrow" ? 218 : panels.length === 1 ? (size === "print" ? 245 : 300) : 235;
  const parts: string[] = [legend.content];
  let top = legend.height;
  for (let i = 0; i < panels.length; ) {
    // an odd first panel takes the whole row: the loss above, the two accuracies below
    const inRow = columns === 2 && (panels.length - i) % 2 === 0 ? 2 : 1;
    const cellWidth = (width - (inRow - 1) * 18) / inRow;
    const cellHeight = baseHeight * Math.max(...panels.slice(i, i + inRow).map(({ share = 1 }) => share));
    for (let j = 0; j < inRow; j++, i++) {
      const cell = { left: j * (cellWidth + 18), top, width: cellWidth, height: cellHeight };
      parts.push(drawPanel(shortened[i], cell, theme, direct));
    }
    top += cellHeight;
  }
  return { width, height: top, content: parts.join("") };
}

/** The panel with names shortened to leave room for the lines. */
function shortNames(panel: LinePanel, theme: Theme, width: number): LinePanel {
  const series = panel.series.map((one) => ({ ...one, name: shorten(one.name, width / 2.5, fontSize, theme) }));
  return { ...panel, series };
}

/** Lines named by the title of their panel, and faint lines behind another line, have no legend entry. */
const withoutEntry: ReadonlySet<Series["draw"]> = new Set(["faint", "reference", "plain", "points", "bars"]);

/** Every series once, whatever the panels it appears in. */
function legendEntries(panels: readonly LinePanel[]): readonly Series[] {
  const entries = new Map<string, Series>();
  for (const { series } of panels) {
    for (const one of series) {
      if (!withoutEntry.has(one.draw) && !entries.has(one.name)) entries.set(one.name, one);
    }
  }
  return [...entries.values()];
}

function drawLegend(entries: readonly Series[], theme: Theme, width: number): { content: string; height: number } {
  if (entries.length < 2) return { content: "", height: 0 };
  const parts: string[] = [];
  let [x, y] = [2, 12];
  for (const series of entries) {
    const name = shorten(series.name, width - keyLength - 9, fontSize, theme);
    const length = keyLength + 7 + textWidth(name, fontSize, theme) + 16;
    if (x > 2 && x + length - 16 > width) [x, y] = [2, y + 20];
    parts.push(drawKey(series, [x, y], keyLength, theme));
    parts.push(label(name, x + keyLength + 7, y + 4, theme.colour("text")));
    x += length;
  }
  return { content: parts.join(""), height: y + 16 };
}

function drawPanel(panel: LinePanel, cell: Box, theme: Theme, direct: boolean): string {
  const named = panel.series.filter(
    ({ draw = "line", points }) => (draw === "line" || draw === "wide") && points.length > 0,
  );
  const all = panel.series.flatMap(({ points, band = [] }) => [
    ...points,
    ...band.flatMap(([x, low, high]): Point[] => [
      [x, low],
      [x, high],
    ]),
  ]);
  const plotHeight = cell.height - 28 - 40;
  const probe = makeScale(
    panel.y,
    all.map(([, y]) => y),
    [0, plotHeight],
  );
  const left = 10 + Math.max(...probe.ticks.map(({ label }) => textWidth(label, 11, theme)));
  const labelled = direct && named.length > 1;
  const right = labelled
    ? 16 + boldFactor * Math.max(...named.map(({ name }) => textWidth(name, fontSize, theme)))
    : 10;
  const plot = { left: cell.left + left, top: cell.top + 28, width: cell.width - left - right, height: plotHeight };
  const bottom = plot.top + plot.height;
  const ticksAcross = Math.max(2, Math.min(8, Math.floor(plot.width / 62)));
  const x = makeScale(
    panel.x,
    all.map(([value]) => value),
    [plot.left, plot.left + plot.width],
    ticksAcross,
  );
  const y = makeScale(
    panel.y,
    all.map(([, value]) => value),
    [bottom, plot.top],
  );
  const project = ([px, py]: Point): Point => [x.project(px), y.project(py)];
  return [
    label(
      shorten(panel.y.title, cell.width / boldFactor, fontSize, theme),
      cell.left,
      cell.top + 14,
      theme.colour("text"),
      { weight: 600 },
    ),
    drawAxes(x, y, plot, shorten(panel.x.title, plot.width, fontSize, theme), theme),
    ...(panel.marks ?? []).map((mark) => drawMark(mark, x.project(mark.x), plot, theme)),
    ...panel.series.map((series) => drawSeries(series, project, theme)),
    drawCuts(panel, project, plot, theme),
    labelled ? drawEndLabels(named, project, plot, theme) : "",
  ].join("");
}

function drawAxes(x: Scale, y: Scale, plot: Box, title: string, theme: Theme): string {
  const bottom = plot.top + plot.height;
  const parts: string[] = [];
  for (const { at, label: text } of y.ticks) {
    parts.push(line(plot.left, at, plot.left + plot.width, at, theme.colour("grid")));
    parts.push(label(text, plot.left - 6, at + 4, theme.colour("muted"), { anchor: "end", size: 11 }));
  }
  const widest = Math.max(0, ...x.ticks.map(({ label: text }) => textWidth(text, 11, theme)));
  const gap = x.ticks.length > 1 ? Math.abs(x.ticks[1].at - x.ticks[0].at) : Infinity;
  const every = Math.max(1, Math.ceil((widest + 6) / gap)); // so that labels never touch
  let end = -Infinity;
  for (const [i, { at, label: text }] of x.ticks.entries()) {
    parts.push(line(at, bottom, at, bottom + 4, theme.colour("muted")));
    // within the figure, also at its right edge
    const half = textWidth(text, 11, theme) / 2;
    const place = Math.min(at, plot.left + plot.width + 8 - half);
    if (i % every > 0 || place - half < end + 4) continue;
    end = place + half;
    parts.push(label(text, place, bottom + 17, theme.colour("muted"), { anchor: "middle", size: 11 }));
  }
  parts.push(line(plot.left, bottom, plot.left + plot.width, bottom, theme.colour("muted")));
  parts.push(label(title, plot.left + plot.width, bottom + 33, theme.colour("text"), { anchor: "end" }));
  return parts.join("");
}

/** A vertical line with its name above the panel. */
function drawMark({ name }: { readonly name: string }, at: number, plot: Box, theme: Theme): string {
  const half = textWidth(name, 11, theme) / 2;
  const x = Math.min(Math.max(at, plot.left + half), plot.left + plot.width + 8 - half);
  const style = `stroke:${theme.colour("muted")};stroke-width:1`;
  return (
    element("line", { x1: at, y1: plot.top, x2: at, y2: plot.top + plot.height, "stroke-dasharray": "3 3", style }) +
    label(name, x, plot.top - 3, theme.colour("muted"), { anchor: "middle", size: 11 })
  );
}

/** Small triangles at the edge of a panel where a series leaves its fixed range, and a line of text that says so. */
function drawCuts({ series, y }: LinePanel, project: (p: Point) => Point, plot: Box, theme: Theme): string {
  const parts: string[] = [];
  for (const { points, style, draw } of series) {
    if (draw === "faint" || draw === "reference") continue;
    const colour = theme.colour(seriesRole(style));
    let last = -Infinity;
    for (const point of points) {
      const side = y.to !== undefined && point[1] > y.to ? -1 : y.from !== undefined && point[1] < y.from ? 1 : 0;
      const [x] = project(point);
      if (side === 0 || x - last < 9) continue;
      last = x;
      const edge = side < 0 ? plot.top - 2 : plot.top + plot.height - 5;
      const [tip, base] = side < 0 ? [edge - 5, edge + 2] : [edge + 4, edge - 3];
      const d = `M${coordinate(x)} ${coordinate(tip)}L${coordinate(x + 4)} ${coordinate(base)}H${coordinate(x - 4)}Z`;
      parts.push(element("path", { d, style: `fill:${colour}` }));
    }
  }
  if (parts.length === 0) return "";
  const text = "▲▼ outside of the range";
  const x = plot.left + plot.width;
  return parts.join("") + label(text, x, plot.top - 12, theme.colour("muted"), { anchor: "end", size: 11 });
}

/** Names at the ends of their lines, moved apart where they would collide, with a thin lead to the end that is meant. */
function drawEndLabels(named: readonly Series[], project: (p: Point) => Point, plot: Box, theme: Theme): string {
  const ends = named.map(({ points }) => project(points[points.length - 1]));
  const heights = spreadLabels(
    ends.map(([, y]) => ({ y })),
    16,
    plot.top + 4,
    plot.top + plot.height - 4,
  );
  const x = plot.left + plot.width + 12;
  return named
    .map(({ name, style }, i) => {
      const colour = theme.colour(seriesRole(style));
      const [endX, endY] = ends[i];
      const lead = `M${(endX + 4).toFixed(2)} ${endY.toFixed(2)}L${(x - 3).toFixed(2)} ${heights[i].toFixed(2)}`;
      return (
        element("path", { d: lead, style: `fill:none;stroke:${colour};stroke-width:.8` }) +
        label(name, x, heights[i] + 4, colour, { weight: 600 })
      );
    })
    .join("");
}

interface LabelOptions {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly weight?: number;
}

export function label(text: string, x: number, y: number, colour: string, options: LabelOptions = {}): string {
  const { anchor, size, weight } = options;
  return element(
    "text",
    {
      x,
      y,
      "text-anchor": anchor === "start" ? undefined : anchor,
      "font-size": size,
      "font-weight": weight,
      style: `fill:${colour}`,
    },
    escapeXml(text),
  );
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return element("line", { x1, y1, x2, y2, style: `stroke:${colour};stroke-width:1` });
}
