import { exampleNetwork, exampleNetworks } from "./networks.ts";

/** The input of the worker for a step: the same request gives the same numbers. */
export interface StepRequest {
  /** the id of an example, or "model" for the user's file */
  readonly network: string;
  /** layers as JSON, if the user changed those of the example */
  readonly layers?: string | undefined;
  readonly seed: number;
  readonly batch: number;
  readonly loss: string;
  readonly optimizer: string;
  readonly learningRate: number;
  /** steps of training on the batch before the one that is shown */
  readonly trained: number;
}

/** The state of the view that a link reproduces. */
export interface StepsState extends StepRequest {
  /** the position: "f2" forward through layer 2, "loss", "gradient" of the loss, "b2" backward, "update" */
  readonly at: string;
  /** the selected entry: "dw:5" */
  readonly entry?: string | undefined;
  /** for the network "model": the stored run that it is from */
  readonly run?: string | undefined;
}

/** The learning rate that each optimizer starts with here: large enough to make a step visible. */
export const learningRates: Readonly<Record<string, number>> = {
  ...{
    sgd: 0.1,
    momentum: 0.1,
    adam: 0.05,
    adamW: 0.05,
    nadam: 0.05,
    rmsprop: 0.02,
    adagrad: 0.1,
    lion: 0.02,
    muon: 0.05,
  },
};

export const initialState: StepsState = {
  ...{ network: exampleNetworks[0].id, seed: 1, batch: exampleNetworks[0].rows, loss: exampleNetworks[0].loss },
  ...{ optimizer: "sgd", learningRate: learningRates.sgd, trained: 0, at: "f0" },
};

/** The state of another example: its own rows and loss, from the beginning. */
export function stateOfNetwork(state: StepsState, id: string): StepsState {
  if (id === "model") return { ...state, network: id, layers: undefined, at: "f0", entry: undefined };
  const example = exampleNetwork(id) ?? exampleNetworks[0];
  const { id: network, rows: batch, loss } = example;
  return { ...state, network, batch, loss, layers: undefined, at: "f0", entry: undefined, run: undefined };
}

const whole = (text: string | undefined, least: number, most: number, otherwise: number): number => {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value >= least && value <= most ? value : otherwise;
};

export const mostRows = 16;
export const mostSteps = 1000;
/** One less than random numbers allow, because the inputs are drawn with the next seed. */
export const mostSeed = 2 ** 32 - 2;

/** The allowed values of the parts of an address, in words. */
const expected: Readonly<Record<string, string>> = {
  network: `one of ${exampleNetworks.map(({ id }) => id).join(", ")}`,
  seed: `a whole number from 0 to ${mostSeed}`,
  batch: `a whole number of rows from 1 to ${mostRows}`,
  optimizer: `one of ${Object.keys(learningRates).join(", ")}`,
  rate: "a number above 0",
  trained: `a whole number of steps from 0 to ${mostSteps}`,
  at: "f0, f1, … forward, loss, gradient, b0, b1, … backward, or update",
  entry: "an array and a place, such as y:5",
};

/** A line for each part of an address that `parseState` cannot read. */
export function stateProblems(values: Readonly<Record<string, string>>): readonly string[] {
  const state = parseState(values);
  const { learningRate: rate, ...others } = state;
  const read: Readonly<Record<string, unknown>> = { ...others, rate };
  const isRead = (name: string, text: string) =>
    typeof read[name] === "number" ? Number(text) === read[name] : text === read[name];
  return Object.entries(expected).flatMap(([name, words]) => {
    const text = Object.hasOwn(values, name) ? values[name] : "";
    return text === "" || isRead(name, text) ? [] : [`${name}: expected ${words}, found ${shown(text)}`];
  });
}

/** A text from a link in a message: quoted and short. */
export const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The state of an address; missing and invalid parts have their initial value. */
export function parseState(values: Readonly<Record<string, string>>): StepsState {
  const base = stateOfNetwork(initialState, values.network ?? initialState.network);
  const optimizer = Object.hasOwn(learningRates, values.optimizer ?? "") ? values.optimizer : base.optimizer;
  const rate = Number(values.rate);
  return {
    network: base.network,
    layers: values.layers || undefined,
    seed: whole(values.seed, 0, mostSeed, base.seed),
    batch: whole(values.batch, 1, mostRows, base.batch),
    loss: values.loss || base.loss,
    optimizer,
    learningRate:
      values.rate !== undefined && rate > 0 && rate < Number.POSITIVE_INFINITY ? rate : learningRates[optimizer],
    trained: whole(values.trained, 0, mostSteps, 0),
    at: /^(?:[fb]\d+|loss|gradient|update)$/.test(values.at ?? "") ? values.at : "f0",
    entry: /^[^:]{1,80}:\d+$/.test(values.entry ?? "") ? values.entry : undefined,
    run: base.network === "model" ? values.run || undefined : undefined,
  };
}

/** The inverse: only the parts that differ from the initial state. */
export function stateValues(state: StepsState): Record<string, string | undefined> {
  const base = stateOfNetwork(initialState, state.network);
  const unless = (value: string | number, usual: string | number) => (value === usual ? undefined : String(value));
  return {
    network: unless(state.network, initialState.network),
    layers: state.layers,
    seed: unless(state.seed, base.seed),
    batch: unless(state.batch, base.batch),
    loss: unless(state.loss, base.loss),
    optimizer: unless(state.optimizer, base.optimizer),
    rate: unless(state.learningRate, learningRates[state.optimizer]),
    trained: unless(state.trained, 0),
    at: unless(state.at, "f0"),
    entry: state.entry,
    run: state.run,
  };
}

/** The request alone, to tell whether the numbers have to be computed again. */
export function requestOf({
  network,
  layers,
  seed,
  batch,
  loss,
  optimizer,
  learningRate,
  trained,
}: StepsState): StepRequest {
  return { network, layers, seed, batch, loss, optimizer, learningRate, trained };
}

/** A place in the address as an array and a number: "dw:5" is ["dw", 5]. */
export function parseEntry(entry: string | undefined): readonly [array: string, place: number] | undefined {
  if (entry === undefined) return undefined;
  const at = entry.lastIndexOf(":");
  return [entry.slice(0, at), Number(entry.slice(at + 1))];
}
