import type { Convolution2d } from "./imageKernels.ts";
import * as at from "./wasmCall.ts";
import type { WasmMachine } from "./wasmMachine.ts";

/** The source rows of output pixels along one axis: pixel i reads row i·stride + origin + p·step at place p < places. */
interface Axis {
  readonly size: number;
  readonly from: number;
  readonly places: number;
  readonly stride: number;
  readonly origin: number;
  readonly step: number;
  /** in the output array: the first pixel and the distance to the next, in pixels */
  readonly first: number;
  readonly apart: number;
  /** in the weights: the place of p = 0 and the distance to the next */
  readonly place: number;
  readonly placeStep: number;
}

/** A convolution over a grid of pixels, which the kernel computes in one call. */
export interface Grid {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly vertical: Axis;
  readonly horizontal: Axis;
  readonly groups: number;
  /** the number of channels of the source, and of the output, in a group */
  readonly depth: number;
  readonly outputs: number;
  /** the number of pixels of the output array; the grid may be a part of them */
  readonly target: readonly [height: number, width: number];
  /** whether the weights (place, channels, outputs) of each place are read transposed */
  readonly transposed: boolean;
  /** the number of weights in a row, and in a place */
  readonly weightRow: number;
  readonly weightPlace: number;
  readonly placesAcross: number;
}

export function forwardGrid(of: Convolution2d): Grid {
  const axis = (i: 0 | 1): Axis => ({
    ...{ size: of.output[i], from: of.input[i], places: of.kernel[i], stride: of.stride[i] },
    ...{ origin: -of.padding[i], step: of.dilation[i], first: 0, apart: 1, place: 0, placeStep: 1 },
  });
  return grid(of, axis(0), axis(1), false);
}

/**
 * The gradient of the input: dx at u is the sum over the places p for which (u + padding − p·dilation)/stride is the index of an
 * output. Pixels with the same remainder of u by the stride have the same places, so each remainder is a separate grid: with u =
 * f + stride·i the output is i + (f + padding − p·dilation)/stride. `complete` is false if some pixels have no place.
 */
export function backwardGrids(of: Convolution2d): { readonly grids: readonly Grid[]; readonly complete: boolean } {
  const axes = (i: 0 | 1): (Axis | undefined)[] =>
    Array.from({ length: Math.min(of.stride[i], of.input[i]) }, (_, f) => backwardAxis(of, i, f));
  const [vertical, horizontal] = [axes(0), axes(1)];
  const grids = vertical.flatMap((v) => horizontal.flatMap((h) => (v && h ? [grid(of, v, h, true)] : [])));
  return { grids, complete: grids.length === vertical.length * horizontal.length };
}

function backwardAxis(of: Convolution2d, i: 0 | 1, f: number): Axis | undefined {
  const [stride, dilation, padding, kernel] = [of.stride[i], of.dilation[i], of.padding[i], of.kernel[i]];
  const all = Array.from({ length: kernel }, (_, p) => p).filter((p) => (f + padding - p * dilation) % stride === 0);
  if (all.length === 0) return undefined;
  // From the last place to the first, so that outputs are read in the order of memory.
  const last = all[all.length - 1];
  const apart = all.length > 1 ? all[1] - all[0] : stride;
  return {
    ...{ size: Math.ceil((of.input[i] - f) / stride), from: of.output[i], places: all.length, stride: 1 },
    ...{ origin: (f + padding - last * dilation) / stride, step: (apart * dilation) / stride },
    ...{ first: f, apart: stride, place: last, placeStep: -apart },
  };
}

function grid(of: Convolution2d, vertical: Axis, horizontal: Axis, backward: boolean): Grid {
  const { batch, groups, channels, outputs, kernel } = of;
  const [inputsEach, outputsEach] = [channels / groups, outputs / groups];
  return {
    ...{ batch, height: vertical.size, width: horizontal.size, vertical, horizontal, groups },
    ...{ depth: backward ? outputsEach : inputsEach, outputs: backward ? inputsEach : outputsEach },
    ...{ target: backward ? of.input : of.output, transposed: backward },
    ...{ weightRow: outputs, weightPlace: inputsEach * outputs, placesAcross: kernel[1] },
  };
}

/** How the depth is divided into units (contiguous numbers in the source), and units into chunks that a tile sums at once. */
export interface Units {
  readonly count: number;
  readonly across: number;
  readonly parts: number;
  readonly places: number;
  readonly length: number;
  readonly padded: number;
  readonly chunk: number;
}

/** Units of at most `most` numbers, padded to whole vectors of `lanes`. */
export function cutDepth(grid: Grid, lanes: number, most: number = at.INNER): Units {
  const { vertical, horizontal, groups, depth } = grid;
  const whole = horizontal.places * depth;
  const rows = groups === 1 && horizontal.step === 1 && whole <= most;
  const places = rows ? horizontal.places : 1;
  const part = Math.ceil(Math.ceil(depth / Math.ceil(depth / most)) / lanes) * lanes;
  const length = rows ? whole : Math.min(part, depth);
  const parts = rows ? 1 : Math.ceil(depth / length);
  const across = rows ? 1 : horizontal.places * parts;
  const padded = Math.ceil(length / lanes) * lanes;
  const count = vertical.places * across;
  const chunks = Math.ceil(count / Math.max(1, Math.floor(most / padded)));
  return { count, across, parts, places, length, padded, chunk: Math.ceil(count / chunks) };
}

/** Writes the parameters of the kernels. */
export function tellGrid(machine: WasmMachine, grid: Grid, units?: Units): void {
  const { vertical: v, horizontal: h, target, groups, outputs } = grid;
  const pixel = groups * outputs;
  const scattered = v.apart !== 1 || h.apart !== 1;
  const tell = (index: number, value: number) => machine.window(index, value);
  tell(at.BATCH, grid.batch);
  tell(at.HEIGHT, grid.height);
  tell(at.WIDTH, grid.width);
  tell(at.FROM_HEIGHT, v.from);
  tell(at.FROM_WIDTH, h.from);
  tell(at.STRIDE_V, v.stride);
  tell(at.STRIDE_H, h.stride);
  tell(at.ORIGIN_V, v.origin);
  tell(at.ORIGIN_H, h.origin);
  tell(at.STEP_V, v.step);
  tell(at.STEP_H, h.step);
  tell(at.GROUPS, groups);
  tell(at.DEPTH, grid.depth);
  tell(at.OUTPUTS, outputs);
  tell(at.TO_START, (v.first * target[1] + h.first) * pixel);
  tell(at.TO_IMAGE, target[0] * target[1] * pixel);
  tell(at.TO_ROW, v.apart * target[1] * pixel);
  tell(at.TO_COLUMN, scattered ? h.apart * pixel : 0);
  tell(at.WEIGHT_START, (v.place * grid.placesAcross + h.place) * grid.weightPlace);
  tell(at.WEIGHT_P, v.placeStep * grid.placesAcross * grid.weightPlace);
  tell(at.WEIGHT_Q, h.placeStep * grid.weightPlace);
  tell(at.WEIGHT_ROW, grid.weightRow);
  tell(at.PLACES_HIGH, v.places);
  tell(at.PLACES_WIDE, h.places);
  if (!units) return;
  tell(at.UNITS, units.count);
  tell(at.UNITS_ACROSS, units.across);
  tell(at.UNIT_PARTS, units.parts);
  tell(at.UNIT_PLACES, units.places);
  tell(at.UNIT_LENGTH, units.length);
  tell(at.UNIT_PADDED, units.padded);
  tell(at.CHUNK_UNITS, units.chunk);
}
