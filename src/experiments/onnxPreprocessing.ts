import type { Normalization } from "../data/dataset.ts";
import { dateEncodingOf } from "../data/dateColumn.ts";
import type { DateFeature } from "../data/encodedFeature.ts";
import type { FeatureColumn, TablePreprocessing } from "../data/tablePreprocessing.ts";
import { wordEncodingOf } from "../data/wordColumn.ts";
import type { Shape } from "../tensor/tensor.ts";
import { addDate, type DateColumn, dateInput } from "./onnxDates.ts";
import { addNode, castNode, floatsNode, intsNode, type OnnxNode, type OnnxValue, stringsNode } from "./onnxNode.ts";
import { addWords } from "./onnxWords.ts";

// The computation of `BatchReader` and `encodeFeatures` as nodes of ONNX: raw images or the columns of a table become inputs of the network.

/** Inputs of a graph and the value computed from them. Nodes call input i `inputValue(i)`. */
export interface OnnxInputs {
  readonly inputs: readonly OnnxValue[];
  readonly value: string;
}

/** The name of an input in nodes, because its real name can be anything; no layer has a name with a space. */
export const inputValue = (index: number): string => `input ${index}`;

/** (byte/255 − μ)/σ, each of the three operations rounded to float32, from bytes (batch, height, width, channels). */
export function addImageInputs(nodes: OnnxNode[], { mean, deviation }: Normalization, inputShape: Shape): OnnxInputs {
  const scaled = addNode(nodes, "Div", [castNode(nodes, inputValue(0), "float"), floatsNode(nodes, [255])]);
  const centred = addNode(nodes, "Sub", [scaled, floatsNode(nodes, mean)]);
  const value = addNode(nodes, "Div", [centred, floatsNode(nodes, deviation)]);
  const doc = "pixels as bytes, row by row, channels last";
  return { inputs: [{ name: "images", type: "uint8", shape: ["batch", ...inputShape], doc }], value };
}

type NumberColumn = Extract<FeatureColumn, { kind: "number" }>;

/**
 * Whether float32 is too coarse for raw values of a column: timestamps, or very large and very small numbers. Whole numbers up to 2²⁴
 * are exact in it, so years are not affected.
 */
function needsDouble({ mean, deviation }: NumberColumn): boolean {
  const [size, ratio] = [Math.abs(mean), Math.abs(mean) / deviation];
  return ratio > 2 ** 14 || (size > 2 ** 22 && ratio > 2 ** 7) || Math.max(size, deviation) > 1e30 || deviation < 1e-30;
}

