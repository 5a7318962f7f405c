import {
  allLayers,
  HandgradError,
  type LossName,
  layerKinds,
  losses,
  makeOptimizer,
  type OptimizerSettings,
  RandomState,
  Tensor,
  type TracedLayer,
  type TracedStep,
  traceStep,
  traceUpdate,
  type UpdateTrace,
} from "handgrad";
import { layerEntry, lossEntry, updateEntry } from "handgrad/report";
import { batchOf, openNetwork } from "./openNetwork.ts";
import type { EntryData, EntryRequest, ModelFile, StepData } from "./protocol.ts";
import type { StepRequest } from "./state.ts";
import {
  arrayData,
  entryData,
  formulasOfLoss,
  layerData,
  layersText,
  shapesOf,
  targetData,
  updateData,
} from "./stepData.ts";

/** One training step with all details that the page can request. */
export class StepSession {
  readonly data: StepData;
  private readonly trace: TracedStep;
  private readonly update: UpdateTrace | undefined;
  private readonly layers: readonly TracedLayer[];

  /** Throws HandgradError, with a message for the user, for layers or a model that do not fit. */
  constructor(request: StepRequest, model?: ModelFile) {
    const { network, note, description, drawRow } = openNetwork(request, model);
    const batch = batchOf(network, request, description.inputShape, drawRow);
    const loss = lossOf(request.loss);
    const optimizer = makeOptimizer(optimizerSettings(request), network);
    // kernels take no empty arrays, and without parameters there is nothing to change
    const isTrained = network.values.length > 0;
    const random = new RandomState(request.seed);
    for (let step = 0; step < request.trained; step++) {
      const outputs = network.forward(batch.x, { mode: "train", random });
      loss.forward(outputs, batch.targets as never);
      network.backwardParameters(loss.backward());
      if (isTrained) optimizer.step();
    }
    const step = { x: batch.x, loss: loss as never, targets: batch.targets as never };
    this.trace = traceStep(network, step, { seed: request.seed });
    this.layers = allLayers(this.trace.layers);
    const before = network.values.slice();
    this.update = isTrained ? traceUpdate(optimizer) : undefined;
    // checks of gradients belong to the values before the update
    network.values.set(before);
    this.data = {
      layers: this.layers.map((layer) => layerData(layer, network)),
      ...{ loss: this.trace.loss, lossKind: this.trace.lossKind },
      lossFormulas: formulasOfLoss(this.trace.lossKind as LossName),
      outputs: arrayData(this.trace.outputs),
      dOutputs: arrayData(this.trace.dOutputs),
      targets: targetData(batch.targets),
      update: updateData(optimizer, this.update),
      layersJson: layersText(description.layers),
      ...{ kinds: Object.keys(layerKinds), losses: Object.keys(losses) },
      note,
    };
  }

  /** The formula of an entry with its numbers, its sources, and its gradient check. */
  entry({ layer, array, place }: EntryRequest): EntryData {
    if (layer === -2) return entryData(this.update ? updateEntry(this.update, place) : [], {});
    if (layer === -1) return this.lossEntry(array, place);
    const of = this.layers[layer];
    const isResult = array === "y" || array === "dx" || of.parameters.some(({ key }) => array === `d${key}`);
    const lines = isResult ? layerEntry(of, array, place) : [];
    // ∂J/∂ of the entry, or of the entry that it is the gradient of
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

/** Settings of the optimizers that the view offers: two of them are the same kind with other options. */
function optimizerSettings({ optimizer, learningRate }: StepRequest): OptimizerSettings {
  if (optimizer === "momentum") return { kind: "sgd", learningRate, momentum: 0.9 };
  if (optimizer === "adamW") return { kind: "adam", learningRate, scaledWeightDecay: 0.01 };
  return { kind: optimizer, learningRate } as OptimizerSettings;
}
