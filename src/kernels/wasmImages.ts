import type { Numbers } from "../tensor/tensor.ts";
import { checkConvolution } from "./checkImages.ts";
import type { Convolution2d, ImageKernels } from "./imageKernels.ts";
import type { Kernels } from "./kernels.ts";
import * as at from "./wasmCall.ts";
import { backwardGrids, cutDepth, forwardGrid, type Grid, tellGrid } from "./wasmGrid.ts";
import type { WasmMachine } from "./wasmMachine.ts";
import { wasmPools } from "./wasmPools.ts";

/** Tiles of pixels that are packed at a time, at most: with the weights they fit the L2 cache. */
const TILES = 8;
/** Bytes of packed weights that a thread keeps. */
const KEEP = 3 * 2 ** 20;
/** Items for each thread: more balance better. */
const SHARE = 4;

type Products = Pick<Kernels, "matmul" | "matmulTransposeA" | "matmulTransposeB" | "linear">;

/** Convolution and pooling in WebAssembly; a convolution of 1×1 is a product. */
export function wasmImages(machine: WasmMachine, products: Products): ImageKernels {
  const tileRows = machine.fused ? 6 : 5;
  const up = (value: number, unit: number) => Math.ceil(value / unit) * unit;

  /** y over one grid of pixels. */
  function convolve(
    grid: Grid,
    arrays: { y: Numbers; x: Numbers; w: Numbers; b: Numbers | undefined },
    role: "output" | "update",
  ): void {
    const { y, x, w, b } = arrays;
    const bytes = y.BYTES_PER_ELEMENT;
    const units = cutDepth(grid, 16 / bytes);
    const tileColumns = 32 / bytes;
    const depth = units.count * units.padded;
    const pixels = grid.batch * grid.height * grid.width;
    const tiles = Math.min(Math.max(Math.ceil(pixels / tileRows / (SHARE * machine.threads)), 1), TILES);
    const rows = Math.min(tiles * tileRows, pixels);
    const most = Math.max(1, Math.floor(KEEP / (depth * 32)));
    const columns = Math.min(grid.outputs, most * tileColumns);
    machine.begin(at.CONVOLVE, y);
    machine.array(0, y, role);
    machine.array(1, x, "input");
    machine.array(2, w, "input");
    if (b) machine.array(3, b, "input");
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

  return {
    ...wasmPools(machine),

    conv2d(y, x, w, b, of) {
      checkConvolution("conv2d", x, y, w, b, of);
      if (!isPointwise(of)) convolve(forwardGrid(of), { y, x, w, b }, "output");
      else if (b) products.linear(y, x, w, b, pixelsOf(of), of.channels, of.outputs);
      else products.matmul(y, x, w, pixelsOf(of), of.channels, of.outputs);
    },

    conv2dInput(dx, dy, w, of) {
      checkConvolution("conv2dInput", dx, dy, w, undefined, of);
      if (isPointwise(of)) {
        products.matmulTransposeB(dx, dy, w, pixelsOf(of), of.outputs, of.channels);
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
      if (isPointwise(of)) {
        products.matmulTransposeA(dw, x, dy, of.channels, pixelsOf(of), of.outputs);
        return;
      }
      const grid = forwardGrid(of);
      const bytes = dw.BYTES_PER_ELEMENT;
      const units = cutDepth(grid, 1, Infinity);
      const pixels = grid.batch * grid.height * grid.width;
      const tilesEach = Math.ceil(units.length / tileRows);
      const share = Math.ceil((tilesEach * units.count * grid.groups) / (SHARE * machine.threads));
      const tiles = Math.min(Math.max(share, 4), 2 * TILES, tilesEach);
      const rows = Math.ceil(tilesEach / Math.ceil(tilesEach / tiles)) * tileRows;
      const step = Math.ceil(pixels / Math.ceil(pixels / at.INNER));
      machine.begin(at.CONVOLVE_WEIGHTS, dw);
      machine.array(0, dw, "output");
      machine.array(1, dy, "input");
      machine.array(2, x, "input");
      machine.word(at.BLOCK_ROWS, rows);
      tellGrid(machine, grid, units);
      machine.run(
        Math.ceil(units.length / rows) * units.count * grid.groups,
        2 * pixels * dw.length,
        bytes * step * (rows + up(grid.outputs, 32 / bytes)),
      );
    },
  };
}

function pixelsOf({ batch, input }: Convolution2d): number {
  return batch * input[0] * input[1];
}

/** Whether each output pixel sees one input pixel, and each input pixel is seen by one output pixel. */
function isPointwise({ kernel, stride, padding, groups, input, output }: Convolution2d): boolean {
  const axes = [0, 1] as const;
  return (
    groups === 1 && axes.every((i) => kernel[i] === 1 && stride[i] === 1 && padding[i] === 0 && input[i] === output[i])
  );
}
