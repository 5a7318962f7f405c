// What each ingredient of the recipe `accurate` brings: npx node bench/ingredients.bench.ts DATA OUT [EPOCHS]
// One training for each row, two at a time with a thread each; those whose results are in the folder OUT already are not
// made again, and stopped ones go on. Accuracies do not depend on threads, times do not matter here.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  evaluate,
  importModel,
  loadCifar100,
  networkOf,
  openKernels,
  readRecord,
  recipes,
  restoreNetwork,
} from "../src/node.ts";

const [data, out, epochs = "12"] = process.argv.slice(2);
if (!data || !out) throw new Error("usage: node bench/ingredients.bench.ts DATA OUT [EPOCHS]");

const { accurate } = recipes;
const plain = {
  ...{ layers: [3072, 1024, 512, 20], initializer: "he", optimizer: "adam", learningRate: 1e-3, batchSize: 200 },
};
/** The recipe, but narrower, so that it takes a third of the time. */
const narrow = { ...accurate, layers: [768, 1024, 512, 100], batchSize: 200, learningRate: 2e-3 };

/** From a plain network upwards, each row with all above it. */
const steps: [name: string, settings: object][] = [
  ["Adam at 0.001, pixels, 3072-1024-512-20", {}],
  ["batch normalization", { normalizationLayers: "batch" }],
  ["flips", { augmentation: { flip: true } }],
  ["shifts by up to 4 pixels", { augmentation: { flip: true, shift: 4 } }],
  ["one cycle, up to 0.002", { learningRate: 2e-3, schedule: { kind: "oneCycle" } }],
  ["AdamW, scaled decay 0.05", { scaledWeightDecay: 0.05 }],
  ["label smoothing 0.1", { labelSmoothing: 0.1 }],
  ["average of the parameters, 0.998", { averageDecay: 0.998 }],
  ["dropout 0.2", { keepProb: 0.8 }],
  ["16×16 frequencies, 768-1024-512-20", { layers: [768, 1024, 512, 20], frequencies: accurate.frequencies }],
  ["both labels, 768-1024-512-100", { layers: [768, 1024, 512, 100], labels: "both" }],
  ["wider: the recipe itself", { ...accurate }],
];
/** The narrow recipe with one thing changed. */
const changes: [name: string, settings: object][] = [
  ["without batch normalization", { normalizationLayers: "none" }],
  ["layer normalization instead", { normalizationLayers: "layer" }],
  ["without flips", { augmentation: { shift: 4 } }],
  ["without shifts", { augmentation: { flip: true } }],
  ["constant learning rate", { schedule: { kind: "constant" }, learningRate: 1e-3 }],
  ["cosine from the start", { schedule: { kind: "cosine" } }],
  ["without weight decay", { scaledWeightDecay: 0 }],
  ["without label smoothing", { labelSmoothing: 0 }],
  ["without the average of parameters", { averageDecay: undefined }],
  ["without dropout", { keepProb: 1 }],
  ["pixels instead of frequencies", { layers: [3072, 1024, 512, 100], frequencies: undefined }],
  ["superclass labels only", { layers: [768, 1024, 512, 20], labels: "coarse" }],
  ["24×24 frequencies", { layers: [1728, 1024, 512, 100], frequencies: { ...accurate.frequencies, keep: 24 } }],
  ["8×8 frequencies", { layers: [192, 1024, 512, 100], frequencies: { ...accurate.frequencies, keep: 8 } }],
  ["residual, 768-1024-1024-1024-100", { layers: [768, 1024, 1024, 1024, 100], residual: true }],
  ["ReLU instead of GELU", { activation: "relu" }],
  ["with mixup 0.2", { augmentation: { ...accurate.augmentation, mixup: 0.2 } }],
  ["with cutout 8", { augmentation: { ...accurate.augmentation, cutout: 8 } }],
  ["SGD with momentum 0.9, rate 0.1", { optimizer: "sgd", momentum: 0.9, learningRate: 0.1, scaledWeightDecay: 5e-4 }],
  ["Lion, rate 0.0003", { optimizer: "lion", learningRate: 3e-4, scaledWeightDecay: 0.5 }],
];

const built = steps.map(([name], i): [string, object] => [
  i === 0 ? name : `+ ${name}`,
  Object.assign({}, plain, ...steps.slice(0, i + 1).map(([, settings]) => settings)),
]);
const rows = [...built, ...changes.map(([name, settings]): [string, object] => [name, { ...narrow, ...settings }])];

/** A row's training, in a process of its own. */
function train(settings: object, folder: string): Promise<void> {
  const go = existsSync(folder)
    ? ["--resume", folder]
    : [
        "--settings",
        JSON.stringify({ ...settings, epochs: Number(epochs), trainAccuracyImages: 5000 }),
        "--out",
        folder,
      ];
  const child = spawn(process.execPath, ["cli/main.ts", "train", "--data", data, "--threads", "1", ...go], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said = (said + text).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${folder}: exit ${code}\n${said}`))));
  });
}

const folderOf = (i: number) => join(out, `row${i}`);
const waiting = rows.map((_, i) => i).filter((i) => !existsSync(join(folderOf(i), "history.json")));
await Promise.all(
  [1, 2].map(async () => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      console.error(`${rows[i][0]} …`);
      await train(rows[i][1], folderOf(i));
    }
  }),
);

const { test } = await loadCifar100({ data, parts: ["test"] });
const kernels = openKernels();
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
console.log(`| ${epochs} epochs, seed 123 | validation | test | test, in 18 views |\n| --- | ---: | ---: | ---: |`);
for (const [i, [name]] of rows.entries()) {
  const { config: settings, valScore } = readRecord(folderOf(i));
  const model = await importModel(readFileSync(join(folderOf(i), "model.safetensors")), { name });
  const inViews = async (views: { flip: boolean; shift: number } | undefined) => {
    const network = networkOf({ ...settings, views }, model.network.inputShape, { views: true });
    const restored = restoreNetwork({ ...model, network }, kernels);
    return percent((await evaluate(restored, test, { normalization: model.normalization })).score);
  };
  const cells = [percent(Math.max(...valScore)), await inViews(undefined), await inViews({ flip: true, shift: 2 })];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
kernels.close();
