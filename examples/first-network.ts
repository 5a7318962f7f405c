// The first network: three layers, a loss, an optimizer, and a training step in three verbs.
import { Adam, CrossEntropyLoss, Gelu, Linear, RandomState, Sequential, softmax, tensor } from "handgrad";

const random = new RandomState(1);
const network = new Sequential([new Linear(2, 16, { random }), new Gelu(), new Linear(16, 2, { random })]);
console.log(network.summary([2]));

const optimizer = new Adam(network, { learningRate: 0.01 });
const loss = new CrossEntropyLoss();
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const labels = [0, 1, 1, 0]; // exclusive or

for (let step = 0; step <= 200; step++) {
  const value = loss.forward(network.forward(x, { mode: "train", random }), labels);
  network.backward(loss.backward());
  optimizer.step();
  if (step % 50 === 0) console.log(`step ${step}: loss ${value.toFixed(3)}`);
}
console.log("probabilities of both classes, row by row:", softmax(network.forward(x)).toArray());
