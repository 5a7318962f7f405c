import {
  Adam,
  initializers,
  l1,
  l2,
  makeSchedule,
  type Optimizer,
  RandomState,
  type Regularizer,
  type ScheduleSettings,
  Sgd,
  type Trainable,
  warmUp,
} from "../../src/index.ts";
import type { Figure, Point, Series } from "../../src/report/figures/figure.ts";
import { lines, workspace } from "./picture.ts";

function parameters(...values: readonly number[]): Trainable {
  return { values: Float64Array.from(values), gradients: new Float64Array(values.length), workspace };
}

interface Decay {
  readonly penalty?: Regularizer;
  readonly optimizer: (network: Trainable) => Optimizer;
  /** the learning rate of a step; by default that of the optimizer */
  readonly rate?: (step: number) => number;
}

/** A parameter that starts at 1 and has only the gradient of a penalty. */
function decayed({ penalty, optimizer, rate }: Decay): Point[] {
  const network = parameters(1);
  const update = optimizer(network);
  const points: Point[] = [[0, 1]];
  for (let step = 0; step < 100; step++) {
    network.gradients.fill(0);
    penalty?.addGradient(workspace.kernels, network.values, network.gradients);
    if (rate) update.learningRate = rate(step);
    update.step();
    points.push([step + 1, network.values[0]]);
  }
  return points;
}

/** L1, L2 and both kinds of weight decay, without a gradient from data. */
export function decay(): Figure {
  const halved = (step: number): number => (step < 30 ? 0.1 : 0.01);
  const sgd = (options: object) => (network: Trainable) => new Sgd(network, { learningRate: 0.1, ...options });
  const adam = (options: object) => (network: Trainable) => new Adam(network, { learningRate: 0.02, ...options });
  const x = { title: "step", from: 0, to: 100 };
  const y = { from: -0.1, to: 1 };
  return {
    kind: "lines",
    id: "decay",
    caption: "",
    description:
      "A parameter without a data gradient: L1 takes equal amounts, L2 and decay equal shares. When the learning rate falls, only weightDecay keeps its pace. Under Adam, L1 and L2 both begin with steps of the learning rate",
    panels: [
      {
        x,
        y: { ...y, title: "SGD, η = 0.1" },
        series: lines({
          "L1, λ = 0.2": decayed({ penalty: l1(0.2), optimizer: sgd({}) }),
          "L2, λ = 0.15": decayed({ penalty: l2(0.15), optimizer: sgd({}) }),
          "weightDecay 0.02": decayed({ optimizer: sgd({ weightDecay: 0.02 }) }),
          "scaledWeightDecay 0.4": decayed({ optimizer: sgd({ scaledWeightDecay: 0.4 }) }),
        }),
      },
      {
        x,
        y: { ...y, title: "SGD, η = 0.01 from step 30" },
        series: lines({
          "L1, λ = 0.2": decayed({ penalty: l1(0.2), optimizer: sgd({}), rate: halved }),
          "L2, λ = 0.15": decayed({ penalty: l2(0.15), optimizer: sgd({}), rate: halved }),
          "weightDecay 0.02": decayed({ optimizer: sgd({ weightDecay: 0.02 }), rate: halved }),
          "scaledWeightDecay 0.4": decayed({ optimizer: sgd({ scaledWeightDecay: 0.4 }), rate: halved }),
        }),
      },
      {
        x,
        y: { ...y, title: "Adam, η = 0.02" },
        series: lines({
          "L1, λ = 0.2": decayed({ penalty: l1(0.2), optimizer: adam({}) }),
          "L2, λ = 0.15": decayed({ penalty: l2(0.15), optimizer: adam({}) }),
          "weightDecay 0.02": decayed({ optimizer: adam({ weightDecay: 0.02 }) }),
          "scaledWeightDecay 0.4": decayed({ optimizer: adam({ scaledWeightDecay: 0.4 }) }),
        }),
      },
    ],
  };
}

