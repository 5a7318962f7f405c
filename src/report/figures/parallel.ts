import type { Drawing, FigureWidth, ParallelFigure } from "./figure.ts";
import { label } from "./lines.ts";
import { type ParallelAxis, parallelAxis, ticksApart } from "./parallelAxis.ts";
import { coordinate, element, escapeXml, shorten, textWidth, wrapText } from "./svg.ts";
import type { Theme } from "./theme.ts";

const [fontSize, tickSize, lineHeight] = [12, 11, 14];
/** Axes closer than this are one below the other instead: names and ticks need the room. */
const leastSpacing = 96;

/** A line for each row through an axis for each setting and one for the score; the best rows are on top, the best one in another colour. */
export function parallelSvg(figure: ParallelFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const axes = axesOf(figure);
  const beside = size !== "narrow" && width / axes.length >= leastSpacing;
  return beside ? besideEachOther(figure, axes, theme, width) : belowEachOther(figure, axes, theme, width);
}

function axesOf({ names, rows, scoreName, scoreFrom, orders = {} }: ParallelFigure): ParallelAxis[] {
  const settings = names.map((name, i) =>
    parallelAxis(
      name,
      rows.map(({ values }) => values[i]),
      { order: Object.hasOwn(orders, name) ? orders[name] : undefined },
    ),
  );
  const scores = rows.map(({ score }) => score);
  return [...settings, parallelAxis(scoreName, scores, { from: scoreFrom, mostValues: 0 })];
}

/** Worst first, so that the best are drawn on top. */
function drawRows({ rows, names, scoreName }: ParallelFigure, theme: Theme, path: (cells: Cells) => string): string {
  const ordered = rows.toReversed().toSorted((a, b) => a.score - b.score); // of equal scores the first is on top
  const faint = Math.min(0.5, 8 / Math.max(1, rows.length));
  return ordered
    .map(({ values, score }, i) => {
      const best = i === ordered.length - 1;
      const rank = ordered.length > 1 ? i / (ordered.length - 1) : 1;
      const said = [...names.map((name, j) => `${name} ${values[j]}`), `${scoreName} ${score}`].join(", ");
      const colour = theme.colour(best ? "series1" : "series0");
      const opacity = best ? 1 : Number((0.1 + faint * 0.3 + 0.6 * rank ** 3).toFixed(2));
      const style = `fill:none;stroke:${colour};stroke-width:${best ? 3 : 1.4};stroke-opacity:${opacity};stroke-linejoin:round`;
      return element("polyline", { points: path([...values, score]), style }, element("title", {}, escapeXml(said)));
    })
    .join("");
}

type Cells = readonly (number | string)[];

function besideEachOther(figure: ParallelFigure, axes: readonly ParallelAxis[], theme: Theme, width: number): Drawing {
  const spacingOf = (left: number) => (width - left - 12) / (axes.length - 1);
  // The labels of an axis are to its left, so the first axis needs room for them
  const firstLabels = Math.max(...axes[0].ticks.map(({ text }) => textWidth(text, tickSize, theme)));
  const left = Math.min(Math.max(40, firstLabels + 9), width / axes.length);
  const spacing = axes.length > 1 ? spacingOf(left) : 0;
  const headings = axes.map(({ name }) => wrapText(name, Math.max(left, spacing) - 10, fontSize, theme).slice(0, 3));
  const top = 12 + lineHeight * Math.max(...headings.map(({ length }) => length));
  const [plot, height] = [270, top + 270 + 12];
  const x = (axis: number) => left + axis * spacing;
  const y = (share: number) => top + (1 - share) * plot;
  const lines = drawRows(figure, theme, (cells) =>
    cells.map((cell, i) => `${coordinate(x(i))},${coordinate(y(axes[i].place(cell)))}`).join(" "),
  );
  const frames = axes.map((axis, i) => {
    const room = i === 0 ? left - 8 : spacing - 12;
    const ticks = ticksApart(axis.ticks, 15 / plot).map(({ text, share }) =>
      haloed(shorten(text, room, tickSize, theme), x(i) - 6, y(share) + 4, "end", theme),
    );
    const last = i === axes.length - 1;
    const anchor = last ? "end" : i === 0 ? "start" : "middle";
    const at = last ? Math.min(width - 2, x(i) + 10) : i === 0 ? 2 : x(i);
    const heading = headings[i].map((text, row) =>
      label(text, at, 12 + row * lineHeight, theme.colour("text"), { anchor, weight: 600 }),
    );
    return [verticalAxis(x(i), top, plot, theme), ...heading, ...ticks].join("");
  });
  return { width, height, content: lines + frames.join("") };
}

function verticalAxis(x: number, top: number, length: number, theme: Theme): string {
  return element("line", { x1: x, y1: top, x2: x, y2: top + length, style: `stroke:${theme.colour("muted")}` });
}

const [rowHeight, edge] = [62, 16];

function belowEachOther(figure: ParallelFigure, axes: readonly ParallelAxis[], theme: Theme, width: number): Drawing {
  const height = axes.length * rowHeight + 4;
  const x = (share: number) => edge + share * (width - 2 * edge);
  const y = (axis: number) => axis * rowHeight + 26;
  const lines = drawRows(figure, theme, (cells) =>
    cells.map((cell, i) => `${coordinate(x(axes[i].place(cell)))},${coordinate(y(i))}`).join(" "),
  );
  const frames = axes.map((axis, i) => {
    const widest = Math.min(90, Math.max(...axis.ticks.map(({ text }) => textWidth(text, tickSize, theme))));
    const shown = ticksApart(axis.ticks, (widest + 8) / (width - 2 * edge));
    const ticks = shown.map(({ text, share }) => {
      const short = shorten(text, widest, tickSize, theme);
      const half = textWidth(short, tickSize, theme) / 2;
      const at = Math.min(Math.max(x(share), half + 1), width - half - 1);
      return haloed(short, at, y(i) + 17, "middle", theme);
    });
    const line = element("line", {
      ...{ x1: edge, x2: width - edge, y1: y(i), y2: y(i) },
      style: `stroke:${theme.colour("muted")}`,
    });
    const name = shorten(axis.name, width - 4, fontSize, theme);
    return [line, haloed(name, 2, y(i) - 9, "start", theme, 600), ...ticks].join("");
  });
  return { width, height, content: lines + frames.join("") };
}

/** A label that stays readable where lines pass behind it. */
function haloed(
  text: string,
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
  theme: Theme,
  weight?: number,
): string {
  const halo = `fill:${theme.colour(weight ? "text" : "muted")};stroke:${theme.colour("background")};stroke-width:3;paint-order:stroke;stroke-linejoin:round`;
  return element(
    "text",
    { x, y, "text-anchor": anchor, "font-size": weight ? fontSize : tickSize, "font-weight": weight, style: halo },
    escapeXml(text),
  );
}
