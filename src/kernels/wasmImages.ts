import type { Numbers } from "../tensor/tensor.ts";
import { checkConvolution } from "./checkImages.ts";
import type { ImageKernels } from "./imageKernels.ts";
import type { Kernels } from "./kernels.ts";
import { movePixels } from "./movePixels.ts";
import { isPointwise, pointwiseConvolutions } from "./pointwise.ts";
import * as at from "./wasmCall.ts";
import { backwardGrids, cutDepth, forwardGrid, type Grid, tellGrid } from "./wasmGrid.ts";
import type { WasmMachine } from "./wasmMachine.ts";
import { wasmPools } from "./wasmPools.ts";

/** The most tiles of pixels that are packed at a time: with the weights, they fit into the L2 cache. */
const TILES = 8;
/** The bytes of packed weights that a thread keeps. */
const KEEP = 3 * 2 ** 20;
/** Items for each thread: more items balance the load better. */
const SHARE = 4;

/** Bytes of transformed pixels at a time. Winograd's method reads them from the L2 cache, once for each panel of weights. */
const TRANSFORMED = 400 * 2 ** 10;

interface Arrays {
  readonly y: Numbers;
  readonly x: Numbers;
  readonly w: Numbers;
  readonly b: Numbers | undefined;
}

type Products = Pick<Kernels, "matmul" | "matmulTransposeA" | "matmulTransposeB" | "linear">;

