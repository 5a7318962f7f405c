// The first network in ten lines: three layers, a loss, an optimizer, a hundred steps.
import { CrossEntropyLoss, Gelu, Linear, RandomState, Sequential, Sgd, tensor } from "handgrad";

const random = new RandomState(1);
const network = new Sequential([
  new Linear(2, 16, { random, initScale: 1 }),
  new Gelu(),
  new Linear(16, 2, { random }),
]);
const optimizer = new Sgd(network, { learningRate: 0.5 });
const loss = new CrossEntropyLoss();

const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const labels = [0, 1, 1, 0]; // exclusive or

for (let step = 0; step < 100; step++) {
  const value = loss.forward(network.forward(x, { mode: "train", random }), labels);
  network.backward(loss.backward());
  optimizer.step();
  if (step % 20 === 0) console.log(`step ${step}: loss ${value.toFixed(3)}`);
}
console.log(network.forward(x).toArray());