/** Every column that the model reads as an input of its own, (batch, 1), under its name as it is. */
export function addTableInputs(nodes: OnnxNode[], { features }: TablePreprocessing): OnnxInputs {
  const inputs: OnnxValue[] = [];
  const inputOf = (value: OnnxValue): string => {
    const known = inputs.findIndex(({ name }) => name === value.name);
    return inputValue(known >= 0 ? known : inputs.push(value) - 1);
  };
  // In the order of the file, even if the nodes below take columns together
  const values = new Map(features.map((feature) => [feature, inputOf(inputFor(feature))]));
  const rawValue = (feature: FeatureColumn): string => values.get(feature) as string;

  // Each part is a matrix (batch, width); `order` says which of its columns the encoded row takes, as `encodeFeatures` orders them
  const parts: string[] = [];
  let width = 0;
  const places = new Map<FeatureColumn, number[]>(features.map((feature) => [feature, []]));
  const addPart = (value: string, columns: readonly (FeatureColumn | undefined)[]): void => {
    parts.push(value);
    for (const column of columns) {
      if (column) places.get(column)?.push(width);
      width++;
    }
  };
  const numbers = features.filter((feature) => feature.kind === "number");
  for (const group of [numbers.filter((one) => !needsDouble(one)), numbers.filter(needsDouble)]) {
    if (group.length === 0) continue;
    const x = concatenated(nodes, group.map(rawValue));
    const missing = addNode(nodes, "IsNaN", [x]);
    const z = needsDouble(group[0]) ? standardizeDoubles(nodes, x, group) : standardizeFloats(nodes, x, group);
    addPart(addNode(nodes, "Where", [missing, floatsNode(nodes, [0]), z]), group);
    if (group.some(({ indicator }) => indicator))
      addPart(
        castNode(nodes, missing, "float"),
        group.map((one) => (one.indicator ? one : undefined)),
      );
  }
  for (const feature of features) {
    if (feature.kind === "date") {
      const date = addDate(nodes, dateColumnOf(feature), rawValue(feature));
      addPart(date, new Array<FeatureColumn>(feature.width).fill(feature));
    }
    if (feature.kind === "words") {
      const words = addWords(nodes, wordEncodingOf(feature), rawValue(feature));
      addPart(words, new Array<FeatureColumn>(feature.width).fill(feature));
    }
    if (feature.kind !== "category") continue;
    const equal = addNode(nodes, "Equal", [rawValue(feature), stringsNode(nodes, feature.values)]);
    addPart(
      castNode(nodes, equal, "float"),
      feature.values.map(() => feature),
    );
  }
  const all = concatenated(nodes, parts);
  const order = features.flatMap((feature) => places.get(feature) as number[]);
  const inOrder = order.length === width && order.every((place, i) => place === i);
  return { inputs, value: inOrder ? all : addNode(nodes, "Gather", [all, intsNode(nodes, order)], { axis: 1 }) };
}

const dateColumnOf = (feature: DateFeature): DateColumn => ({ name: feature.name, ...dateEncodingOf(feature) });

function inputFor(feature: FeatureColumn): OnnxValue {
  if (feature.kind === "date") return dateInput(dateColumnOf(feature));
  const { name } = feature;
  const shape = ["batch", 1] as const;
  if (feature.kind === "number")
    return { name, type: needsDouble(feature) ? "double" : "float", shape, doc: "a number, NaN where it is missing" };
  const known =
    feature.kind === "words" ? wordEncodingOf(feature).words : feature.values.map((value) => JSON.stringify(value));
  const use = feature.kind === "words" ? "the model uses the words" : "training had";
  return { name, type: "string", shape, doc: `a text, "" where it is missing; ${use} ${known.join(", ")}` };
}

/** Columns side by side. */
function concatenated(nodes: OnnxNode[], values: readonly string[]): string {
  return values.length === 1 ? values[0] : addNode(nodes, "Concat", values, { axis: 1 });
}

/**
 * (x − mean)/deviation in float32. The mean is subtracted in two parts, because x − high is exact near the mean; with a rounded mean alone, a
 * year with mean 1976.3 and deviation 3.7 would have an error of 10⁻⁵.
 */
function standardizeFloats(nodes: OnnxNode[], x: string, group: readonly NumberColumn[]): string {
  const high = group.map(({ mean }) => Math.fround(mean) + 0); // no negative zero, which JSON does not keep
  const low = group.map(({ mean }, i) => Math.fround(mean - high[i]) + 0);
  let centred = addNode(nodes, "Sub", [x, floatsNode(nodes, high)]);
  if (low.some((value) => value !== 0)) centred = addNode(nodes, "Sub", [centred, floatsNode(nodes, low)]);
  const deviations = group.map(({ deviation }) => deviation);
  return addNode(nodes, "Div", [centred, floatsNode(nodes, deviations)]);
}

/** The same in float64, rounded at the end. */
function standardizeDoubles(nodes: OnnxNode[], x: string, group: readonly NumberColumn[]): string {
  const constant = (values: readonly number[]) => addNode(nodes, "Constant", [], { value: { doubles: values } });
  const centred = addNode(nodes, "Sub", [x, constant(group.map(({ mean }) => mean + 0))]);
  const scaled = addNode(nodes, "Div", [centred, constant(group.map(({ deviation }) => deviation))]);
  return castNode(nodes, scaled, "float");
}
