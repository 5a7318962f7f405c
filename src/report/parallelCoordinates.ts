import { element, escapeXml, shorten } from "./figures/svg.ts";

/** One line through all axes. */
export interface ParallelRow {
  readonly values: Readonly<Record<string, number | string>>;
  /** what the colour shows, and the last axis */
  readonly score: number;
}

export interface ParallelOptions {
  readonly title: string;
  readonly scoreName: string;
}

const [height, top, bottom, left, between] = [420, 70, 40, 80, 150];

/**
 * A parallel-coordinates figure as SVG: an axis for each setting, with numbers to scale (a logarithm where they span more than a
 * power of ten) and texts in order, and one for the score; a line for each row, dark for high scores, the best on top and wide.
 */
export function parallelCoordinatesSvg(rows: readonly ParallelRow[], { title, scoreName }: ParallelOptions): string {
  const names = Object.keys(rows[0]?.values ?? {});
  const axes = [
    ...names.map((name) =>
      makeAxis(
        name,
        rows.map(({ values }) => values[name]),
      ),
    ),
    makeAxis(
      scoreName,
      rows.map(({ score }) => score),
    ),
  ];
  const width = left * 2 + between * (axes.length - 1);
  const x = (axis: number) => left + axis * between;
  const place = (share: number) => Number((height - bottom - share * (height - top - bottom)).toFixed(1));
  const [low, high] = [Math.min(...rows.map(({ score }) => score)), Math.max(...rows.map(({ score }) => score))];
  const share = (score: number) => (high > low ? (score - low) / (high - low) : 1);
  const lines = rows
    .toSorted((a, b) => a.score - b.score)
    .map(({ values, score }, i, all) => {
      const cells = [...names.map((name) => values[name]), score];
      const points = cells.map((cell, axis) => `${x(axis)},${place(axes[axis].place(cell))}`).join(" ");
      const best = i === all.length - 1;
      // From light blue-grey to dark blue: also told apart without colour
      const [lightness, strength] = [82 - 52 * share(score), best ? 3 : 1.5];
      const label = `${names.map((name) => `${name} ${values[name]}`).join(", ")}: ${score}`;
      return element(
        "polyline",
        {
          points,
          fill: "none",
          stroke: `hsl(215 ${Math.round(30 + 50 * share(score))}% ${Math.round(lightness)}%)`,
          "stroke-width": strength,
        },
        element("title", {}, escapeXml(label)),
      );
    });
  const frames = axes.map(({ name, ticks }, axis) => {
    const marks = ticks.map(({ text, share: at }) =>
      element(
        "text",
        { x: x(axis) - 6, y: place(at) + 4, "text-anchor": "end", "font-size": 11 },
        escapeXml(short(text, left - 10, 11)),
      ),
    );
    const line = element("line", { x1: x(axis), x2: x(axis), y1: top, y2: height - bottom, stroke: "#555" });
    const heading = element(
      "text",
      { x: x(axis), y: top - 14, "text-anchor": "middle", "font-size": 12, "font-weight": "bold" },
      escapeXml(short(name, between - 10, 12)),
    );
    return [line, heading, ...marks].join("");
  });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": "sans-serif",
      role: "img",
    },
    element("title", {}, escapeXml(title)),
    element("rect", { width, height, fill: "white" }),
    element("text", { x: left, y: 26, "font-size": 15 }, escapeXml(short(title, width - left, 15))),
    ...lines,
    ...frames,
  );
}

const short = (text: string, width: number, size: number): string => shorten(text, width, size, { letterWidth: 1 });

/** Of two labels on an axis, in its length. */
const closest = 0.05;

interface ParallelAxis {
  readonly name: string;
  readonly ticks: readonly { readonly text: string; readonly share: number }[];
  /** 0 at the bottom, 1 at the top */
  place(value: number | string): number;
}

function makeAxis(name: string, values: readonly (number | string)[]): ParallelAxis {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) {
    const texts = [...new Set(values.map(String))].sort();
    const place = (value: number | string) =>
      texts.length > 1 ? texts.indexOf(String(value)) / (texts.length - 1) : 0.5;
    return { name, place, ticks: texts.map((text) => ({ text, share: place(text) })) };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = low > 0 && high / low > 10;
  const scaled = (value: number) => (isLog ? Math.log(value) : value);
  const place = (value: number | string) =>
    high > low ? (scaled(Number(value)) - scaled(low)) / (scaled(high) - scaled(low)) : 0.5;
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const between = isLog ? Math.sqrt(low * high) : (low + high) / 2;
  const ticks = distinct.length <= 6 ? distinct : [low, between, high].map((tick) => Number(tick.toPrecision(3)));
  return {
    name,
    place,
    ticks: apart(ticks.map((tick) => ({ text: String(Number(tick.toPrecision(3))), share: place(tick) }))),
  };
}

/** Without those that would stand on one another; the ends stay. */
function apart<Tick extends { readonly share: number }>(ticks: readonly Tick[]): Tick[] {
  const kept: Tick[] = [];
  for (const [i, tick] of ticks.entries()) {
    const isLast = i === ticks.length - 1;
    while (isLast && kept.length > 1 && tick.share - kept[kept.length - 1].share < closest) kept.pop();
    if (kept.length === 0 || isLast || tick.share - kept[kept.length - 1].share >= closest) kept.push(tick);
  }
  return kept;
}
