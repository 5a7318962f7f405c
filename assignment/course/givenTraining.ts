import { NdArray, type Parameter, type Random, zeros } from "./project/array.ts";

/** One call of the student's training loop, in the order of the calls. */
export type TrainingCall =
  /** `rows`: which examples of training, and behind them of validation, x contains; −1 for a row that is no example */
  | {
      readonly call: "forward";
      readonly training: boolean | null;
      readonly rows: readonly number[];
      readonly hasShape: boolean;
    }
  /** `forward`: the place of the call whose result came as logits, or −1 */
  | { readonly call: "loss"; readonly forward: number; readonly labels: readonly number[] }
  | { readonly call: "lossBackward" }
  | { readonly call: "backward"; readonly isOfLoss: boolean }
  /** `parameters`: which parameters of the network, by their places; `isCurrent`: whether they have the last gradients */
  | { readonly call: "regularize"; readonly parameters: readonly number[]; readonly isCurrent: boolean }
  | {
      readonly call: "step";
      readonly parameters: readonly number[];
      readonly isCurrent: boolean;
      readonly learningRate: number | null;
    }
  | { readonly call: "onStep"; readonly step: number; readonly loss: number };

interface Examples {
  readonly x: NdArray;
  readonly labels: number[];
}

/** The results of the parts of a training, step by step. */
export interface TrainingScript {
  readonly train: Examples;
  readonly validation: Examples;
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly names: readonly string[];
  readonly values: readonly NdArray[];
  /** (steps, numbers of all parameters) */
  readonly gradients: NdArray;
  readonly losses: readonly number[];
  readonly classes: number;
  /** (steps + 1, examples): the class that the network predicts after each number of steps */
  readonly answers: NdArray;
  /** the optional parts */
  readonly learningRateDecay?: number;
  readonly decayEvery?: number;
  readonly penalties?: readonly number[];
}

/** What regularize adds to each gradient. */
export const penaltyGradient = 0.3;

/**
 * The options of a training whose parts record how they are called. Losses, gradients and predictions follow a script that does not depend on
 * the batches, so that the results are known for every order of the examples.
 */
export class GivenTraining {
  readonly train: Examples;
  readonly validation: Examples;
  readonly batchSize: number;
  readonly epochs: number;
  readonly random: Random;
  readonly network: object;
  readonly loss: object;
  readonly optimizer: { learningRate: number };
  readonly #script: TrainingScript;
  readonly #calls: TrainingCall[] = [];
  readonly #logits = new Map<string, number>();
  readonly #places: ReadonlyMap<string, number>;
  #gradients: readonly NdArray[];
  readonly #dataBefore: string;
  #steps = 0;
  #dy = "";

