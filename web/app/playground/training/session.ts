import {
  type AnyLoss,
  activations,
  argmax,
  Batches,
  BatchReader,
  type Dataset,
  evaluation,
  type Kernels,
  type Layer,
  type LossName,
  losses,
  prepareFit,
  type Sequential,
  Tensor,
  type TrainSettings,
  tensor,
  trainStep,
} from "handgrad";
import { datasetFor, inputsOf, pointsOf } from "../data/parts.ts";
import type { Point } from "../data/sets.ts";
import { settingsOf } from "../settings.ts";
import { outputNames, type PlaygroundState, taskOf } from "../state.ts";
import { Curve } from "./curve.ts";
import type { Weights } from "./protocol.ts";
import { gridPoints, type Surfaces, surfacesOf } from "./surfaces.ts";

/** Loss and score of a part of the points; in a regression the score is R². */
export interface Score {
  readonly loss: number;
  readonly score: number;
}

type Prepared = ReturnType<typeof prepareFit>;

/** The points of a part as one batch for the network. */
interface Part {
  readonly points: readonly Point[];
  readonly inputs: Tensor;
  readonly targets: Int32Array | Tensor;
}

/**
 * The training of one state: the steps that `fit` makes for the same settings, to the bit, one at a time. Throws DataError or
 * SettingsError, in words for the page, for points or settings that cannot be trained.
 */
export class Session {
  readonly state: PlaygroundState;
  readonly settings: TrainSettings;
  readonly network: Sequential;
  readonly curve = new Curve();
  steps = 0;
  private readonly prepared: Prepared;
  private readonly batches: Batches;
  private readonly reader: BatchReader;
  private readonly parts: { readonly train: Part; readonly validation: Part | undefined };
  private readonly grids = new Map<number, Tensor>();
  /** the layers whose outputs the drawing shows: activations, and the last one */
  private readonly shown: readonly Layer[];
  private lastLoss = 0;

  constructor(state: PlaygroundState, kernels?: Kernels) {
    this.state = state;
    const points = pointsOf(state);
    if (points.train.length < 2)
      throw new RangeError(
        `data: expected at least 2 points to train with, found ${points.train.length}; draw some, or choose a data set`,
      );
    const train = datasetFor(state, points.train, "training points");
    const validation = datasetFor(state, points.validation.length > 0 ? points.validation : points.train, "validation");
    this.settings = settingsOf(state, points.train.length);
    this.prepared = prepareFit(this.settings, { train, validation }, kernels);
    this.network = this.prepared.network;
    this.batches = new Batches(points.train.length, {
      batchSize: this.settings.batchSize,
      random: this.prepared.random,
    });
    this.reader = new BatchReader(train, { dtype: "float32" });
    this.parts = {
      train: partOf(train, points.train, inputsOf(points.train, state.inputs)),
      validation:
        points.validation.length > 0
          ? partOf(validation, points.validation, inputsOf(points.validation, state.inputs))
          : undefined,
    };
    this.shown = this.network.layers.filter(({ kind }, i, { length }) => kind in activations || i === length - 1);
    this.record();
  }

  get stepsPerEpoch(): number {
    return this.batches.perEpoch;
  }

  get epoch(): number {
    return Math.floor(this.steps / this.stepsPerEpoch);
  }

  get learningRate(): number {
    return this.prepared.optimizer.learningRate;
  }

  /** Whether the last loss was a finite number. */
  get isFinite(): boolean {
    return Number.isFinite(this.lastLoss);
  }

