import type { ArrayData, LayerData, StepData } from "./protocol.ts";

/** The positions of the stepper: forward through each layer, the loss, its gradient, backward through each, the update. */
export interface Stop {
  /** as in the address: "f2" */
  readonly id: string;
  readonly direction: "forward" | "backward" | "update";
  /** the number of the layer in the data; -1 for the loss, -2 for the update */
  readonly layer: number;
  readonly title: string;
}

export function stopsOf({ layers }: Pick<StepData, "layers">): Stop[] {
  const each = (direction: "forward" | "backward"): Stop[] =>
    layers.map(({ title }, layer) => ({ id: `${direction[0]}${layer}`, direction, layer, title }));
  return [
    ...each("forward"),
    { id: "loss", direction: "forward", layer: -1, title: "Loss" },
    { id: "gradient", direction: "backward", layer: -1, title: "Gradient of the loss" },
    ...each("backward").reverse(),
    { id: "update", direction: "update", layer: -2, title: "Update" },
  ];
}

/** An array that a stop shows. */
export interface ShownArray {
  /** its name in formulas: "x", "dw" */
  readonly name: string;
  readonly role: "given" | "parameter" | "result";
  readonly array: ArrayData;
  /** a short description */
  readonly words: string;
  /** whether it is weights, whose tiles differ from those of images */
  readonly isWeight?: boolean;
}

const shown = (
  name: string,
  role: ShownArray["role"],
  array: ArrayData,
  words: string,
  isWeight = false,
): ShownArray => ({ name, role, array, words, isWeight });

/** Input, parameters and output; backward: the gradient of the output, the arrays that it needs, and the resulting gradients. */
export function arraysOf(stop: Stop, data: StepData): ShownArray[] {
  if (stop.layer === -1) return lossArrays(stop, data);
  if (stop.layer === -2) return [];
  const layer = data.layers[stop.layer];
  const weights = weightsOf(layer);
  if (stop.direction === "forward") {
    return [
      shown("x", "given", layer.x, "input"),
      ...weights,
      ...layer.between.forward.map(({ name, array }) =>
        shown(name, "given", array, name === "s" ? "shortcut of x" : "f(x)"),
      ),
      shown("y", "result", layer.y, "output"),
    ];
  }
  return [
    shown("dy", "given", layer.dy, "gradient of the output"),
    shown("x", "given", layer.x, "input"),
    ...weights,
    ...layer.between.backward.map(({ name, array }) =>
      shown(name, "given", array, name === "ds" ? "gradient through the shortcut" : "gradient through f"),
    ),
    ...layer.parameters.map(({ key, gradient }) => shown(`d${key}`, "result", gradient, `gradient of ${key}`, true)),
    shown("dx", "result", layer.dx, "gradient of the input"),
  ];
}

function weightsOf({ parameters, constants }: LayerData): ShownArray[] {
  const trained = parameters.map(({ key, value, name }) => shown(key, "parameter", value, name, true));
  return [...trained, ...constants.map(({ key, value }) => shown(key, "parameter", value, "not trained", true))];
}

function lossArrays(stop: Stop, { outputs, targets, dOutputs, loss, lossKind }: StepData): ShownArray[] {
  const words =
    lossKind === "crossEntropy" ? (targets.shape.length === 1 ? "class of each row" : "soft targets") : "targets";
  const given = [shown("x", "given", outputs, "outputs of the network"), shown("t", "given", targets, words)];
  if (stop.direction === "backward") return [...given, shown("dx", "result", dOutputs, "gradient of the outputs")];
  return [...given, shown("J", "result", { shape: [1], data: Float64Array.of(loss) }, "loss of the batch")];
}

/** The array and place that a stop selects if the address names none: the largest number of its first result. */
export function usualEntry(arrays: readonly ShownArray[]): readonly [string, number] | undefined {
  const result = arrays.find(({ role }) => role === "result");
  if (!result) return undefined;
  const { data } = result.array;
  let largest = 0;
  for (let i = 1; i < data.length; i++) if (Math.abs(data[i]) > Math.abs(data[largest])) largest = i;
  return [result.name, largest];
}
