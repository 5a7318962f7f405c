import { outputNames, type PlaygroundState } from "../state.ts";

// Where the drawing of a network places its units and what their weights are: numbers only.

export const nodeSize = 38;
const gap = 10;
const headHeight = 160;
const columnWidth = 136;
const inputWidth = 108;
const outputWidth = 119;
/** from the left edge of the last column to its units */
const outputAt = 38;
/** the largest factor by which a column is wider than needed */
const mostSpare = 50;

export interface NodePlace {
  /** the centre */
  readonly x: number;
  readonly y: number;
}

/** The weights of one linear layer in the network's parameters: weight (i, j) is at offset + i·outputs + j, bias j at bias + j. */
export interface WeightPlace {
  readonly offset: number;
  readonly bias: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  /** inputs, hidden layers, outputs: the place of each unit */
  readonly columns: readonly (readonly NodePlace[])[];
  /** the left edges of the columns */
  readonly lefts: readonly number[];
  readonly widths: readonly number[];
}

/** The number of units of each hidden layer, then of outputs. */
export function layerSizes(state: PlaygroundState): number[] {
  return [...state.layers.map(({ units }) => units), outputNames(state).length];
}

/** The drawing for `inputs` input units; `width` is what is available, and wider networks scroll. */
export function layoutOf(state: PlaygroundState, inputs: number, width: number): NetworkLayout {
  const sizes = [inputs, ...layerSizes(state)];
  const least = sizes.map((_, i) => (i === 0 ? inputWidth : i < sizes.length - 1 ? columnWidth : outputWidth));
  const spare = Math.max(0, width - least.reduce((sum, each) => sum + each, 0)) / (sizes.length - 1);
  const widths = least.map((each, i) => (i === 0 ? each : each + Math.min(spare, mostSpare)));
  const lefts = widths.map((_, i) => widths.slice(0, i).reduce((sum, each) => sum + each, 0));
  const columns = sizes.map((size, i) => {
    const x = lefts[i] + (i === 0 ? inputWidth - nodeSize / 2 - 14 : i < sizes.length - 1 ? widths[i] / 2 : outputAt);
    return Array.from({ length: size }, (_, j) => ({ x, y: headHeight + nodeSize / 2 + j * (nodeSize + gap) }));
  });
  return {
    width: lefts[lefts.length - 1] + widths[widths.length - 1],
    height: headHeight + Math.max(...sizes) * (nodeSize + gap),
    columns,
    lefts,
    widths,
  };
}

/** Where the weights of each linear layer are, layer by layer. */
export function weightPlaces(state: PlaygroundState): WeightPlace[] {
  let offset = 0;
  let inputs = state.inputs.length;
  return layerSizes(state).map((outputs, i) => {
    const place = { offset, bias: offset + inputs * outputs, inputs, outputs };
    const norm = state.layers[i]?.norm ?? "none";
    offset = place.bias + outputs + (norm === "none" ? 0 : 2 * outputs);
    inputs = outputs;
    return place;
  });
}

/** The first of a layer's units among all of a frame, the outputs last. */
export function firstUnit(state: PlaygroundState, layer: number): number {
  return layerSizes(state)
    .slice(0, layer)
    .reduce((sum, size) => sum + size, 0);
}

/** A point at a share 0 … 1 of the curve between two units. */
export function curvePoint(from: NodePlace, to: NodePlace, share: number): NodePlace {
  const [x1, x2] = [from.x + nodeSize / 2, to.x - nodeSize / 2];
  const middle = (x1 + x2) / 2;
  const [a, b] = [1 - share, share];
  const [c0, c1, c2, c3] = [a ** 3, 3 * a * a * b, 3 * a * b * b, b ** 3];
  return { x: c0 * x1 + (c1 + c2) * middle + c3 * x2, y: (c0 + c1) * from.y + (c2 + c3) * to.y };
}
