// A training step of a small convolutional network in WebAssembly and the time of each kernel, best of many steps:
//   node bench/convolutionStep.bench.ts [THREADS] [BATCH] [SECONDS]
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import { CrossEntropyLoss, makeNetwork, RandomState, Sgd, Tensor, trainStep, wasmKernels } from "../src/node.ts";
import { smallNetwork } from "./smallNetwork.ts";

const [threads = 1, batch = 128, seconds = 20] = process.argv.slice(2).map(Number);
const kernels = wasmKernels({ threads });
const current = new Map<string, number>();
const least = new Map<string, number>();

/** The same kernels with timed calls. */
function timed<K extends object>(group: K): K {
  return new Proxy(group, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (["images", "norms", "updates"].includes(String(key))) return timed(value as object);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const start = performance.now();
        const result = value.apply(target, given);
        const of = given[given.length - 1] as Convolution2d;
        const shape = String(key).startsWith("conv") ? ` ${of.channels}→${of.outputs}, ${of.output[0]}²` : "";
        const name = `${String(key)}${shape}`;
        current.set(name, (current.get(name) ?? 0) + performance.now() - start);
        return result;
      };
    },
  });
}

const random = new RandomState(0);
const network = makeNetwork(smallNetwork("geluExact"), { random, kernels: timed(kernels) });
const training = { network, loss: new CrossEntropyLoss(), optimizer: new Sgd(network, { learningRate: 0.001 }) };
const images = kernels.allocate("float32", batch * 3072);
random.fillUniform(images);
const inputs = new Tensor([batch, 32, 32, 3], images);
const labels = Int32Array.from({ length: batch }, (_, i) => i % 100);

const run = () => trainStep(training, () => ({ inputs, labels }), random);
for (let i = 0; i < 2; i++) run();
let step = Number.POSITIVE_INFINITY;
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  current.clear();
  const start = performance.now();
  run();
  step = Math.min(step, performance.now() - start);
  for (const [name, ms] of current) least.set(name, Math.min(least.get(name) ?? ms, ms));
}
const sum = [...least.values()].reduce((total, ms) => total + ms, 0);
const rate = (ms: number) => `${ms.toFixed(1)} ms, ${((1000 * batch) / ms).toFixed(0)} images/s`;
console.log(
  `wasm, ${threads} threads, batch ${batch}: ${rate(step)}; sum of the best times of all kernels ${rate(sum)}\n`,
);
console.log("| kernel | ms | share |\n| --- | ---: | ---: |");
for (const [name, ms] of [...least].sort((a, b) => b[1] - a[1])) {
  console.log(`| ${name} | ${ms.toFixed(2)} | ${((100 * ms) / sum).toFixed(1)} % |`);
}
kernels.close();