/** Each schedule over 30 epochs of 10 steps. */
export function schedules(): Figure {
  const context = { learningRate: 1, epochs: 30, stepsPerEpoch: 10 };
  const all: Readonly<Record<string, ScheduleSettings>> = {
    step: { kind: "step", factor: 0.5, every: 10 },
    exponential: { kind: "exponential", factor: 0.9 },
    cosine: { kind: "cosine" },
    "one-cycle": { kind: "oneCycle" },
  };
  const rates = (learningRate: (step: number) => number): Point[] =>
    Array.from({ length: 301 }, (_, step): Point => [step / 10, learningRate(Math.min(step, 299))]);
  const series = Object.fromEntries(
    Object.entries(all).map(([name, settings]) => {
      const schedule = makeSchedule(settings, context);
      return [name, rates((step) => schedule.learningRate(step))];
    }),
  );
  const warm = warmUp(makeSchedule({ kind: "cosine" }, context), 50);
  return {
    kind: "lines",
    id: "schedules",
    caption: "",
    description:
      "Learning rates over 30 epochs: steps, exponential decay, cosine, one cycle, and cosine with a warm-up",
    labels: "above",
    panels: [
      {
        x: { title: "epoch", from: 0, to: 30 },
        y: { title: "learning rate, as a share of η₀", from: 0, to: 1 },
        series: lines({ ...series, "cosine, warm-up": rates((step) => warm.learningRate(step)) }),
      },
    ],
  };
}

/** Paths of three optimizers in the valley J = (θ₁² + 20θ₂²)/2. */
export function optimizerPaths(): Figure {
  const steep = 20;
  const path = (make: (network: Trainable) => Optimizer): Point[] => {
    const network = parameters(-2, 1);
    const optimizer = make(network);
    const points: Point[] = [[-2, 1]];
    for (let step = 0; step < 60; step++) {
      network.gradients.set([network.values[0], steep * network.values[1]]);
      optimizer.step();
      points.push([network.values[0], network.values[1]]);
    }
    return points;
  };
  const paths: Readonly<Record<string, Point[]>> = {
    "SGD, η = 0.09": path((network) => new Sgd(network, { learningRate: 0.09 })),
    "momentum 0.8, η = 0.01": path((network) => new Sgd(network, { learningRate: 0.01, momentum: 0.8 })),
    "Adam, η = 0.15": path((network) => new Adam(network, { learningRate: 0.15 })),
  };
  const contour = (value: number): Series => ({
    name: `J = ${value}`,
    style: 0,
    draw: "reference",
    points: Array.from({ length: 97 }, (_, i): Point => {
      const angle = (Math.PI * i) / 48;
      return [Math.sqrt(2 * value) * Math.cos(angle), Math.sqrt((2 * value) / steep) * Math.sin(angle)];
    }),
  });
  return {
    kind: "lines",
    id: "optimizer-paths",
    caption: "",
    description:
      "Sixty steps of three optimizers in a valley that is 20 times steeper in one direction: SGD jumps from side to side, momentum swings through the valley, Adam goes straight at first",
    labels: "above",
    panels: [
      {
        x: { title: "θ₁", from: -2.2, to: 2.2 },
        y: { title: "θ₂; dashed lines: J = 0.2, 1, 2", from: -1, to: 1.1 },
        series: [0.2, 1, 2].map(contour).concat(lines(paths)),
      },
    ],
  };
}

/** The deviation of the activations of a deep network with ReLU, by initializer. */
export function initialization(): Figure {
  const [width, depth, batch] = [128, 20, 64];
  const deviations = (name: "he" | "lecun" | "scaled", initScale?: number): Point[] => {
    const random = new RandomState(1);
    let x = new Float64Array(batch * width);
    random.fillRandn(x);
    const points: Point[] = [[0, 1]];
    for (let layer = 1; layer <= depth; layer++) {
      const w = new Float64Array(width * width);
      initializers[name](w, { inputs: width, outputs: width, random, initScale });
      const z = new Float64Array(batch * width);
      workspace.kernels.matmul(z, x, w, batch, width, width);
      x = z.map((value) => Math.max(0, value));
      points.push([layer, Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / z.length)]);
    }
    return points;
  };
  return {
    kind: "lines",
    id: "initialization",
    caption: "",
    description:
      "The size of the signal in 20 layers with ReLU: he keeps it, lecun halves its square in each layer, fixed scales grow or vanish",
    panels: [
      {
        x: { title: "layer", scale: "whole" },
        y: { title: "root mean square of xW", scale: "log" },
        series: lines({
          "he: √(2/128) = 0.125": deviations("he"),
          "lecun: √(1/128) = 0.088": deviations("lecun"),
          "scaled, 0.05": deviations("scaled", 0.05),
          "scaled, 0.2": deviations("scaled", 0.2),
        }),
      },
    ],
  };
}
