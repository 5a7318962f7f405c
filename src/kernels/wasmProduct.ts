import { INNER, KEEP_A, KEEP_B } from "./wasmCall.ts";

/** How a product is cut into blocks of C, and what each thread keeps packed from one block to the next. */
export interface ProductPlan {
  readonly rows: number;
  readonly columns: number;
  readonly kept: number;
  readonly items: number;
  /** Bytes of packed panels a thread holds at a time. */
  readonly scratch: number;
}

/** What one thread may keep packed: it streams from the L3 cache at worst, a few bytes a cycle. */
const KEEP = 3 * 2 ** 20;
/** Items for each thread, where the matrix is large enough: more balance better, fewer read the kept operand less often. */
const SHARE = 2;

/**
 * The smaller operand is packed once by each thread and kept, the larger is cut into strips, packed as they come; when
 * neither is small, both are packed for each block, which is large enough to make up for it. `tileRows` is the height of
 * the kernels' register tile.
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
