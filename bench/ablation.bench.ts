// Ablation of a recipe, the effect of each part:
//   node bench/ablation.bench.ts --data DATA --out OUT [--recipe accurate|conv --epochs N --precision bfloat16 --rows WORDS --at-once 2]
// One training for each row whose name contains one of the WORDS (divided by commas), with one thread each. Trainings with results in
// the folder OUT are skipped, and interrupted ones are resumed. Accuracies do not depend on the number of threads; times are not measured.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  convolutionLayers,
  evaluate,
  importModel,
  type LayerDescription,
  loadCifar100,
  networkOf,
  openKernels,
  readRecord,
  recipes,
  restoreNetwork,
} from "../src/node.ts";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string" },
    recipe: { type: "string", default: "accurate" },
    epochs: { type: "string" },
    precision: { type: "string", default: "float32" },
    rows: { type: "string", default: "" },
    "at-once": { type: "string", default: "2" },
  },
});
const { data, out, recipe, precision } = flags;
if (!data || !out || !(recipe === "accurate" || recipe === "conv")) {
  throw new Error("expected --data DATA --out OUT [--recipe accurate|conv]");
}

const { accurate, conv } = recipes;
const epochs = Number(flags.epochs ?? recipes[recipe].epochs);
const plain = {
  ...{ layers: [3072, 1024, 512, 20], initializer: "he", optimizer: "adam", learningRate: 1e-3, batchSize: 200 },
};

type Row = readonly [name: string, settings: object];

/** From a plain network to the recipe: each row includes the changes of all rows above it. */
const steps: readonly Row[] = [
  ["Adam at 0.001, pixels, 3072-1024-512-20", {}],
  ["batch normalization", { normalizationLayers: "batch" }],
  ["flips", { augmentation: { flip: true } }],
  ["shifts by up to 4 pixels", { augmentation: { flip: true, shift: 4 } }],
  ["one cycle, up to 0.002", { learningRate: 2e-3, schedule: { kind: "oneCycle" } }],
  ["label smoothing 0.1", { labelSmoothing: 0.1 }],
  ["alternating flips, cutmix 1", { augmentation: accurate.augmentation }],
  ["statistics of images without augmentation", { preciseBatchNorm: true }],
  ["16×16 DCT coefficients, 768-1024-512-20", { layers: [768, 1024, 512, 20], dct: accurate.dct }],
  ["both labels, 768-1024-512-100", { layers: [768, 1024, 512, 100], labels: "both" }],
  ["batches of 800, up to 0.004", { batchSize: 800, learningRate: 4e-3 }],
  ["receptive fields of 2 pixels", { receptiveField: accurate.receptiveField }],
  ["wider: the recipe itself", { ...accurate }],
];
const { augmentation: seen } = accurate;
const image = [32, 32, 3] as const;
const convolution = (widths: readonly number[], depth?: 2 | 3) => ({
  layers: convolutionLayers({ image, widths, classes: 100, depth }),
});
/** The same network with other options for its convolutions. */
const changed = (change: (layer: LayerDescription) => LayerDescription) => ({ layers: conv.layers.map(change) });
const muon = { optimizer: "muon", momentum: 0.9, nesterov: true, biasRate: 1, scaledWeightDecay: 0.04 };

