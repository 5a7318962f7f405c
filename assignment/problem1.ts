import { type Dataset, firstRows, type Normalization } from "../src/data/dataset.ts";
import { networkOf } from "../src/experiments/build.ts";
import { type Model, restoreNetwork } from "../src/experiments/model.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { Gelu } from "../src/layers/activation.ts";
import { Tensor } from "../src/tensor/tensor.ts";
import type { EpochEvent, StepEvent } from "../src/training/fit.ts";
import type { TrainerState } from "../src/training/trainerState.ts";
import { assignmentChecks } from "./assignmentChecks.ts";
import type { AssignmentData } from "./assignmentData.ts";
import { comparisonRuns, type Problem1Plan, runTitles } from "./problem1Plan.ts";
import { evaluateClassifier, weightImages } from "./problem1Tinynet.ts";
import { type LabRun, magnitudeThresholds, trainLabRun } from "./problem1Training.ts";
import type { ReferenceRun } from "./reference.ts";

export interface LabData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly normalization: Normalization;
  readonly standIn: boolean;
  test(): Promise<Dataset>;
}

/** The context of the steps; models are stored by the name of their run. */
export interface LabContext {
  readonly plan: Problem1Plan;
  readonly checks: AssignmentData;
  readonly reference: Readonly<Record<string, ReferenceRun>>;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  data(): Promise<LabData>;
  /** keeps some of the images for the notebooks */
  saveImages(data: LabData): Promise<void>;
  saveModel(name: string, model: Model, epoch?: "best" | "last"): Promise<void>;
  loadModel(name: string): Model;
  /** the state of a training when the lab was stopped */
  loadState(name: string): TrainerState | undefined;
  saveState(name: string, state: TrainerState): Promise<void>;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (event: EpochEvent) => void;
}

