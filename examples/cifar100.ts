// The assignment's TinyNet on CIFAR-100: load, train, evaluate the best parameters on the test images.
import {
  CrossEntropyLoss,
  evaluate,
  fit,
  loadCifar100,
  measureNormalization,
  openKernels,
  RandomState,
  Sgd,
  tinyNet,
} from "handgrad/node";

const { train, validation, test } = await loadCifar100({ data: process.argv[2] });
const normalization = measureNormalization(train);
const random = new RandomState(123);
const network = tinyNet({ random, kernels: openKernels() });

const { best } = await fit({
  network,
  loss: new CrossEntropyLoss(),
  optimizer: new Sgd(network, { learningRate: 0.1 }),
  ...{ train, validation, normalization, random, epochs: 5 },
  onEpoch: ({ epoch, valAccuracy }) => console.log(`epoch ${epoch + 1}: validation accuracy ${valAccuracy}`),
});

network.load(best?.parameters ?? {});
console.log("test accuracy", (await evaluate(network, test, { normalization })).accuracy);
network.workspace.kernels.close();
