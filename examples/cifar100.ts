// The assignment's TinyNet on CIFAR-100: load, train, evaluate the best parameters on the test images.
import { evaluate, fit, loadCifar100, measureNormalization, RandomState, tinyNet } from "handgrad/node";

const { train, validation, test } = await loadCifar100({ data: process.argv[2] });
const normalization = measureNormalization(train);
const random = new RandomState(123);
const network = tinyNet({ random });

const { best } = await fit({
  network,
  optimizer: { kind: "sgd", learningRate: 0.1 },
  ...{ train, validation, normalization, random, epochs: 5 },
  onEpoch: ({ epoch, valScore }) => console.log(`epoch ${epoch + 1}: validation accuracy ${valScore}`),
});

if (best) network.load(best.parameters);
console.log("test accuracy", (await evaluate(network, test, { normalization })).score);