/** A step of the lab. Its result is stored, so that a stopped lab continues after it. */
export interface LabStep {
  readonly name: string;
  readonly title: string;
  /** the approximate duration, in units of an image's pass through the large network */
  readonly cost: number;
  /** its result as JSON, and one line that summarizes it */
  run(context: LabContext): Promise<{ readonly result: unknown; readonly outcome: string }>;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The steps of the assignment, in order. */
export function problem1Steps(plan: Problem1Plan): LabStep[] {
  const { tinynet, comparison } = plan;
  // forward and backward is about 3 passes, evaluation 1
  const cost = ({ epochs, trainImages, validationImages }: Problem1Plan["tinynet"]) =>
    epochs * (4 * trainImages + validationImages);
  return [
    { name: "checks", title: "forward passes, gradients and updates", cost: 4000, run: checksStep },
    { name: "data", title: "images, mean and deviation", cost: 4000, run: dataStep },
    { name: "tinynet", title: runTitles.tinynet, cost: cost(tinynet), run: tinynetStep },
    ...comparisonRuns.map((name): LabStep => {
      return { name, title: runTitles[name], cost: cost(comparison), run: (context) => comparisonStep(name, context) };
    }),
    { name: "decay", title: "L2 compared with weight decay, parameter by parameter", cost: 500, run: decayStep },
  ];
}

async function checksStep({ checks }: LabContext) {
  const results = assignmentChecks(checks);
  const passed = results.filter((check) => check.passed).length;
  return {
    result: { checks: results, gelu: geluCurve() },
    outcome: `${passed} of ${results.length} checks passed`,
  };
}

/** The function and its derivative as our layer computes them, for a figure. */
function geluCurve() {
  const x = new Tensor(
    [161],
    Float64Array.from({ length: 161 }, (_, i) => -4 + i / 20),
  );
  const gelu = new Gelu();
  const y = gelu.forward(x, { mode: "train", random: undefined as never });
  const ones = new Tensor([161], new Float64Array(161).fill(1));
  return { x: [...x.data], value: [...y.data], derivative: [...gelu.backward(ones).data] };
}

async function dataStep(context: LabContext) {
  const data = await context.data();
  await context.saveImages(data);
  const { train, validation, normalization, standIn, test } = data;
  const { labelNames, inputShape } = train;
  const images = {
    train: train.labels.length,
    validation: validation.labels.length,
    test: (await test()).labels.length,
  };
  const { mean, deviation } = context.reference.tinynet
    ? settingsNormalization(context.reference.tinynet)
    : normalization;
  return {
    result: {
      standIn,
      labelNames,
      inputShape,
      images,
      measured: normalization,
      used: standIn ? normalization : { mean, deviation },
    },
    outcome: `${images.train.toLocaleString("en")} images to train, ${images.validation.toLocaleString("en")} to validate, ${images.test.toLocaleString("en")} to test${standIn ? " (STAND-IN)" : ""}`,
  };
}

function settingsNormalization({ config }: ReferenceRun): Normalization {
  return { mean: config.normalization.mean, deviation: config.normalization.std };
}

async function train(
  name: string,
  context: LabContext,
): Promise<{ run: LabRun; model: Model; last: Model; data: LabData }> {
  const { plan, reference, kernels, signal, onStep, onEpoch } = context;
  const { epochs, trainImages, validationImages } = name === "tinynet" ? plan.tinynet : plan.comparison;
  const data = await context.data();
  const { run, best, network } = await trainLabRun(reference[name], {
    train: firstRows(data.train, trainImages),
    validation: firstRows(data.validation, validationImages),
    normalization: data.standIn ? data.normalization : undefined,
    resume: context.loadState(name),
    saveState: (state) => context.saveState(name, state),
    ...{ epochs, kernels, signal, onStep, onEpoch },
  });
  const model: Model = {
    network: networkOf(run.config, data.train.inputShape),
    answers: "classes",
    normalization: run.config.normalization ?? data.normalization,
    labelNames: data.train.labelNames,
    standIn: data.standIn,
    training: { settings: run.config },
    parameters: best,
  };
  const last = { ...model, parameters: network.save() };
  await context.saveModel(name, model);
  await context.saveModel(name, last, "last");
  return { run, model, last, data };
}

/** Trains, saves, loads the saved parameters into a new network, and evaluates it. */
async function tinynetStep(context: LabContext) {
  const { run, model, last, data } = await train("tinynet", context);
  const loaded = context.loadModel("tinynet");
  const network = restoreNetwork(loaded, context.kernels);
  const options = { normalization: loaded.normalization, signal: context.signal };
  const { accuracy, loss } = await evaluateClassifier(network, data.validation, { ...options, wrongImages: 0 });
  const testData = await data.test();
  const test = await evaluateClassifier(network, testData, options);
  const lastNetwork = restoreNetwork(last, context.kernels);
  const ofLast = async (part: Dataset) => {
    const scores = await evaluateClassifier(lastNetwork, part, { ...options, wrongImages: 0 });
    return { accuracy: scores.accuracy, loss: scores.loss };
  };
  const weights = weightImages(loaded.parameters.fc1_w, model.network.inputShape, 64);
  return {
    result: {
      run,
      parametersEqual: Object.keys(model.parameters).every((name) => sameNumbers(name, model, loaded)),
      loaded: Object.entries(loaded.parameters).map(([name, { shape }]) => ({ name, shape: [...shape] })),
      validation: { accuracy, loss },
      last: { validation: await ofLast(data.validation), test: await ofLast(testData) },
      test: { ...test, wrong: test.wrong.map(({ rgb, ...rest }) => ({ ...rest, rgb: base64(rgb) })) },
      weights: { ...weights, rgb: weights.rgb.map(base64) },
    },
    outcome: `validation ${percent(accuracy)}, test ${percent(test.accuracy)}`,
  };
}

function sameNumbers(name: string, a: Model, b: Model): boolean {
  const [first, second] = [a.parameters[name].data, b.parameters[name]?.data];
  return (
    second !== undefined && first.length === second.length && first.every((value, i) => Object.is(value, second[i]))
  );
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function comparisonStep(name: string, context: LabContext) {
  const { run } = await train(name, context);
  const last = run.valAccuracy.length - 1;
  const best = `validation ${percent(run.valAccuracy[run.bestEpoch])} (epoch ${run.bestEpoch + 1})`;
  const { reference: of } = run;
  const rows = of && of.rows > 0 ? `; ${of.equalRows} of ${of.rows} rows equal to the reference` : "";
  return { result: { run }, outcome: `${best}, training ${percent(run.trainAccuracy[last])}${rows}` };
}

/** The difference in parameters between the run with the derived λ and the run with weight decay, which is only rounding. */
async function decayStep({ loadModel }: LabContext) {
  const [decay, l2] = [loadModel("sgdw").parameters, loadModel("l2").parameters];
  let [largest, size] = [0, 0];
  for (const [name, { data }] of Object.entries(decay)) {
    data.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - l2[name].data[i]));
      size = Math.max(size, Math.abs(value));
    });
  }
  return {
    result: { largestParameterDifference: largest, largestParameter: size, magnitudeThresholds },
    outcome: `parameters of both differ by ${largest.toExponential(1)} at most`,
  };
}