  constructor(script: TrainingScript, random: Random) {
    this.#script = script;
    this.#places = new Map([...rowKeys(script.train.x), ...rowKeys(script.validation.x)].map((key, at) => [key, at]));
    this.#gradients = script.values.map(({ shape }) => zeros(...shape));
    this.train = script.train;
    this.validation = script.validation;
    this.#dataBefore = this.#data();
    this.batchSize = script.batchSize;
    this.epochs = script.epochs;
    this.random = random;
    this.network = {
      forward: (x: NdArray, training?: boolean) => this.#forward(x, training),
      backward: (dy: NdArray) => this.#backward(dy),
      parameters: () => this.#parameters(),
    };
    this.loss = {
      forward: (logits: NdArray, labels: Iterable<number>) => this.#lossForward(logits, labels),
      backward: () => this.#lossBackward(),
    };
    const step = (parameters: readonly Parameter[]) => this.#step(parameters);
    this.optimizer = { learningRate: script.learningRate, step } as { learningRate: number };
    const { learningRateDecay, decayEvery, penalties } = script;
    if (learningRateDecay !== undefined) Object.assign(this, { learningRateDecay });
    if (decayEvery !== undefined) Object.assign(this, { decayEvery });
    if (penalties !== undefined) {
      const onStep = (step: number, loss: number) => this.#calls.push({ call: "onStep", step, loss });
      Object.assign(this, { regularize: (parameters: readonly Parameter[]) => this.#regularize(parameters), onStep });
    }
  }

  /** All calls so far, each as JSON. */
  calls(): string[] {
    return this.#calls.map((call) => JSON.stringify(call));
  }

  /** Whether the examples have changed. */
  dataIsChanged(): boolean {
    return this.#data() !== this.#dataBefore;
  }

  #data(): string {
    return [this.train, this.validation].map(({ x, labels }) => `${x.data.join()} ${labels.join()}`).join(" ");
  }

  /** Changes all parameters, as later steps would. */
  disturb(): void {
    for (const { data } of this.#script.values) data.fill(1000);
  }

  #forward(x: NdArray, training?: boolean): NdArray {
    if (!x?.shape || !x.data) throw new TypeError("network.forward: expected an array as the first argument");
    const rows = rowKeys(x).map((key) => this.#places.get(key) ?? -1);
    const hasShape = x.shape.slice(1).join() === this.train.x.shape.slice(1).join();
    const { classes, answers } = this.#script;
    const examples = answers.shape[1];
    const logits = zeros(rows.length, classes);
    rows.forEach((place, row) => {
      const answer = this.#answer(place + this.#steps * examples) + (training ? 1 : 0);
      for (let c = 0; c < classes; c++)
        logits.data[row * classes + c] = -1 - 0.5 * ((c - answer + 2 * classes) % classes);
    });
    if (training) for (let i = 0; i < logits.size; i++) logits.data[i] -= 1e-4 * this.#calls.length;
    this.#logits.set(logits.data.join(), this.#calls.length);
    this.#calls.push({ call: "forward", training: training ?? null, rows, hasShape });
    return logits;
  }

  #answer(place: number): number {
    return this.#script.answers.data[place % this.#script.answers.size] ?? 0;
  }

  #lossForward(logits: NdArray, labels: Iterable<number>): number {
    const forward = this.#logits.get(logits?.data?.join()) ?? -1;
    this.#calls.push({ call: "loss", forward, labels: Array.from(labels ?? []) });
    return this.#ofStep(this.#script.losses);
  }

  #lossBackward(): NdArray {
    this.#calls.push({ call: "lossBackward" });
    const { batchSize, classes } = this.#script;
    const dy = zeros(batchSize, classes);
    for (let i = 0; i < dy.size; i++) dy.data[i] = Math.sin(i + this.#calls.length);
    this.#dy = dy.data.join();
    return dy;
  }

  #backward(dy: NdArray): NdArray {
    this.#calls.push({ call: "backward", isOfLoss: this.#dy !== "" && dy?.data?.join() === this.#dy });
    const { gradients } = this.#script;
    let at = (this.#steps % gradients.shape[0]) * gradients.shape[1];
    // new arrays, as layers may make them: lists of parameters from before are out of date
    this.#gradients = this.#script.values.map(({ shape, size }) => {
      at += size;
      return new NdArray(shape, gradients.data.slice(at - size, at));
    });
    return zeros(...this.train.x.shape);
  }

  #parameters(): Parameter[] {
    const { names, values } = this.#script;
    return values.map((value, at) => ({ name: names[at], value, gradient: this.#gradients[at] }));
  }

  #regularize(parameters: readonly Parameter[]): number {
    this.#calls.push({ call: "regularize", ...this.#given("regularize", parameters) });
    for (const { gradient } of parameters) for (let i = 0; i < gradient.size; i++) gradient.data[i] += penaltyGradient;
    return this.#ofStep(this.#script.penalties ?? [0]);
  }

  #step(parameters: readonly Parameter[]): void {
    const { learningRate } = this.optimizer;
    this.#calls.push({ call: "step", ...this.#given("optimizer.step", parameters), learningRate });
    for (const { value, gradient } of parameters)
      for (let i = 0; i < value.size; i++) value.data[i] -= learningRate * gradient.data[i];
    this.#steps++;
  }

  #given(call: string, parameters: readonly Parameter[]): { parameters: number[]; isCurrent: boolean } {
    if (!Array.isArray(parameters)) throw new TypeError(`${call}: expected the list that network.parameters() returns`);
    return {
      parameters: parameters.map((parameter) => this.#script.values.indexOf(parameter?.value)),
      isCurrent: parameters.every((parameter) => this.#gradients.includes(parameter?.gradient)),
    };
  }

  #ofStep(list: readonly number[]): number {
    return list[this.#steps % list.length];
  }
}

/** The numbers of each row as text: equal for equal rows. */
function rowKeys({ shape, data }: NdArray): string[] {
  const length = shape.slice(1).reduce((product, one) => product * one, 1);
  return Array.from({ length: shape[0] }, (_, row) => data.slice(row * length, (row + 1) * length).join());
}
