import {
  allLayers,
  decodeModel,
  HandgradError,
  type LayerDescription,
  type LayerKindName,
  type LossName,
  layerKinds,
  losses,
  makeNetwork,
  makeOptimizer,
  type NetworkDescription,
  type OptimizerName,
  type OptimizerSettings,
  parseLayers,
  placeOfIndex,
  RandomState,
  type Sequential,
  type Shape,
  type StepTrace,
  scalarKernels,
  Tensor,
  type TracedLayer,
  traceStep,
  traceUpdate,
  type UpdateTrace,
} from "handgrad";
import {
  type EntryFormula,
  formulaName,
  formulaPieces,
  layerEntry,
  layerFormulas,
  lossEntry,
  lossFormulas,
  mathToMathml,
  optimizerFormulas,
  shortenSums,
  sourcesOf,
  updateEntry,
} from "handgrad/report";
import { exampleNetwork, exampleNetworks } from "./networks.ts";
import type {
  ArrayData,
  EntryData,
  EntryRequest,
  GeneralFormulas,
  LayerData,
  LineData,
  ModelFile,
  StepData,
} from "./protocol.ts";
import type { StepRequest } from "./state.ts";

/** Models with more numbers than this in an array are too large to be looked at entry by entry. */
const mostNumbers = 2_000_000;

interface Batch {
  readonly x: Tensor;
  readonly targets: Tensor | Int32Array;
  readonly note?: string;
}

/** One step of training with everything that can be asked about it. */
export class StepSession {
  readonly data: StepData;
  private readonly trace: StepTrace;
  private readonly update: UpdateTrace;
  private readonly layers: readonly TracedLayer[];

  /** Throws HandgradError, in words for the reader, for layers or a model that do not fit. */
  constructor(request: StepRequest, model?: ModelFile) {
    const { network, note, description, drawRow } = openNetwork(request, model);
    const batch = batchOf(network, request, description.inputShape, drawRow);
    const loss = lossOf(request.loss);
    const optimizer = makeOptimizer(optimizerSettings(request), network);
    const random = new RandomState(request.seed);
    for (let step = 0; step < request.trained; step++) {
      const outputs = network.forward(batch.x, { mode: "train", random });
      loss.forward(outputs, batch.targets as never);
      network.backwardParameters(loss.backward());
      optimizer.step();
    }
    const step = { x: batch.x, loss: loss as never, targets: batch.targets as never };
    this.trace = traceStep(network, step, { seed: request.seed });
    this.layers = allLayers(this.trace.layers);
    const before = network.values.slice();
    this.update = traceUpdate(optimizer);
    // checks of gradients belong to the values before the update
    network.values.set(before);
    this.data = {
      layers: this.layers.map((layer) => layerData(layer, network)),
      ...{ loss: this.trace.loss, lossKind: this.trace.lossKind },
      lossFormulas: formulasOfLoss(this.trace.lossKind as LossName),
      outputs: arrayData(this.trace.outputs),
      dOutputs: arrayData(this.trace.dOutputs),
      targets: targetData(batch.targets),
      update: updateData(this.update),
      layersJson: layersText(description.layers),
      ...{ kinds: Object.keys(layerKinds), losses: Object.keys(losses) },
      note: [note, batch.note].filter(Boolean).join(" ") || undefined,
    };
  }

  /** The formula of an entry with its numbers, what it is computed from, and its gradient check. */
  entry({ layer, array, place }: EntryRequest): EntryData {
    if (layer === -2) return entryData(updateEntry(this.update, place), {});
    if (layer === -1) return this.lossEntry(array, place);
    const of = this.layers[layer];
    const isResult = array === "y" || array === "dx" || of.parameters.some(({ key }) => array === `d${key}`);
    const lines = isResult ? layerEntry(of, array, place) : [];
    // ∂J/∂ of the entry, or of the entry whose gradient it is
    const checked =
      of.parameters.some(({ key }) => key === array) || array === "x" || array === "y" ? array : array.slice(1);
    const known = checked === "x" || checked === "y" || of.parameters.some(({ key }) => key === checked);
    const check = known ? this.trace.check(of, checked, place) : undefined;
    return { ...entryData(lines, shapesOf(of)), check };
  }

