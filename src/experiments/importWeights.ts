import { makeNetwork } from "../layers/description.ts";
import { RandomState } from "../random/randomState.ts";
import { problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import { formatShape, type Shape, Tensor } from "../tensor/tensor.ts";
import { channelPlaces, flattenedImages } from "./flattenedImages.ts";
import type { Model } from "./model.ts";
import { type NetworkSlot, networkSlots } from "./networkSlots.ts";
import { byNumber, type GroupedWeights, groupWeights, type WeightGroup } from "./weightNames.ts";

export interface ImportWeightsOptions {
  /** the file's, for messages */
  readonly name: string;
  /** whether the order of the tensors is that of the layers; safetensors files sort them by name */
  readonly ordered: boolean;
  /** whether the first linear layer after images takes them as (channels, height, width); by default with PyTorch's names */
  readonly channelsFirst?: boolean | undefined;
}

export interface ImportedWeights {
  readonly model: Model;
  /** one line for each layer: "0.weight (128, 784) → fc1_w (784, 128), transposed" */
  readonly mapping: readonly string[];
  /** one line for each decision */
  readonly notes: readonly string[];
}

/**
 * The model with weights from another program: PyTorch's names (`0.weight` as (out, in), of convolutions (out, in, height, width), `0.bias`,
 * `running_mean`, …), Keras' (`kernel` as (in, out), (height, width, in, out), …), arrays without names (`arr_0`, … as NumPy calls them, in Keras' order) or Handgrad's own (`fc1_w`). Layers are matched in their
 * order. Throws DataError that lists for each layer what was expected and found.
 */
export function importWeights(
  tensors: Readonly<Record<string, Tensor>>,
  like: Omit<Model, "parameters">,
  options: ImportWeightsOptions,
): ImportedWeights {
  const network = makeNetwork(like.network, { random: new RandomState(1) });
  const own = network.save();
  const names = Object.keys(tensors);
  if (names.length > 0 && Object.keys(own).every((key) => Object.hasOwn(tensors, key))) {
    const unused = names.filter((key) => !Object.hasOwn(own, key));
    if (unused.length === 0)
      return finish(
        like,
        tensors,
        names.map((key) => `${key} ${formatShape(own[key].shape)}`),
        [],
        options,
      );
  }
  const slots = networkSlots(network);
  const other = slots.find(({ kind }) => kind === "other");
  if (other) {
    throw new DataError(
      `${options.name}: the layer ${other.name} has parameters that PyTorch and Keras do not have (${Object.keys(other.shapes).join(", ")}); expected tensors with Handgrad's own names: ${Object.keys(own).join(", ")}`,
    );
  }
  const found = groupWeights(tensors, slots, options.name);
  const match = matchGroups(slots, found, options);
  const notes = [...found.notes, ...match.notes];
  const parameters: Record<string, Tensor> = {};
  const mapping: string[] = [];
  const reorder =
    (options.channelsFirst ?? found.style === "pytorch")
      ? flattenedImages(network, like.network.inputShape)
      : undefined;
  for (const [i, slot] of slots.entries()) {
    const group = match.groups[i];
    for (const [key, shape] of Object.entries(slot.shapes)) {
      const given = group.tensors[key];
      const to = `${slot.name}_${key}`;
      if (!given) {
        parameters[to] = constant(shape, key);
        notes.push(`${group.name}: no ${roles[key]}; ${to} is ${key === "w" || key === "variance" ? 1 : 0}`);
        continue;
      }
      const turned = inOurOrder(given.value, group.transposed, shape);
      parameters[to] = key === "w" && reorder?.layer === slot.name ? reorderRows(turned, reorder.places) : turned;
      const how = turned === given.value ? "" : ", transposed";
      mapping.push(`${given.name} ${formatShape(given.value.shape)} → ${to} ${formatShape(shape)}${how}`);
    }
  }
  if (reorder) {
    const [height, width, channels] = reorder.shape;
    notes.push(
      `the inputs of ${reorder.layer} are taken as (channels, height, width), as in PyTorch, and reordered to (${height}, ${width}, ${channels}); --channels-last leaves them as they are`,
    );
  }
  return finish(like, parameters, mapping, notes, options);
}

const roles: Readonly<Record<string, string>> = { w: "weight", b: "bias", mean: "mean", variance: "variance" };

function finish(
  like: Omit<Model, "parameters">,
  given: Readonly<Record<string, Tensor>>,
  mapping: readonly string[],
  notes: readonly string[],
  { name }: ImportWeightsOptions,
): ImportedWeights {
  const network = makeNetwork(like.network, { random: new RandomState(1) });
  const wrong = Object.entries(network.save()).flatMap(([key, { shape }]) =>
    formatShape(given[key].shape) === formatShape(shape)
      ? []
      : [`${key}: expected ${formatShape(shape)}, found ${formatShape(given[key].shape)}`],
  );
  if (wrong.length > 0) throw new DataError(problemLines(`${name}: the weights do not fit the network`, wrong));
  for (const [key, { data }] of Object.entries(given)) {
    const odd = data.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw new DataError(`${name}: ${key}: expected finite numbers, found ${data[odd]} at ${odd}`);
  }
  network.load(given);
  return { model: { ...like, parameters: network.save() }, mapping, notes };
}

/** The group of each layer: in the order of the file or of the numbers in the names, or the only one that fits. */
function matchGroups(
  slots: readonly NetworkSlot[],
  found: GroupedWeights,
  { name, ordered }: ImportWeightsOptions,
): { readonly groups: readonly WeightGroup[]; readonly notes: readonly string[] } {
  const { groups } = found;
  const numbered = byNumber(groups);
  const fits = (order: readonly WeightGroup[]) =>
    order.length === slots.length && order.every((one, i) => fit(one, slots[i]));
  const listed = (order: readonly WeightGroup[]) => order.map((group) => group.name).join(", ");
  if (ordered && fits(groups)) return { groups, notes: [] };
  if (fits(numbered)) {
    const unclear = slots.length > 1 && groups.some((group) => !/\d/.test(group.name));
    const note = `the file does not store the order of the layers; they are taken by their names: ${listed(numbered)}`;
    return { groups: numbered, notes: unclear ? [note] : [] };
  }
  const only = groups.length === slots.length ? onlyMatch(slots, groups) : undefined;
  if (only) return { groups: only, notes: [`the layers are matched by their shapes: ${listed(only)}`] };
  if (fits(groups)) return { groups, notes: [`the layers are taken in the order of the file: ${listed(groups)}`] };
  const lines = Array.from({ length: Math.max(slots.length, groups.length) }, (_, i) => {
    const [slot, group] = [slots[i], (ordered ? groups : numbered)[i]];
    const expected = slot ? `${slot.name}: expected ${describeSlot(slot, found)}` : "expected no more layers";
    return `${expected}, found ${group ? describeGroup(group) : "nothing"}`;
  });
  throw new DataError(problemLines(`${name}: the weights do not fit the network`, lines));
}

/** Whether the tensors of a group are those of a layer. */
function fit({ tensors, transposed }: WeightGroup, { kind, shapes }: NetworkSlot): boolean {
  const has = (key: string) => tensors[key] !== undefined;
  if (
    kind === "linear" || kind === "conv2d"
      ? !has("w") || has("mean")
      : kind === "batchNorm"
        ? !has("mean") || !has("variance")
        : has("mean")
  )
    return false;
  return Object.entries(tensors).every(([key, { value }]) => {
    const ours = shapes[key];
    return ours !== undefined && formatShape(shapeInOurOrder(value.shape, transposed, ours)) === formatShape(ours);
  });
}

/** The groups in the only order that fits; undefined if there is none, or several. */
function onlyMatch(slots: readonly NetworkSlot[], groups: readonly WeightGroup[]): readonly WeightGroup[] | undefined {
  const result: WeightGroup[] = [];
  for (const slot of slots) {
    const fitting = groups.filter((group) => fit(group, slot));
    if (fitting.length !== 1 || result.includes(fitting[0])) return undefined;
    result.push(fitting[0]);
  }
  return result;
}

function describeSlot({ kind, shapes }: NetworkSlot, { groups, style }: GroupedWeights): string {
  const turned = style === "pytorch" || groups.some(({ transposed }) => transposed);
  const shape = (key: string) => formatShape(turned ? pytorchShape(shapes[key]) : shapes[key]);
  if (kind === "linear" || kind === "conv2d") return `weight ${shape("w")}${shapes.b ? `, bias ${shape("b")}` : ""}`;
  if (kind === "pRelu") return `weight ${shape("w")} of a PReLU`;
  return `${kind === "batchNorm" ? "batch" : "layer"} normalization of ${shapes.w[0]}`;
}

function describeGroup({ tensors }: WeightGroup): string {
  return Object.values(tensors)
    .map(({ name, value }) => `${name} ${formatShape(value.shape)}`)
    .join(", ");
}

function constant(shape: Shape, key: string): Tensor {
  const tensor = Tensor.zeros(shape);
  if (key === "w" || key === "variance") tensor.data.fill(1);
  return tensor;
}

/** (in, out) as (out, in); (height, width, in, out) as (out, in, height, width). */
function pytorchShape(ours: Shape): Shape {
  const [height, width, inputs, outputs] = ours;
  return ours.length === 4 ? [outputs, inputs, height, width] : ours.toReversed();
}

/** The shape of a tensor from a file in Handgrad's order; Keras stores kernels of depthwise convolutions as (height, width, channels, 1). */
function shapeInOurOrder(shape: Shape, transposed: boolean, ours: Shape): Shape {
  if (transposed) {
    const [outputs, inputs, height, width] = shape;
    return shape.length === 4 ? [height, width, inputs, outputs] : shape.toReversed();
  }
  const depthwise = shape.length === 4 && shape[3] === 1 && ours[2] === 1;
  return depthwise ? [shape[0], shape[1], 1, shape[2]] : shape;
}

/** A tensor from a file in Handgrad's order; the same tensor if it already has it. */
function inOurOrder(value: Tensor, transposed: boolean, ours: Shape): Tensor {
  if (value.shape.length < 2) return value;
  const shape = shapeInOurOrder(value.shape, transposed, ours);
  if (!transposed) return formatShape(shape) === formatShape(value.shape) ? value : value.reshape(shape);
  const matrix = transpose(value);
  const places = shape.length === 4 ? channelPlaces(shape.slice(0, 3)) : undefined;
  return (places ? reorderRows(matrix, places) : matrix).reshape(shape);
}

/** (out, …) as (…, out), a matrix. */
function transpose({ shape: [rows], data, dtype }: Tensor): Tensor {
  const columns = data.length / rows;
  const turned = Tensor.zeros([columns, rows], dtype);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned.data[j * rows + i] = data[i * columns + j];
  return turned;
}

function reorderRows({ shape: [rows, columns], data, dtype }: Tensor, places: Int32Array): Tensor {
  const ordered = Tensor.zeros([rows, columns], dtype);
  places.forEach((from, to) => {
    ordered.data.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  });
  return ordered;
}