/** The recipe with one change. */
const changes: Record<typeof recipe, readonly Row[]> = {
  accurate: [
    ["without batch normalization", { normalizationLayers: "none", preciseBatchNorm: false }],
    ["layer normalization instead", { normalizationLayers: "layer", preciseBatchNorm: false }],
    ["without flips", { augmentation: { ...seen, flip: false } }],
    ["flips at random", { augmentation: { ...seen, flip: true } }],
    ["without shifts", { augmentation: { ...seen, shift: 0 } }],
    ["shifts by 2 pixels", { augmentation: { ...seen, shift: 2 } }],
    ["constant learning rate", { schedule: { kind: "constant" }, learningRate: 1e-3 }],
    ["cosine from the start", { schedule: { kind: "cosine" } }],
    ["AdamW, scaled decay 0.03", { scaledWeightDecay: 0.03 }],
    ["AdamW, scaled decay 0.1", { scaledWeightDecay: 0.1 }],
    ["without label smoothing", { labelSmoothing: 0 }],
    ["statistics that follow the batches of training", { preciseBatchNorm: false }],
    ["with an average of the parameters", { emaDecay: 0.998 }],
    ["dropout 0.2", { keepProb: 0.8 }],
    ["batches of 400, rate 0.003", { batchSize: 400, learningRate: 3e-3 }],
    ["pixels instead of DCT coefficients", { layers: [3072, 2048, 1024, 100], dct: undefined }],
    ["without receptive fields", { receptiveField: undefined }],
    ["receptive fields of 4 pixels", { receptiveField: 4 }],
    ["superclass labels only", { layers: [768, 2048, 1024, 20], labels: "coarse" }],
    ["24×24 DCT coefficients", { layers: [1728, 2048, 1024, 100], dct: { ...accurate.dct, keep: 24 } }],
    ["residual, 768-1536-1536-1536-100", { layers: [768, 1536, 1536, 1536, 100], residual: true }],
    ["ReLU instead of GELU", { activation: "relu" }],
    ["without cutmix", { augmentation: { ...seen, cutmix: 0 } }],
    ["mixup 0.2 instead of cutmix", { augmentation: { ...seen, cutmix: 0, mixup: 0.2 } }],
    ["cutmix 0.5", { augmentation: { ...seen, cutmix: 0.5 } }],
    ["with cutout 8", { augmentation: { ...seen, cutout: 8 } }],
    ["Muon, rate 0.02", { ...muon, learningRate: 0.02, batchSize: 800 }],
    ["Lion, rate 0.0003", { optimizer: "lion", learningRate: 3e-4, scaledWeightDecay: 0.5 }],
  ],
  conv: [
    ["without whitening", changed((layer) => ("whitened" in layer ? { ...layer, whitened: false } : layer))],
    ["he instead of identity", changed((layer) => ("initializer" in layer ? { ...layer, initializer: "he" } : layer))],
    ["logits not divided by 9", { layers: conv.layers.filter(({ kind }) => kind !== "scale") }],
    ["flips at random", { augmentation: { ...conv.augmentation, flip: true } }],
    ["without shifts", { augmentation: { flip: "alternate" } }],
    ["with cutout 8", { augmentation: { ...conv.augmentation, cutout: 8 } }],
    ["biases as fast as weights", { biasRate: 1 }],
    ["biases 64 times as fast", { biasRate: 64 }],
    ["decay of all parameters", { decayed: "all" }],
    ["learning rate 0.2", { learningRate: 0.2 }],
    ["learning rate 0.8", { learningRate: 0.8 }],
    ["label smoothing 0.1", { labelSmoothing: 0.1 }],
    ["without the average of parameters", { emaDecay: undefined }],
    [
      "superclass labels only",
      { layers: convolutionLayers({ image, widths: [64, 128, 384], classes: 20 }), labels: "coarse" },
    ],
    ["widths 64-128-128", convolution([64, 128, 128])],
    ["widths 64-128-256", convolution([64, 128, 256])],
    ["widths 48-128-384", convolution([48, 128, 384])],
    ["three convolutions a block", convolution([64, 128, 384], 3)],
    ["Muon, rate 0.02", { ...muon, learningRate: 0.02, adamRatio: 0.1 }],
    ["Muon, rate 0.05", { ...muon, learningRate: 0.05, adamRatio: 0.05 }],
  ],
};

const upwards = steps.map(
  ([name], i): Row => [
    i === 0 ? name : `+ ${name}`,
    Object.assign({}, plain, ...steps.slice(0, i + 1).map(([, settings]) => settings)),
  ],
);
const allRows: readonly Row[] = [
  ...(recipe === "accurate" ? upwards : [["the recipe", conv] as const]),
  ...changes[recipe].map(([name, settings]): Row => [name, { ...recipes[recipe], ...settings }]),
];
const words = flags.rows.split(",");
const rows = allRows.map(([name, settings], i) => ({ name, settings, folder: join(out, `row${i}`) }));
const chosen = rows.filter(({ name }) => words.some((each) => name.includes(each)));

/** The training of a row, in a separate process. */
function train(settings: object, folder: string, data: string): Promise<void> {
  const go = existsSync(folder)
    ? ["--resume", folder]
    : ["--settings", JSON.stringify({ ...settings, epochs, precision, trainAccuracyImages: 1000 }), "--out", folder];
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

const waiting = chosen.filter(({ folder }) => !existsSync(join(folder, "history.json")));
await Promise.all(
  Array.from({ length: Number(flags["at-once"]) }, async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      console.error(`${row.name} …`);
      await train(row.settings, row.folder, data);
    }
  }),
);

const { test } = await loadCifar100({ data, parts: ["test"] });
const kernels = openKernels();
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
console.log(`| ${epochs} epochs, seed 123 | validation | test | test, in 18 views |\n| --- | ---: | ---: | ---: |`);
for (const { name, folder } of chosen) {
  const { config: settings, valScore } = readRecord(folder);
  const model = await importModel(readFileSync(join(folder, "model.safetensors")), { name });
  const scoreWith = async (testTimeAugmentation: { flip: boolean; shift: number } | undefined) => {
    const network = networkOf({ ...settings, testTimeAugmentation }, model.network.inputShape, {
      testTimeAugmentation: true,
    });
    const restored = restoreNetwork({ ...model, network }, kernels);
    return percent((await evaluate(restored, test, { normalization: model.normalization })).score);
  };
  const cells = [percent(Math.max(...valScore)), await scoreWith(undefined), await scoreWith({ flip: true, shift: 2 })];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
kernels.close();
