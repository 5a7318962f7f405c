import type { RichText } from "../markup.ts";

/** A figure as data, which pages, PDFs and notebooks draw and tests read. */
export type Figure = LinesFigure | BarsFigure | ConfusionFigure | ImagesFigure | ParallelFigure | MatricesFigure;

interface Named {
  /** "tinynet-loss": unique within a report */
  readonly id: string;
  /** what the figure shows, in one sentence */
  readonly caption: RichText;
  /** the same for screen readers and search */
  readonly description: string;
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** number of a style (colour, dashes, marker); a run has the same style in all figures */
  readonly style: number;
  /**
   * `line` by default; `dots` for published values, `faint` for noise behind a smooth line, `wide` for one below another,
   * `plain` for a line without markers, `points` for a cloud of single values, `bars` from 0 to each y, `reference` for a line to compare with, which needs no entry in the legend
   */
  readonly draw?: "line" | "dots" | "faint" | "wide" | "plain" | "points" | "bars" | "reference";
  /** of bars, in units of x */
  readonly barWidth?: number;
  /** lowest and highest at each x, shaded */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

export interface Axis {
  readonly title: string;
  readonly scale?: "linear" | "log" | "whole";
  readonly from?: number;
  readonly to?: number;
}

export interface LinePanel {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** vertical lines with a name, such as the best epoch */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
  /** height relative to other panels; 1 by default */
  readonly share?: number;
}

export interface LinesFigure extends Named {
  readonly kind: "lines";
  readonly panels: readonly LinePanel[];
  /** `ends` puts names at the ends of the lines of a single panel, where there is room; `above` is for lines that end together */
  readonly labels?: "ends" | "above";
}

/** Rows with a name and a value each, as bars from 0 or as dots, with an interval as a whisker. */
export interface BarsFigure extends Named {
  readonly kind: "bars";
  readonly axis: Axis;
  readonly draw: "bars" | "dots";
  readonly rows: readonly BarRow[];
}

export interface BarRow {
  readonly name: string;
  readonly value: number;
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** the value as it is shown */
  readonly text: string;
  readonly style: number;
}

export interface ConfusionFigure extends Named {
  readonly kind: "confusion";
  readonly labels: readonly string[];
  /** counts[truth][prediction] */
  readonly counts: readonly (readonly number[])[];
}

export interface ImagesFigure extends Named {
  readonly kind: "images";
  readonly tiles: readonly Tile[];
  readonly columns: { readonly wide: number; readonly narrow: number };
  /** pixels between tiles */
  readonly gap?: number;
}

/** Parallel coordinates: an axis for each name and one for the score, a line for each row. */
export interface ParallelFigure extends Named {
  readonly kind: "parallel";
  readonly names: readonly string[];
  /** `values` in the order of the names */
  readonly rows: readonly { readonly values: readonly (number | string)[]; readonly score: number }[];
  readonly scoreName: string;
  /** lower scores are drawn at this value, so that a few bad ones do not flatten the others */
  readonly scoreFrom?: number | undefined;
  /** for axes of texts: their order, if it is not alphabetical */
  readonly orders?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface Tile {
  /** red, green, blue of each pixel, row by row, as base64 */
  readonly rgb: string;
  readonly width: number;
  readonly height: number;
  readonly lines?: readonly string[];
}

/** Matrices next to each other, as numbers on colours. */
export interface MatricesFigure extends Named {
  readonly kind: "matrices";
  readonly matrices: readonly MatrixTile[];
}

export interface MatrixTile {
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
  /** row by row */
  readonly values: readonly number[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: string;
}

/** wide for a page, narrow for a phone, print for a column of A4: the text keeps its size, the layout changes */
export type FigureWidth = "wide" | "narrow" | "print";
