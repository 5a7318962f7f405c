// A table to a model: parse, split, train, judge, save, and predict from raw rows.
import {
  chooseSettings,
  decodeModel,
  encodeModel,
  fitOwn,
  parseCsv,
  predictTable,
  RandomState,
  tableTask,
} from "handgrad";

// A plant is thirsty when it is dry, but a cactus never is; one measurement in twenty is missing.
const random = new RandomState(1);
const rows = Array.from({ length: 400 }, () => {
  const [moisture, plant] = [random.uniform(), ["fern", "cactus", "ivy"][random.randint(0, 3)]];
  const thirsty = plant !== "cactus" && moisture < (plant === "fern" ? 0.6 : 0.3);
  return `${random.randomSample() < 0.05 ? "" : moisture.toFixed(3)},${plant},${thirsty ? "yes" : "no"}`;
});
const table = parseCsv(["moisture,plant,thirsty", ...rows].join("\n"), { name: "plants.csv" });

const task = tableTask(table, { target: "thirsty" });
const { model, score, linear, majority } = await fitOwn(task, chooseSettings(task, { epochs: 20 }));
console.log(
  `test accuracy ${score.toFixed(3)}, linear ${linear.score.toFixed(3)}, majority ${majority.score.toFixed(3)}`,
);

// The saved model knows how to read raw rows: it needs no other file.
const saved = decodeModel(encodeModel(model), { name: "plants.safetensors" });
const fresh = parseCsv("plant,moisture\nfern,0.2\ncactus,0.2\nivy,0.9\n", { name: "new.csv" });
const predictions = predictTable(saved, fresh);
if (predictions.kind === "category") console.log(predictions.rankings.map(([best]) => best.label).join(", "));