  private lossEntry(array: string, place: number): EntryData {
    const { outputs, dOutputs, targets, layers } = this.trace;
    const last = layers[layers.length - 1];
    const check = array === "t" || array === "J" ? undefined : this.trace.check(last, "y", place);
    const shapes = { x: outputs.shape, dx: dOutputs.shape, ...(targets instanceof Tensor && { t: targets.shape }) };
    const lines =
      array === "dx" ? lossEntry(this.trace, "dx", place) : lossEntry(this.trace, "J", array === "t" ? 0 : place);
    return { ...entryData(lines, shapes), check };
  }
}

function lossOf(name: string) {
  if (!Object.hasOwn(losses, name))
    throw new HandgradError(`loss: expected one of ${Object.keys(losses).join(", ")}, found ${name}`);
  return losses[name as LossName].create({});
}

interface Opened {
  readonly network: Sequential;
  readonly description: NetworkDescription;
  readonly note?: string;
  readonly drawRow?: (n: number, random: RandomState) => readonly [x: readonly number[], label: number];
}

function openNetwork(request: StepRequest, model: ModelFile | undefined): Opened {
  if (request.network === "model") {
    if (model) return openModel(model);
    throw new HandgradError(
      "expected the file of your model, which an address cannot hold, found none; open it again, or choose another network",
    );
  }
  const { inputShape, layers: usual, row } = exampleNetwork(request.network) ?? exampleNetworks[0];
  const layers = request.layers === undefined ? usual : parseLayers(parsedJson(request.layers));
  const description: NetworkDescription = { inputShape, layers, dtype: "float64" };
  const limit = { parameters: 200_000, reason: "what this view can show" };
  const random = new RandomState(request.seed);
  return { network: makeNetwork(description, { random, kernels: scalarKernels, limit }), description, drawRow: row };
}

function openModel({ name, bytes }: ModelFile): Opened {
  const { network: stored, parameters } = decodeModel(bytes, { name });
  const description: NetworkDescription = { ...stored, dtype: "float64" };
  const largest = Math.max(...Object.values(parameters).map(({ size }) => size));
  if (largest > mostNumbers) {
    throw new HandgradError(
      `${name}: expected arrays of at most ${mostNumbers.toLocaleString("en")} numbers, found ${largest.toLocaleString("en")}; choose a smaller model`,
    );
  }
  const network = makeNetwork(description, { parameters, kernels: scalarKernels });
  return { network, description, note: `The model ${name}. Its inputs here are drawn, since a model holds no data.` };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HandgradError(`layers: expected JSON, found a mistake: ${(error as Error).message}`);
  }
}

/** A batch as the example makes it, or drawn for other inputs; targets as the loss wants them. */
function batchOf(network: Sequential, request: StepRequest, inputShape: Shape, drawRow: Opened["drawRow"]): Batch {
  const random = new RandomState(request.seed + 1);
  const x = Tensor.zeros([request.batch, ...inputShape], "float64");
  const each = x.size / request.batch;
  const labels = Array.from({ length: request.batch }, (_, n) => {
    const [numbers, label] = drawRow?.(n, random) ?? [drawnRow(network, each, random), n];
    x.data.set(numbers, n * each);
    return label;
  });
  const outputShape = network.outputShape(x.shape, "train");
  const classes = outputShape[outputShape.length - 1];
  if (request.loss === "crossEntropy") {
    const rows = outputShape.reduce((size, length) => size * length, 1) / classes;
    if (classes < 2 || outputShape.length < 2) {
      throw new HandgradError(
        `loss: expected at least 2 outputs for cross-entropy, one for each class, found ${classes}; choose the mean squared error, or a last layer with more outputs`,
      );
    }
    return { x, targets: Int32Array.from({ length: rows }, (_, n) => labels[n % labels.length] % classes) };
  }
  const targets = Tensor.zeros(outputShape, "float64");
  const width = targets.size / targets.shape[0];
  for (let i = 0; i < targets.size; i++) {
    const n = Math.floor(i / width) % request.batch;
    const sum = Array.from(x.data.subarray(n * each, (n + 1) * each)).reduce((total, value) => total + value, 0);
    targets.data[i] =
      request.loss === "binaryCrossEntropy" ? (labels[n] + i) % 2 : Math.round(50 * Math.tanh(sum + (i % width))) / 50;
  }
  return { x, targets };
}