/** Convolution and pooling in WebAssembly; a convolution of 1×1 is a product. */
export function wasmImages(machine: WasmMachine, products: Products): ImageKernels {
  const tileRows = machine.fused ? 6 : 5;
  const up = (value: number, unit: number) => Math.ceil(value / unit) * unit;

  /** Begins an operation with the arrays of a convolution. */
  function begin(operation: number, { y, x, w, b }: Arrays, role: "output" | "update"): void {
    machine.begin(operation, y);
    machine.array(0, y, role);
    machine.array(1, x, "input");
    machine.array(2, w, "input");
    if (b) machine.array(3, b, "input");
  }

  /** 3×3 with stride 1: tiles of 2×2 outputs, 16 products for each. */
  function winograd(grid: Grid, arrays: Arrays): void {
    const { depth, outputs } = grid;
    const bytes = arrays.y.BYTES_PER_ELEMENT;
    const tiles = grid.batch * Math.ceil(grid.height / 2) * Math.ceil(grid.width / 2);
    const fitting = Math.floor(TRANSFORMED / (16 * depth * tileRows * bytes));
    const share = Math.ceil(tiles / tileRows / (SHARE * machine.threads));
    const rows = Math.min(Math.max(Math.min(fitting, share, TILES), 1) * tileRows, tiles);
    const panels = Math.ceil(outputs / (32 / bytes));
    const blocks = Math.ceil(panels / Math.max(1, Math.floor(KEEP / (16 * depth * 32))));
    const columns = Math.min(outputs, Math.ceil(panels / blocks) * (32 / bytes));
    begin(at.WINOGRAD, arrays, "output");
    machine.word(at.TRANSPOSED, grid.transposed ? 1 : 0);
    machine.word(at.BLOCK_ROWS, rows);
    machine.word(at.BLOCK_COLUMNS, columns);
    tellGrid(machine, grid);
    machine.run(
      Math.ceil(tiles / rows) * Math.ceil(outputs / columns),
      32 * tiles * outputs * depth,
      16 *
        (bytes * depth +
          up(rows, tileRows) * (32 + depth * bytes) +
          at.APART +
          Math.ceil(panels / blocks) * (depth * 32 + at.APART)),
    );
  }

  /** Each output channel depends only on the input channel with the same number. */
  function depthwise(grid: Grid, arrays: Arrays, role: "output" | "update"): void {
    begin(at.DEPTHWISE, arrays, role);
    tellGrid(machine, grid);
    machine.run(grid.batch * grid.height, 2 * grid.batch * grid.height * grid.width * arrays.w.length);
  }

  /** y over one grid of pixels. */
  function convolve(grid: Grid, arrays: Arrays, role: "output" | "update"): void {
    const bytes = arrays.y.BYTES_PER_ELEMENT;
    if (winogradPays(grid, 16 / bytes)) {
      winograd(grid, arrays);
      return;
    }
    if (isDepthwise(grid)) {
      depthwise(grid, arrays, role);
      return;
    }
    const units = cutDepth(grid, 16 / bytes);
    const tileColumns = 32 / bytes;
    const depth = units.count * units.padded;
    const pixels = grid.batch * grid.height * grid.width;
    const tiles = Math.min(Math.max(Math.ceil(pixels / tileRows / (SHARE * machine.threads)), 1), TILES);
    const rows = Math.min(tiles * tileRows, pixels);
    const most = Math.max(1, Math.floor(KEEP / (depth * 32)));
    const columns = Math.min(grid.outputs, most * tileColumns);
    begin(at.CONVOLVE, arrays, role);
    machine.word(at.TRANSPOSED, grid.transposed ? 1 : 0);
    machine.word(at.BLOCK_ROWS, rows);
    machine.word(at.BLOCK_COLUMNS, columns);
    tellGrid(machine, grid, units);
    machine.run(
      Math.ceil(pixels / rows) * Math.ceil(grid.outputs / columns) * grid.groups,
      2 * pixels * grid.outputs * grid.groups * depth,
      bytes * (up(rows, tileRows) * units.chunk * units.padded + up(columns, tileColumns) * depth),
    );
  }

  function weightsGradient(grid: Grid, dw: Numbers, dy: Numbers, x: Numbers): void {
    const bytes = dw.BYTES_PER_ELEMENT;
    const pixels = grid.batch * grid.height * grid.width;
    const enough = grid.batch * winogradTiles(grid) >= at.WINOGRAD_TILES;
    const byTiles = enough && winogradPays(grid, 16 / bytes) && grid.outputs % (16 / bytes) === 0;
    const single = isDepthwise(grid);
    machine.begin(byTiles ? at.WINOGRAD_WEIGHTS : single ? at.DEPTHWISE_WEIGHTS : at.CONVOLVE_WEIGHTS, dw);
    machine.array(0, dw, "output");
    machine.array(1, dy, "input");
    machine.array(2, x, "input");
    if (byTiles) winogradWeights(grid, bytes);
    else if (single) {
      tellGrid(machine, grid);
      const places = grid.vertical.places * grid.horizontal.places;
      const blocks = Math.ceil(grid.groups / at.DEPTHWISE_BLOCK);
      machine.run(grid.vertical.places * blocks, 2 * dy.length * places);
    } else {
      const units = cutDepth(grid, 1, Infinity);
      const tilesEach = Math.ceil(units.length / tileRows);
      const share = Math.ceil((tilesEach * units.count * grid.groups) / (SHARE * machine.threads));
      const tiles = Math.min(Math.max(share, 4), 2 * TILES, tilesEach);
      const rows = Math.ceil(tilesEach / Math.ceil(tilesEach / tiles)) * tileRows;
      const step = Math.ceil(pixels / Math.ceil(pixels / at.INNER));
      machine.word(at.BLOCK_ROWS, rows);
      tellGrid(machine, grid, units);
      machine.run(
        Math.ceil(units.length / rows) * units.count * grid.groups,
        2 * pixels * dw.length,
        bytes * step * (rows + up(grid.outputs, 32 / bytes)),
      );
    }
  }

  /** Blocks of channels and outputs whose sums stay in the L2 cache, with enough blocks for all threads. */
  function winogradWeights(grid: Grid, bytes: number): void {
    const { depth, outputs } = grid;
    const [tileColumns, items] = [
      32 / bytes,
      (rows: number, columns: number) => Math.ceil(depth / rows) * Math.ceil(outputs / columns),
    ];
    let [rows, columns] = [TILES * tileRows, TILES * tileColumns];
    if (depth <= rows / 2) rows /= 2;
    while (columns > tileColumns && (outputs <= columns / 2 || items(rows, columns) < 2 * machine.threads))
      columns /= 2;
    machine.word(at.BLOCK_ROWS, rows);
    machine.word(at.BLOCK_COLUMNS, columns);
    tellGrid(machine, grid);
    const numbers = depth + at.WINOGRAD_TILES * (rows + columns) + rows * columns;
    const tiles = grid.batch * Math.ceil(grid.height / 2) * Math.ceil(grid.width / 2);
    machine.run(items(rows, columns), 32 * tiles * depth * outputs, 16 * (numbers * bytes + 3 * at.APART));
  }

  const pointwise = pointwiseConvolutions(products);
  return {
    ...wasmPools(machine),
    movePixels,

    conv2d(y, x, w, b, of) {
      checkConvolution("conv2d", x, y, w, b, of);
      if (isPointwise(of)) pointwise.conv2d(y, x, w, b, of);
      else convolve(forwardGrid(of), { y, x, w, b }, "output");
    },

    conv2dInput(dx, dy, w, of) {
      checkConvolution("conv2dInput", dx, dy, w, undefined, of);
      if (isPointwise(of)) {
        pointwise.conv2dInput(dx, dy, w, of);
        return;
      }
      const { grids, complete } = backwardGrids(of);
      if (!complete) dx.fill(0);
      for (const grid of grids) {
        convolve(grid, { y: dx, x: dy, w, b: undefined }, complete && grids.length === 1 ? "output" : "update");
      }
    },

    conv2dWeights(dw, dy, x, of) {
      checkConvolution("conv2dWeights", x, dy, dw, undefined, of);
      if (isPointwise(of)) pointwise.conv2dWeights(dw, dy, x, of);
      else weightsGradient(forwardGrid(of), dw, dy, x);
    },
  };
}

function isDepthwise({ groups, depth, outputs }: Grid): boolean {
  return groups > 1 && depth === 1 && outputs === 1;
}

/** The number of tiles of 2×2 results. */
function winogradTiles({ height, width }: Grid): number {
  return Math.ceil(height / 2) * Math.ceil(width / 2);
}

/**
 * Whether Winograd's method is possible and faster. Its transforms cost relatively more with few channels or tiles, and tiles
 * extend beyond the edges of small images. Only the shape of an image is used, so the bits of its result depend neither on the
 * number of threads nor on the other images.
 */
function winogradPays(grid: Grid, lanes: number): boolean {
  const { vertical, horizontal, groups, depth, outputs, height, width } = grid;
  const possible = [vertical, horizontal].every(({ places, stride, step, apart }) => {
    return places === 3 && stride === 1 && step === 1 && apart === 1;
  });
  const tiles = winogradTiles(grid);
  const enough = depth >= 16 && outputs >= 16 && 4 * tiles < 1.4 * height * width;
  return possible && groups === 1 && depth % lanes === 0 && enough;
}
