import { INNER, KEEP_A, KEEP_B } from "./wasmCall.ts";

/** How a product is divided into blocks of C, and which packed operands each thread keeps from one block to the next. */
export interface ProductPlan {
  readonly rows: number;
  readonly columns: number;
  readonly kept: number;
  readonly items: number;
  /** The bytes of packed panels that a thread has at a time. */
  readonly scratch: number;
}

/** The bytes of packed panels that a thread may keep. At worst they are read from the L3 cache, at a few bytes per cycle. */
const KEEP = 3 * 2 ** 20;
/** Items for each thread, if the matrix is large enough. More items balance the load better; fewer read the kept operand less often. */
const SHARE = 2;

/**
 * Each thread packs the smaller operand once and keeps it; the larger operand is divided into strips that are packed when needed.
 * If neither is small, both are packed for each block; blocks are large enough that the packing does not matter. `tileRows` is
 * the height of the register tile of the kernels.
 */
export function planProduct(
  m: number,
  k: number,
  n: number,
  bytes: number,
  tileRows: number,
  threads: number,
): ProductPlan {
  const tileColumns = 32 / bytes;
  const step = Math.ceil(k / Math.ceil(k / INNER));
  const [sizeA, sizeB] = [m * k * bytes, k * n * bytes];
  const [tilesDown, tilesAcross] = [Math.ceil(m / tileRows), Math.ceil(n / tileColumns)];
  const strip = (tiles: number, least: number, most: number) =>
    Math.min(Math.max(Math.ceil(tiles / (SHARE * threads)), least), most);
  let [down, across] = [tilesDown, tilesAcross];
  let kept = 0;
  if (sizeB <= KEEP && (sizeB <= sizeA || sizeA > KEEP)) {
    kept = KEEP_B;
    down = strip(tilesDown, 2, 8);
  } else if (sizeA <= KEEP) {
    kept = KEEP_A;
    across = strip(tilesAcross, 2, 16);
  } else {
    down = strip(tilesDown, 8, 32);
    across = 32;
  }
  const rows = Math.min(down * tileRows, m);
  const columns = Math.min(across * tileColumns, n);
  const packed = (tiles: number, width: number, length: number) => tiles * width * length * bytes;
  return {
    rows,
    columns,
    kept,
    items: Math.ceil(m / rows) * Math.ceil(n / columns),
    scratch:
      packed(Math.min(down, tilesDown), tileRows, kept === KEEP_A ? k : step) +
      packed(Math.min(across, tilesAcross), tileColumns, kept === KEEP_B ? k : step),
  };
}
