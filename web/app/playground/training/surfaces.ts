import { evaluation, type Layer, portableMath, type Sequential, softmax, type Tensor } from "handgrad";

// The outputs of units over the plane, as bytes that become colours: 0 … 254, where 127 stands for 0.

/** The centres of a grid of side × side cells over −6 … 6, row by row from the top. */
export function gridPoints(side: number): (readonly [number, number])[] {
  const at = (i: number): number => -6 + (12 * (i + 0.5)) / side;
  return Array.from({ length: side * side }, (_, i) => [at(i % side), -at(Math.floor(i / side))]);
}

/** The outputs of each layer for a batch: one forward pass in evaluation mode. */
function outputsOfLayers(network: Sequential, inputs: Tensor): Map<Layer, Tensor> {
  const outputs = new Map<Layer, Tensor>();
  let x = inputs;
  for (const layer of network.layers) {
    x = layer.forward(x, evaluation);
    outputs.set(layer, x);
  }
  return outputs;
}

/** Numbers between −most and most as bytes. NaN is 255. */
const level = (value: number, most: number): number =>
  Number.isNaN(value) ? 255 : 127 + Math.round(127 * Math.max(-1, Math.min(1, value / most)));

/** Each column of (rows, units), relative to the largest size in it: (units, rows) bytes. */
export function levelsOfUnits({ data, shape: [rows, units] }: Tensor): Uint8Array<ArrayBuffer> {
  const levels = new Uint8Array(rows * units);
  for (let unit = 0; unit < units; unit++) {
    let most = 1e-12;
    for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(data[row * units + unit]) || 0);
    for (let row = 0; row < rows; row++) levels[unit * rows + row] = level(data[row * units + unit], most);
  }
  return levels;
}

export interface OutputSurface {
  /** for each cell: the level for one number or two classes; the confidence of the prediction for more classes, 127 … 254 */
  readonly levels: Uint8Array<ArrayBuffer>;
  /** the prediction for each cell, if there are more than two classes */
  readonly classes?: Uint8Array<ArrayBuffer> | undefined;
}

/** The score of each class, between 0 and 1, in place: probabilities if the loss defines them. */
function classScores(outputs: Tensor, loss: string): ArrayLike<number> {
  if (loss === "crossEntropy") return softmax(outputs).data;
  if (loss === "binaryCrossEntropy") return outputs.data.map((value) => 1 / (1 + portableMath.exp(-value)));
  return outputs.data.map((value) => Math.max(0, Math.min(1, value)));
}

/** The prediction of the network in each cell. Numbers are shown relative to `most`. */
export function outputSurface(
  outputs: Tensor,
  { loss, task, most }: { readonly loss: string; readonly task: "classes" | "numbers"; readonly most: number },
): OutputSurface {
  const [rows, width] = outputs.shape;
  if (task === "numbers") return { levels: Uint8Array.from(outputs.data, (value) => level(value, most)) };
  const scores = classScores(outputs, loss);
  const levels = new Uint8Array(rows);
  if (width === 2) {
    for (let row = 0; row < rows; row++) levels[row] = level(scores[2 * row + 1] - scores[2 * row], 1);
    return { levels };
  }
  const classes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    let [best, second] = [0, -1];
    for (let k = 1; k < width; k++) {
      const score = scores[row * width + k];
      if (score > scores[row * width + best]) [best, second] = [k, best];
      else if (second < 0 || score > scores[row * width + second]) second = k;
    }
    classes[row] = best;
    levels[row] = level(scores[row * width + best] - Math.max(0, scores[row * width + second]), 1);
  }
  return { levels, classes };
}

export interface Surfaces {
  readonly side: number;
  /** side² bytes for each unit, layer by layer, the outputs last */
  readonly units: Uint8Array<ArrayBuffer>;
  readonly output: OutputSurface;
}

/** The surfaces of all units and of the network's prediction. `shown` are the layers whose outputs are drawn, in order. */
export function surfacesOf(
  network: Sequential,
  inputs: Tensor,
  options: Parameters<typeof outputSurface>[1] & { readonly side: number; readonly shown: readonly Layer[] },
): Surfaces {
  return network.workspace.step(() => {
    const outputs = outputsOfLayers(network, inputs);
    const parts = options.shown.map((layer) => levelsOfUnits(outputs.get(layer) as Tensor));
    const units = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      units.set(part, at);
      at += part.length;
    }
    const last = outputs.get(network.layers[network.layers.length - 1]) as Tensor;
    return { side: options.side, units, output: outputSurface(last, options) };
  });
}
