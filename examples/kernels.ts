// Which kernels compute, and with how many threads: the time changes, the bits of one kind of kernels do not.
import {
  fastest,
  fit,
  measureNormalization,
  nativeStatus,
  openKernels,
  parseSettings,
  prepareFit,
  RandomState,
  syntheticSplits,
} from "handgrad/node";

console.log(`fastest here: ${fastest()}; native: ${nativeStatus().available ? "yes" : "no"}`);

const sizes = { train: 400, validation: 100, test: 100 };
const splits = syntheticSplits({ random: new RandomState(1), sizes });
const data = { ...splits, normalization: measureNormalization(splits.train) };
const settings = parseSettings({ layers: [3072, 32, 20], epochs: 1, batchSize: 50 });

const losses: number[][] = [];
for (const threads of [1, 2]) {
  const kernels = openKernels({ kernels: fastest(), threads });
  const started = performance.now();
  const { history } = await fit(prepareFit(settings, data, kernels));
  const milliseconds = (performance.now() - started).toFixed(0);
  console.log(`${kernels.name}, threads ${kernels.threads}: ${milliseconds} ms`);
  losses.push(history.loss);
  kernels.close(); // ends the threads
}
console.log(`same bits: ${losses[0].every((loss, step) => loss === losses[1][step])}`);