  /** Parameters and running statistics, for a file or the page. */
  save(): Weights {
    return Object.fromEntries(
      Object.entries(this.network.save()).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data) },
      ]),
    );
  }

  /** Throws ShapeError for the weights of another network. */
  load(weights: Weights): void {
    const tensors = Object.entries(weights).map(([name, { shape, data }]) => [name, new Tensor(shape, data)] as const);
    this.network.load(Object.fromEntries(tensors));
  }

  /** One step; its loss, before the step and without the penalty. */
  step(): number {
    const { network, loss, optimizer, regularizer, clip, schedule, dropoutRandom } = this.prepared;
    if (schedule && "learningRate" in schedule) optimizer.learningRate = schedule.learningRate(this.steps);
    const rows = this.batches.next();
    this.lastLoss = trainStep(
      { network, loss, optimizer, regularizer, clip },
      (workspace) => this.reader.read(rows, workspace),
      dropoutRandom as NonNullable<typeof dropoutRandom>,
    );
    this.steps++;
    if (this.steps % this.stepsPerEpoch === 0) this.endEpoch();
    return this.lastLoss;
  }

  /** Steps to the end of the current epoch. */
  finishEpoch(): void {
    do this.step();
    while (this.steps % this.stepsPerEpoch !== 0 && this.isFinite);
  }

  private endEpoch(): void {
    const { schedule } = this.prepared;
    if (schedule && "observe" in schedule) {
      // as in `fit`: a loss without smoothing, and the squared error for all losses of numbers
      const evaluator = losses[evaluationLoss(this.state.loss)].create({});
      schedule.observe?.(this.evaluate(this.parts.validation ?? this.parts.train, evaluator).loss);
    }
    if (this.curve.isDue(this.epoch)) this.record();
  }

  private record(): void {
    const train = this.training();
    const validation = this.validation();
    this.curve.add({
      epoch: this.epoch,
      trainLoss: train.loss,
      trainScore: train.score,
      validationLoss: validation?.loss ?? Number.NaN,
      validationScore: validation?.score ?? Number.NaN,
    });
  }

  training(): Score {
    return this.evaluate(this.parts.train);
  }

  /** undefined if all points train */
  validation(): Score | undefined {
    return this.parts.validation && this.evaluate(this.parts.validation);
  }

  private evaluate({ inputs, targets, points }: Part, loss: AnyLoss = this.prepared.loss): Score {
    const { network } = this;
    return network.workspace.step(() => {
      const outputs = network.forward(inputs, evaluation);
      loss.compute(outputs, targets as never, network.workspace);
      return { loss: loss.value(), score: this.scoreOf(outputs, points) };
    });
  }

  private scoreOf({ data, shape: [rows, width] }: Tensor, points: readonly Point[]): number {
    if (taskOf(this.state) === "numbers") return rSquared(data, points);
    let right = 0;
    for (let row = 0; row < rows; row++) if (argmax(data, row * width, width) === points[row][2]) right++;
    return right / rows;
  }

  /** The confusion matrix of a part: for each true class (row) the number of points with each prediction (column). Undefined for a regression. */
  confusion(): Int32Array<ArrayBuffer> | undefined {
    if (taskOf(this.state) === "numbers") return undefined;
    const { inputs, points } = this.parts.validation ?? this.parts.train;
    const classes = outputNames(this.state).length;
    const counts = new Int32Array(classes * classes);
    this.network.workspace.step(() => {
      const { data } = this.network.forward(inputs, evaluation);
      for (const [row, point] of points.entries()) counts[point[2] * classes + argmax(data, row * classes, classes)]++;
    });
    return counts;
  }

  /** The surfaces of all units on a grid of side × side cells. */
  surfaces(side: number): Surfaces {
    const { state } = this;
    const inputs = this.grids.get(side) ?? tensor(inputsOf(gridPoints(side), state.inputs));
    this.grids.set(side, inputs);
    const most = this.parts.train.points.reduce((most, point) => Math.max(most, Math.abs(point[2])), 1e-6);
    return surfacesOf(this.network, inputs, { side, shown: this.shown, loss: state.loss, task: taskOf(state), most });
  }
}

const rSquared = (outputs: ArrayLike<number>, points: readonly Point[]): number => {
  const mean = points.reduce((sum, point) => sum + point[2], 0) / points.length;
  const [error, spread] = points.reduce(
    ([error, spread], point, row) => [error + (outputs[row] - point[2]) ** 2, spread + (point[2] - mean) ** 2],
    [0, 0],
  );
  return 1 - error / spread;
};

const evaluationLoss = (loss: LossName): LossName =>
  loss === "crossEntropy" || loss === "binaryCrossEntropy" ? loss : "meanSquaredError";

function partOf(dataset: Dataset, points: readonly Point[], inputs: number[][]): Part {
  const { labels, targets } = dataset;
  const rows = (values: ArrayLike<number>, width: number): number[][] =>
    points.map((_, row) => Array.from({ length: width }, (_, j) => values[row * width + j]));
  return { points, inputs: tensor(inputs), targets: targets ? tensor(rows(targets.values, targets.width)) : labels };
}
