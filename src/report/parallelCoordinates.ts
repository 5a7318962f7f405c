import type { ParallelFigure } from "./figures/figure.ts";
import { figureSvg } from "./figures/figureSvg.ts";
import { element } from "./figures/svg.ts";
import { standaloneTheme } from "./figures/theme.ts";

/** One line through all axes. */
export interface ParallelRow {
  readonly values: Readonly<Record<string, number | string>>;
  /** the last axis */
  readonly score: number;
}

export interface ParallelOptions {
  readonly title: string;
  readonly scoreName: string;
}

/**
 * Parallel coordinates as figure: an axis for each setting, with numbers to scale (a logarithm where they span more than a power of
 * ten) and texts in order, and one for the score; a line for each row, the best on top.
 */
export function parallelFigure(
  rows: readonly ParallelRow[],
  options: ParallelOptions & Partial<Pick<ParallelFigure, "id" | "caption" | "scoreFrom" | "orders">>,
): ParallelFigure {
  const { title, scoreName, id = "parallel", caption = title, scoreFrom, orders } = options;
  const names = Object.keys(rows[0]?.values ?? {});
  return {
    ...{ kind: "parallel", id, caption, description: title, names, scoreName, scoreFrom, orders },
    rows: rows.map(({ values, score }) => ({ values: names.map((name) => values[name]), score })),
  };
}

/** The same as an SVG file of its own, on white. */
export function parallelCoordinatesSvg(rows: readonly ParallelRow[], options: ParallelOptions): string {
  const svg = figureSvg(parallelFigure(rows, options), standaloneTheme);
  return svg.replace("</title>", `</title>${element("rect", { width: "100%", height: "100%", style: "fill:#fff" })}`);
}