function drawnRow(network: Sequential, size: number, random: RandomState): number[] {
  const first = network.layers[0];
  const { rows } = first.options() as { readonly rows?: number };
  if (first.discreteInput) return Array.from({ length: size }, () => random.randint(0, rows ?? 1));
  return Array.from({ length: size }, () => Math.round(random.randn() * 100) / 100);
}

/** Settings of the optimizers that the view offers: two of them are the same kind with other options. */
function optimizerSettings({ optimizer, learningRate }: StepRequest): OptimizerSettings {
  if (optimizer === "momentum") return { kind: "sgd", learningRate, momentum: 0.9 };
  if (optimizer === "adamW") return { kind: "adam", learningRate, scaledWeightDecay: 0.01 };
  return { kind: optimizer, learningRate } as OptimizerSettings;
}

const arrayData = ({ shape, data }: Tensor): ArrayData => ({ shape: [...shape], data: Float64Array.from(data) });

const targetData = (targets: Tensor | Int32Array): ArrayData =>
  targets instanceof Tensor ? arrayData(targets) : { shape: [targets.length], data: Float64Array.from(targets) };

const updateData = ({ optimizer, learningRate, gradients, before, after }: UpdateTrace) => ({
  ...{ kind: optimizer.kind, learningRate, gradients: Float64Array.from(gradients) },
  ...{ before: Float64Array.from(before.values), after: Float64Array.from(after.values) },
  formula: mathParts(optimizerFormulas[optimizer.kind as OptimizerName].latex),
});

/** A formula as MathML, a piece for each part, so that a narrow page can break the line between them. */
const mathParts = (latex: string): string[] => latex.split(/\\qquad/).map((part) => mathToMathml(part, true));

function formulasOf(kind: LayerKindName): GeneralFormulas {
  const { forward, backward } = layerFormulas[kind];
  return { forward: mathParts(forward.latex), backward: mathParts(backward.latex) };
}

function formulasOfLoss(kind: LossName): GeneralFormulas {
  const { loss, gradient } = lossFormulas[kind];
  return { forward: mathParts(loss.latex), backward: mathParts(gradient.latex) };
}

function layerData(of: TracedLayer, network: Sequential): LayerData {
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
function shapesOf(of: TracedLayer): Record<string, Shape> {
  const { forward, backward } = betweenOf(of);
  return {
    ...{ x: of.x.shape, y: of.y.shape, dx: of.x.shape, dy: of.y.shape },
    ...Object.fromEntries([...of.parameters, ...of.buffers].map(({ key, value }) => [key, value.shape])),
    ...Object.fromEntries([...forward, ...backward].map(({ name, array }) => [name, array.shape])),
  };
}

function entryData(formula: EntryFormula, shapes: Readonly<Record<string, Shape>>): EntryData {
  const lines = formula.map((line): LineData => {
    const short = { ...line, expression: shortenSums(line.expression) };
    return {
      name: formulaName(short),
      names: formulaPieces(short, "names"),
      numbers: formulaPieces(short, "numbers"),
      ...{ value: line.value, assigns: line.assigns ?? false },
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

/** One layer a line, which is how people edit them. */
export function layersText(layers: readonly LayerDescription[]): string {
  return `[\n${layers.map((layer) => `  ${JSON.stringify(layer)}`).join(",\n")}\n]`;
}
