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

/** What one thread may keep packed: it has to stay in the L2 cache, or at least to stream from the L3. */
const KEEP = 2 ** 21;

/**
 * The smaller operand is packed once by each thread and kept, the larger is cut into strips, packed as they come; when
 * neither is small, both are packed for each block, which is large enough to make up for it.
 */
export function planProduct(m: number, k: number, n: number, bytes: number, tileRows: number): ProductPlan {
  const tileColumns = 32 / bytes;
  const step = Math.ceil(k / Math.ceil(k / INNER));
  const [sizeA, sizeB] = [m * k * bytes, k * n * bytes];
  let rows = m;
  let columns = n;
  let kept = 0;
  if (sizeB <= KEEP && (sizeB <= sizeA || sizeA > KEEP)) {
    kept = KEEP_B;
    rows = 8 * tileRows;
  } else if (sizeA <= KEEP) {
    kept = KEEP_A;
    columns = 2 * tileColumns;
  } else {
    rows = 32 * tileRows;
    columns = 32 * tileColumns;
  }
  rows = Math.min(rows, m);
  columns = Math.min(columns, n);
  const packed = (count: number, unit: number, length: number) => Math.ceil(count / unit) * unit * length * bytes;
  return {
    rows,
    columns,
    kept,
    items: Math.ceil(m / rows) * Math.ceil(n / columns),
    scratch:
      packed(rows, tileRows, kept === KEEP_A ? k : step) + packed(columns, tileColumns, kept === KEEP_B ? k : step),
  };
}
