// The training step of training.bench.ts in TensorFlow.js or jax-js: node peers.mjs tfjs-cpu|tfjs-wasm|jax-js

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const [library] = process.argv.slice(2);
const ROWS = 4000;
const BATCH = 100;
const RATE = 0.01;

const random = (length, scale) => Float32Array.from({ length }, () => (Math.random() - 0.5) * scale);
const pairs = (layers) => layers.slice(1).map((outputs, i) => [layers[i], outputs]);

async function tensorflow(backend) {
  const tf = await import("@tensorflow/tfjs");
  if (backend === "wasm") {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${join(dirname(main), "/")}`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  const make = (layers) => {
    const images = tf.tensor2d(random(ROWS * layers[0], 2), [ROWS, layers[0]]);
    const labels = Int32Array.from({ length: ROWS }, (_, i) => i % layers.at(-1));
    const parameters = pairs(layers).map(([inputs, outputs]) => [
      tf.variable(tf.tensor2d(random(inputs * outputs, 0.02), [inputs, outputs])),
      tf.variable(tf.zeros([outputs])),
    ]);
    const optimizer = tf.train.sgd(RATE);
    const c = Math.sqrt(2 / Math.PI);
    const gelu = (x) => x.mul(0.5).mul(tf.tanh(x.add(x.mul(x).mul(x).mul(0.044715)).mul(c)).add(1));
    return (rows) =>
      tf.tidy(() => {
        const x = tf.gather(images, tf.tensor1d(rows, "int32"));
        const y = tf.oneHot(
          tf.tensor1d(
            Int32Array.from(rows, (row) => labels[row]),
            "int32",
          ),
          layers.at(-1),
        );
        optimizer.minimize(() => {
          let h = x;
          parameters.forEach(([w, b], i) => {
            h = h.matMul(w).add(b);
            if (i < parameters.length - 1) h = gelu(h);
          });
          return tf.losses.softmaxCrossEntropy(y, h);
        });
      });
  };
  return { name: `TensorFlow.js ${tf.version.tfjs} ${backend}`, make };
}

async function jaxJs() {
  const jax = await import("@jax-js/jax");
  const { numpy: np, nn } = jax;
  await jax.init?.();
  jax.defaultDevice?.("wasm");
  const make = (layers) => {
    const images = random(ROWS * layers[0], 2);
    const classes = layers.at(-1);
    let parameters = pairs(layers).flatMap(([inputs, outputs]) => [
      np.array(random(inputs * outputs, 0.02)).reshape([inputs, outputs]),
      np.zeros([outputs]),
    ]);
    const lossOf = (parameters, x, y) => {
      let h = x;
      for (let i = 0; i < parameters.length; i += 2) {
        h = np.matmul(h, parameters[i]).add(parameters[i + 1]);
        if (i < parameters.length - 2) h = nn.gelu(h, { approximate: true });
      }
      return nn
        .logSoftmax(h)
        .mul(y)
        .sum()
        .mul(-1 / BATCH);
    };
    const update = jax.jit((parameters, x, y) => {
      const gradients = jax.grad(lossOf)(
        parameters.map((p) => p.ref),
        x,
        y,
      );
      return parameters.map((p, i) => p.sub(gradients[i].mul(RATE)));
    });
    const batch = new Float32Array(BATCH * layers[0]);
    return async (rows) => {
      for (const [i, row] of rows.entries()) {
        batch.set(images.subarray(row * layers[0], (row + 1) * layers[0]), i * layers[0]);
      }
      const target = new Float32Array(BATCH * classes);
      rows.forEach((row, i) => {
        target[i * classes + (row % classes)] = 1;
      });
      const x = np.array(batch.slice()).reshape([BATCH, layers[0]]);
      parameters = update(parameters, x, np.array(target).reshape([BATCH, classes]));
      await parameters.at(-1).ref.data(); // all of the step has run
    };
  };
  return { name: "jax-js 0.1", make };
}

const peer = library === "jax-js" ? await jaxJs() : await tensorflow(library.split("-")[1]);
const steps = new Map();
console.log(JSON.stringify({ ready: peer.name }));
for await (const line of createInterface({ input: process.stdin })) {
  const { layers, seconds } = JSON.parse(line);
  const key = layers.join();
  if (!steps.has(key)) steps.set(key, peer.make(layers));
  const step = steps.get(key);
  const rows = () => Array.from({ length: BATCH }, () => Math.floor(Math.random() * ROWS));
  await step(rows());
  const start = performance.now();
  let count = 0;
  do {
    await step(rows());
    count++;
  } while (performance.now() - start < seconds * 1000);
  console.log(JSON.stringify({ steps: count, seconds: (performance.now() - start) / 1000 }));
}
