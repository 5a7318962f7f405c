import {
  type LayerDescription,
  type LayerKindName,
  type LossName,
  type Optimizer,
  type OptimizerName,
  placeOfIndex,
  type Sequential,
  type Shape,
  Tensor,
  type TracedLayer,
  type UpdateTrace,
} from "handgrad";
import {
  type EntryFormula,
  formulaName,
  formulaPieces,
  layerFormulas,
  lossFormulas,
  mathToMathml,
  optimizerFormulas,
  shortenSums,
  sourcesOf,
} from "handgrad/report";
import type { ArrayData, EntryData, GeneralFormulas, LayerData, LineData, UpdateData } from "./protocol.ts";

// Converts the traced step of the library to plain data for the page.

export const arrayData = ({ shape, data }: Tensor): ArrayData => ({ shape: [...shape], data: Float64Array.from(data) });

export const targetData = (targets: Tensor | Int32Array): ArrayData =>
  targets instanceof Tensor ? arrayData(targets) : { shape: [targets.length], data: Float64Array.from(targets) };

export function updateData({ kind, learningRate }: Optimizer, trace: UpdateTrace | undefined): UpdateData {
  const copy = (values: ArrayLike<number> = []) => Float64Array.from(values);
  const [before, after] = [copy(trace?.before.values), copy(trace?.after.values)];
  const formula = mathParts(optimizerFormulas[kind as OptimizerName].latex);
  return { kind, learningRate, gradients: copy(trace?.gradients), before, after, formula };
}

/** A formula as MathML, a piece for each part, so that a narrow page can break the line between them. */
const mathParts = (latex: string): string[] => latex.split(/\\qquad/).map((part) => mathToMathml(part, true));

function formulasOf(kind: LayerKindName): GeneralFormulas {
  const { forward, backward } = layerFormulas[kind];
  return { forward: mathParts(forward.latex), backward: mathParts(backward.latex) };
}

export function formulasOfLoss(kind: LossName): GeneralFormulas {
  const { loss, gradient } = lossFormulas[kind];
  return { forward: mathParts(loss.latex), backward: mathParts(gradient.latex) };
}

export function layerData(of: TracedLayer, network: Sequential): LayerData {
  const own = of.inner.length > 0 ? [] : of.parameters;
  const offsetOf = (parameter: number) =>
    network.parameters.slice(0, parameter).reduce((all, { value }) => all + value.size, 0);
  return {
    ...{ path: of.path, name: of.name, kind: of.kind, title: of.layer.describe() },
    ...{ x: arrayData(of.x), y: arrayData(of.y), dx: arrayData(of.dx), dy: arrayData(of.dy) },
    parameters: own.map(({ key, value, gradient, parameter }) => ({
      ...{ key, name: network.parameterNames[parameter], value: arrayData(value), gradient: arrayData(gradient) },
      offset: offsetOf(parameter),
    })),
    constants: frozenOf(of),
    between: betweenOf(of),
    formulas: formulasOf(of.kind as LayerKindName),
  };
}

/** Weights that are not trained; running means are not needed in training. */
function frozenOf({ buffers, kind }: TracedLayer) {
  return kind === "linear" || kind === "conv2d"
    ? buffers.map(({ key, value }) => ({ key, value: arrayData(value) }))
    : [];
}

function betweenOf({ kind, inner }: TracedLayer): LayerData["between"] {
  if (kind !== "residual") return { forward: [], backward: [] };
  const isShort = inner.length === 2 && inner[1].name === "shortcut";
  const [first, last] = isShort ? [inner[0], inner[0]] : [inner[0], inner[inner.length - 1]];
  const named = (name: string, tensor: Tensor) => ({ name, array: arrayData(tensor) });
  return {
    forward: [...(isShort ? [named("s", inner[1].y)] : []), named("f", last.y)],
    backward: [...(isShort ? [named("ds", inner[1].dx)] : []), named("df", first.dx)],
  };
}

/** The shapes of the arrays that formulas name, to find places. */
export function shapesOf(of: TracedLayer): Record<string, Shape> {
  const { forward, backward } = betweenOf(of);
  return {
    ...{ x: of.x.shape, y: of.y.shape, dx: of.x.shape, dy: of.y.shape },
    ...Object.fromEntries([...of.parameters, ...of.buffers].map(({ key, value }) => [key, value.shape])),
    ...Object.fromEntries([...forward, ...backward].map(({ name, array }) => [name, array.shape])),
  };
}

export function entryData(formula: EntryFormula, shapes: Readonly<Record<string, Shape>>): EntryData {
  const lines = formula.map((line): LineData => {
    const short = { ...line, expression: shortenSums(line.expression) };
    return {
      name: formulaName(short),
      names: formulaPieces(short, "names"),
      numbers: formulaPieces(short, "numbers"),
      ...{ value: line.value, assigns: line.assigns ?? false },
      isSingle: line.expression.kind === "entry" || line.expression.kind === "number",
    };
  });
  const places = new Map<string, Set<number>>();
  for (const { expression } of formula) {
    for (const { array, index } of sourcesOf(expression)) {
      if (!Object.hasOwn(shapes, array)) continue;
      const known = places.get(array) ?? new Set();
      places.set(array, known.add(placeOfIndex(index, shapes[array])));
    }
  }
  return { lines, sources: [...places].map(([array, found]) => ({ array, places: [...found] })) };
}

/** One layer per line, which is easy to edit. */
export function layersText(layers: readonly LayerDescription[]): string {
  return `[\n${layers.map((layer) => `  ${JSON.stringify(layer)}`).join(",\n")}\n]`;
}
