import type { Point, Series } from "./figure.ts";
import { coordinate, element } from "./svg.ts";
import { lookOf, type Marker, type Role, type Theme } from "./theme.ts";

const markersPerLine = 9;

/** The colour of a series as a role of the theme. */
export function seriesRole(style: number): Role {
  return `series${style % 6}`;
}

/** One series through a projection to pixels: its band, its line, its markers. */
export function drawSeries(series: Series, project: (point: Point) => Point, theme: Theme): string {
  const colour = theme.colour(seriesRole(series.style));
  const look = lookOf(series.style);
  const points = series.points.map(project);
  const parts: string[] = [];
  if (series.band && series.band.length > 1) {
    const upper = series.band.map(([x, , high]) => project([x, high]));
    const lower = series.band.map(([x, low]) => project([x, low])).reverse();
    parts.push(element("path", { d: `${path([...upper, ...lower])}Z`, style: `fill:${colour};fill-opacity:.18` }));
  }
  const kind = series.draw ?? "line";
  if (kind === "points") return parts.join("") + cloud(points, colour);
  if (kind === "bars") return parts.join("") + bars(series, project, colour);
  if (kind === "reference") {
    const style = `fill:none;stroke:${theme.colour("muted")};stroke-width:1.2`;
    return element("path", { d: path(points), "stroke-dasharray": "5 4", style });
  }
  if (kind === "dots") {
    const radius = points.length > 12 ? 2.8 : 5.6; // a few are rings around markers, many form a chain
    parts.push(...points.map((at) => drawMarker("ring", at, radius, colour)));
    return parts.join("");
  }
  const stroke = { line: 1.8, plain: 1.6, wide: 5.5, faint: 0.8 }[kind];
  const opacity = { line: "", plain: "", wide: ";stroke-opacity:.38", faint: ";stroke-opacity:.35" }[kind];
  parts.push(
    element("path", {
      d: path(points),
      "stroke-dasharray": kind === "line" && look.dash ? look.dash : undefined,
      style: `fill:none;stroke:${colour};stroke-width:${stroke};stroke-linejoin:round${opacity}`,
    }),
  );
  if (kind === "line") {
    for (const at of spread(points, series.style)) parts.push(drawMarker(look.marker, at, 3.1, colour));
  }
  return parts.join("");
}

/** Many single values in one path: a round end of a line without length is a dot. */
function cloud(points: readonly Point[], colour: string): string {
  const width = points.length > 500 ? 3.2 : 4.6;
  const d = points.map(([x, y]) => `M${coordinate(x)} ${coordinate(y)}h0`).join("");
  const opacity = points.length > 500 ? 0.45 : 0.65;
  return element("path", {
    d,
    style: `fill:none;stroke:${colour};stroke-width:${width};stroke-linecap:round;stroke-opacity:${opacity}`,
  });
}

function bars({ points, barWidth = 1 }: Series, project: (point: Point) => Point, colour: string): string {
  const boxes = points
    .filter(([, y]) => y !== 0)
    .map(([x, y]) => {
      const [[left, top], [right, bottom]] = [project([x - barWidth / 2, y]), project([x + barWidth / 2, 0])];
      const [a, b] = [left + 0.5, Math.max(left + 1, right - 0.5)];
      return `M${coordinate(a)} ${coordinate(bottom)}V${coordinate(top)}H${coordinate(b)}V${coordinate(bottom)}Z`;
    });
  return element("path", { d: boxes.join(""), style: `fill:${colour};fill-opacity:.75` });
}

/** A few of the points, at other places for each series, so that markers seldom overlap. */
function spread(points: readonly Point[], style: number): readonly Point[] {
  if (points.length <= 1.5 * markersPerLine) return points;
  const every = points.length / markersPerLine;
  const shift = (style % 6) / 6;
  return Array.from({ length: markersPerLine }, (_, i) => points[Math.floor((i + shift) * every)]);
}

function path(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${coordinate(x)} ${coordinate(y)}`).join("");
}

/** A marker around a point; hollow ones are filled with the background. */
export function drawMarker(marker: Marker, [x, y]: Point, r: number, colour: string, inside = colour): string {
  const style = `fill:${inside};stroke:${colour};stroke-width:1.3`;
  switch (marker) {
    case "circle":
      return element("circle", { cx: x, cy: y, r, style });
    case "ring":
      return element("circle", { cx: x, cy: y, r, style: `fill:none;stroke:${colour};stroke-width:1.5` });
    case "square":
      return element("rect", { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8, style });
    case "triangle":
      return element("path", {
        d: `${path([
          [x, y - r * 1.15],
          [x + r * 1.1, y + r * 0.85],
          [x - r * 1.1, y + r * 0.85],
        ])}Z`,
        style,
      });
    case "diamond":
      return element("path", {
        d: `${path([
          [x, y - r * 1.3],
          [x + r * 1.2, y],
          [x, y + r * 1.3],
          [x - r * 1.2, y],
        ])}Z`,
        style,
      });
    case "cross":
      return element("path", {
        d: `M${coordinate(x - r)} ${coordinate(y - r)}L${coordinate(x + r)} ${coordinate(y + r)}M${coordinate(x - r)} ${coordinate(y + r)}L${coordinate(x + r)} ${coordinate(y - r)}`,
        style: `fill:none;stroke:${colour};stroke-width:1.5`,
      });
  }
}

/** The piece of line, with its marker, that a legend shows. */
export function drawKey(series: Series, [x, y]: Point, length: number, theme: Theme): string {
  const sample: Series = {
    ...series,
    band: undefined,
    points: series.draw === "dots" ? [[length / 2, 0]] : [0, 0.5, 1].map((part): Point => [part * length, 0]),
  };
  const line = { ...sample, points: sample.points.length > 1 ? [sample.points[0], sample.points[2]] : sample.points };
  const project = ([dx, dy]: Point): Point => [x + dx, y + dy];
  const look = lookOf(series.style);
  const colour = theme.colour(seriesRole(series.style));
  if (series.draw === "points" || series.draw === "bars") return drawMarker("circle", [x + length / 2, y], 3.1, colour);
  if (series.draw && series.draw !== "line") return drawSeries(line as Series, project, theme);
  return (
    element("path", {
      d: path(line.points.map(project)),
      "stroke-dasharray": look.dash || undefined,
      style: `fill:none;stroke:${colour};stroke-width:1.8`,
    }) + drawMarker(look.marker, [x + length / 2, y], 3.1, colour)
  );
}
