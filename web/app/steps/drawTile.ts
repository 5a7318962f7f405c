import { divergingColour, textOn } from "../shared/colours.ts";
import { cellNumber, cellOf, type cellSize, placeOfCell, type Tile } from "./tiles.ts";

/** The look of a tile. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly tile: Tile;
  readonly data: Float64Array;
  readonly dark: boolean;
  readonly selected?: number | undefined;
  readonly sources?: readonly number[] | undefined;
  readonly pointed?: number | undefined;
  /** the number with the full colour */
  readonly largest: number;
  readonly size: ReturnType<typeof cellSize>;
}

/** Colours of outlines, which have to be seen on blue and orange. */
const outlines = {
  light: { source: "#aa4499", selected: "#1b1b1b", halo: "#ffffff", grid: "rgb(128 128 128 / 22%)" },
  dark: { source: "#e6a3cf", selected: "#ffffff", halo: "#171716", grid: "rgb(160 160 160 / 20%)" },
} as const;

/** Draws a matrix as colours with numbers; entries that a formula uses, and the selected one, have an outline. */
export function drawTile({ context, tile, data, dark, selected, sources, pointed, largest, size }: Drawing): void {
  const colours = outlines[dark ? "dark" : "light"];
  const { width, height, showsNumbers } = size;
  const colourOf = (value: number) => divergingColour(largest > 0 ? value / largest : 0, dark);
  context.font = `${width < 44 ? 11 : 12}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const grid = new Path2D();
  for (let row = 0; row < tile.rows; row++) {
    for (let column = 0; column < tile.columns; column++) {
      const value = data[placeOfCell(tile, row, column)];
      const colour = colourOf(value);
      const [left, top] = [column * width, row * height];
      context.fillStyle = `rgb(${colour.join(" ")})`;
      context.fillRect(left, top, width, height);
      if (width >= 8) grid.rect(left + 0.5, top + 0.5, width - 1, height - 1);
    }
  }
  context.strokeStyle = colours.grid;
  context.lineWidth = 1;
  context.stroke(grid);
  const outline = (place: number, colour: string, line: number) => {
    const at = cellOf([tile], place);
    if (!at) return;
    const [left, top] = [at.column * width, at.row * height];
    const inset = line / 2;
    if (width >= 12) {
      context.lineWidth = line + 2;
      context.strokeStyle = colours.halo;
      context.strokeRect(left + inset + 0.5, top + inset + 0.5, width - line - 1, height - line - 1);
    }
    context.lineWidth = Math.min(line, width / 3);
    context.strokeStyle = colour;
    context.strokeRect(left + inset, top + inset, width - line, height - line);
  };
  if (sources && sources.length > 16 && sources.length === tile.rows * tile.columns) {
    // outlines of all cells would hide their colours
    context.lineWidth = 4;
    context.strokeStyle = colours.source;
    context.strokeRect(2, 2, tile.columns * width - 4, tile.rows * height - 4);
  } else for (const place of sources ?? []) outline(place, colours.source, 2);
  if (pointed !== undefined) outline(pointed, colours.source, 3.5);
  if (selected !== undefined) outline(selected, colours.selected, 3);
  if (!showsNumbers) return;
  for (let row = 0; row < tile.rows; row++) {
    for (let column = 0; column < tile.columns; column++) {
      const value = data[placeOfCell(tile, row, column)];
      context.fillStyle = textOn(colourOf(value));
      context.fillText(cellNumber(value), (column + 0.5) * width, (row + 0.5) * height + 0.5);
    }
  }
}
