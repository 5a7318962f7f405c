// The layout of an array of any rank in the plane: matrices side by side.

export interface Tile {
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
  /** the place of its first element in row-major order, and the distances to the next row and column */
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
  /** of a part of a larger tile: its first row and column there */
  readonly firstRow?: number;
  readonly firstColumn?: number;
}

const size = (shape: readonly number[]): number => shape.reduce((all, length) => all * length, 1);

/**
 * A vector is one row, a matrix itself, (batch, tokens, features) a matrix for each row of the batch, (batch, height, width, channels) one for
 * each image and channel, weights of a convolution (height, width, channels, outputs) one for each channel and output.
 */
export function tilesOf(shape: readonly number[], isWeight = false): Tile[] {
  if (shape.length <= 1) return [{ title: "", rows: 1, columns: size(shape), start: 0, rowStep: 0, columnStep: 1 }];
  if (shape.length === 2) {
    const [rows, columns] = shape;
    return [{ title: "", rows, columns, start: 0, rowStep: columns, columnStep: 1 }];
  }
  if (shape.length === 3) {
    const [batch, rows, columns] = shape;
    return Array.from({ length: batch }, (_, n) => {
      return { title: `row ${n}`, rows, columns, start: n * rows * columns, rowStep: columns, columnStep: 1 };
    });
  }
  if (shape.length > 4) return tilesOf([shape[0], shape[1], size(shape.slice(2))]);
  if (isWeight) {
    const [rows, columns, channels, outputs] = shape;
    const step = channels * outputs;
    return Array.from({ length: step }, (_, i) => {
      const [c, o] = [Math.floor(i / outputs), i % outputs];
      const title = channels > 1 ? `channel ${c} → ${o}` : `output ${o}`;
      return { title, rows, columns, start: i, rowStep: columns * step, columnStep: step };
    });
  }
  const [batch, rows, columns, channels] = shape;
  return Array.from({ length: batch * channels }, (_, i) => {
    const [n, c] = [Math.floor(i / channels), i % channels];
    const title = channels > 1 ? `row ${n}, channel ${c}` : `row ${n}`;
    const start = n * rows * columns * channels + c;
    return { title, rows, columns, start, rowStep: columns * channels, columnStep: channels };
  });
}

/** The cell of a place, and the inverse. */
export function cellOf(
  tiles: readonly Tile[],
  place: number,
): { tile: number; row: number; column: number } | undefined {
  for (const [i, tile] of tiles.entries()) {
    for (let row = 0; row < tile.rows; row++) {
      const offset = place - tile.start - row * tile.rowStep;
      const column = offset / tile.columnStep;
      if (Number.isInteger(column) && column >= 0 && column < tile.columns) return { tile: i, row, column };
    }
  }
  return undefined;
}

export const placeOfCell = ({ start, rowStep, columnStep }: Tile, row: number, column: number): number =>
  start + row * rowStep + column * columnStep;

const mostCells = 64;

/** At most 64 × 64 cells of a tile, around a given cell: more are not readable. */
export function partOf(tile: Tile, around: { readonly row: number; readonly column: number } | undefined): Tile {
  const from = (length: number, at: number) => Math.max(0, Math.min(at - mostCells / 2, length - mostCells));
  const [firstRow, firstColumn] = [from(tile.rows, around?.row ?? 0), from(tile.columns, around?.column ?? 0)];
  return {
    ...tile,
    ...{ rows: Math.min(mostCells, tile.rows), columns: Math.min(mostCells, tile.columns) },
    ...{ start: placeOfCell(tile, firstRow, firstColumn), firstRow, firstColumn },
  };
}

/** "rows 0 to 63 of 3072"; nothing for a tile that is shown whole. */
export function partWords(whole: Tile, part: Tile): string {
  const range = (name: string, first: number | undefined, shown: number, all: number) =>
    shown < all ? `${name} ${first} to ${(first ?? 0) + shown - 1} of ${all}` : "";
  const words = [
    range("rows", part.firstRow, part.rows, whole.rows),
    range("columns", part.firstColumn, part.columns, whole.columns),
  ];
  return words.filter(Boolean).join(", ");
}

/** The size of the cells of `count` tiles: with numbers if there is room, else as pixels. */
export function cellSize({ rows, columns }: Pick<Tile, "rows" | "columns">, width: number, count: number) {
  const numbers = count > 1 ? 40 : 46;
  const isNarrow = width < 420 && count > 2;
  if (columns * numbers <= width && rows * columns <= 260 && !isNarrow)
    return { width: numbers, height: 26, showsNumbers: true };
  // several images are side by side, so that the images of a batch are visible together
  const room = count > 3 ? Math.max(150, width / 3 - 24) : width;
  const side = Math.max(2, Math.min(count > 1 ? 13 : 22, Math.floor(Math.min(width, room) / columns)));
  const height = rows > 64 ? Math.max(2, Math.min(side, Math.floor(480 / rows))) : side;
  return { width: side, height, showsNumbers: false };
}

/** A number in at most six characters, for a cell. */
export function cellNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  const text =
    Number.isInteger(value) && size < 1e5
      ? String(value)
      : size >= 1e4 || size < 5e-4
        ? value.toExponential(0)
        : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.0995 ? 2 : 3);
  return text.replace("-", "−").replace("e-", "e−").replace("e+", "e");
}

/** The next cell in a direction, across the borders of tiles; the same one at the end. */
export function neighbour(tiles: readonly Tile[], place: number, [down, across]: readonly [number, number]): number {
  const at = cellOf(tiles, place);
  if (!at) return place;
  const tile = tiles[at.tile];
  const [row, column] = [at.row + down, at.column + across];
  if (row >= 0 && row < tile.rows && column >= 0 && column < tile.columns) return placeOfCell(tile, row, column);
  const next = tiles[at.tile + down + across];
  if (!next) return place;
  const entering = (step: number, position: number, length: number): number =>
    step > 0 ? 0 : step < 0 ? length - 1 : Math.min(position, length - 1);
  return placeOfCell(next, entering(down, at.row, next.rows), entering(across, at.column, next.columns));
}
