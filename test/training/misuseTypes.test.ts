import { expect, test } from "vitest";
import {
  Adam,
  datasetOf,
  type FitOptions,
  fit,
  Gelu,
  Linear,
  makeNetwork,
  makeOptimizer,
  parseSettings,
  RandomState,
  Sequential,
  Sgd,
  tensor,
} from "../../src/index.ts";

const random = new RandomState(1);
const network = new Sequential([new Linear(2, 3, { random })]);
const rows = [[1, 2]];
const data = datasetOf({ inputs: rows, labels: [0] });
const options: FitOptions = {
  ...{ network, optimizer: { kind: "sgd", learningRate: 0.1 }, random },
  ...{ train: data, validation: data, epochs: 1 },
};

/** Never called: what must not compile. A line that compiles is an error of `npm run typecheck`. */
function misuses(): unknown[] {
  return [
    // @ts-expect-error a list of parameters is no network
    new Adam(network.parameters, { learningRate: 0.1 }),
    // @ts-expect-error no learning rate
    new Adam(network, {}),
    // @ts-expect-error no options
    new Sgd(network),
    // @ts-expect-error misspelt
    new Adam(network, { learningRate: 0.1, beta: 0.9 }),
    // @ts-expect-error no learning rate in plain data
    makeOptimizer({ kind: "adam" }, network),
    // @ts-expect-error an option of another optimizer
    makeOptimizer({ kind: "adam", learningRate: 0.1, momentum: 0.9 }, network),
    // @ts-expect-error an unknown kind
    makeOptimizer({ kind: "adma", learningRate: 0.1 }, network),
    // @ts-expect-error layers one by one
    new Sequential(new Gelu(), new Gelu()),
    // @ts-expect-error a description is no layer
    new Sequential([{ kind: "linear", outputs: 3 }]),
    // @ts-expect-error an array is no tensor
    network.forward([[1, 2]]),
    // @ts-expect-error a pass is an object
    network.forward(tensor([[1, 2]]), "train"),
    // @ts-expect-error training needs a random stream
    network.forward(tensor([[1, 2]]), { mode: "train" }),
    // @ts-expect-error weights need a random stream
    new Linear(2, 3),
    // @ts-expect-error weights need a random stream
    new Linear(2, 3, { name: "fc1" }),
    // @ts-expect-error zeros are not drawn
    new Linear(2, 3, { initializer: "zeros", initScale: 0.1 }),
    // @ts-expect-error arrays are no data set
    fit({ inputs: [[1, 2]], labels: [0] }),
    // @ts-expect-error no learning rate
    fit({ ...options, optimizer: { kind: "adam" } }),
    // @ts-expect-error misspelt
    fit({ ...options, lerningRate: 0.1 }),
    // @ts-expect-error an unknown loss
    fit({ ...options, loss: "crossEntrophy" }),
    // @ts-expect-error an option of another schedule
    fit({ ...options, schedule: { kind: "cosine", factor: 0.1 } }),
    // @ts-expect-error misspelt
    parseSettings({ lerningRate: 0.1 }),
    // @ts-expect-error an unknown kind
    parseSettings({ optimizer: "adma" }),
    // @ts-expect-error a layer without its size
    makeNetwork({ inputShape: [2], layers: [{ kind: "linear" }] }, { random }),
    // @ts-expect-error an option of another layer
    makeNetwork({ inputShape: [2], layers: [{ kind: "relu", outputs: 3 }] }, { random }),
    // @ts-expect-error numbers are no class labels
    datasetOf({ inputs: rows, targets: [1], kind: "classes" }),
  ];
}

test("what does not compile is checked by the compiler: nothing runs here", () => {
  expect(misuses).toBeTypeOf("function");
});
