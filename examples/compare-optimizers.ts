// Optimizers compared over seeds: a single run proves little, three show how much results vary by chance.
import {
  fit,
  measureNormalization,
  parseSettings,
  prepareFit,
  RandomState,
  syntheticSplits,
  type TrainSettingsInput,
} from "handgrad";
import { type ComparedRun, groupRuns, seedsTable } from "handgrad/report";

const sizes = { train: 300, validation: 200, test: 100 };
const splits = syntheticSplits({ random: new RandomState(1), sizes });
const data = { ...splits, normalization: measureNormalization(splits.train) };
const choices: TrainSettingsInput[] = [
  { optimizer: "sgd", learningRate: 0.1 },
  { optimizer: "sgd", learningRate: 0.01, momentum: 0.9 },
  { optimizer: "adam", learningRate: 0.001 },
];

const runs: ComparedRun[] = [];
for (const choice of choices) {
  for (const seed of [1, 2, 3]) {
    const settings = parseSettings({ ...choice, seed, layers: [3072, 16, 20], epochs: 3 });
    const { history, stopped } = await fit(prepareFit(settings, data));
    const name = `${settings.optimizer} ${settings.learningRate} ${seed}`;
    runs.push({ name, config: settings, ...history, seconds: 0, standIn: true, stopped });
  }
}
const { columns, rows } = seedsTable(groupRuns(runs));
for (const row of [columns, ...rows]) console.log(row.join(" | "));
