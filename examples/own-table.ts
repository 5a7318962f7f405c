// A table to a model: parse, split, train, evaluate, save, and predict from raw rows.
import {
  chooseSettings,
  decodeModel,
  encodeModel,
  evaluateOnTest,
  fit,
  modelOfRun,
  parseCsv,
  predictTable,
  prepareRun,
  RandomState,
  tableSource,
} from "handgrad";

// A fern and an ivy need moisture, a cactus needs a dry place; one measurement in twenty is missing.
const random = new RandomState(1);
const rows = Array.from({ length: 400 }, () => {
  const [moisture, plant] = [random.uniform(), ["fern", "cactus", "ivy"][random.randint(0, 3)]];
  const healthy = plant === "cactus" ? moisture < 0.4 : moisture > (plant === "fern" ? 0.6 : 0.3);
  return `${random.randomSample() < 0.05 ? "" : moisture.toFixed(3)},${plant},${healthy ? "yes" : "no"}`;
});
const table = parseCsv(["moisture,plant,healthy", ...rows].join("\n"), { name: "plants.csv" });

const source = tableSource(table, { target: "healthy" }); // split and encoded
const settings = chooseSettings(source, { epochs: 20 }); // by the size of the data; any setting can be given
const result = await fit(prepareRun(source, settings));
if (!result.best) throw new Error("no epoch was finished");
const model = modelOfRun(source, settings, result.best);
const { score, linear, majority } = await evaluateOnTest(source, model, settings, result);
console.log(
  `test accuracy ${score.toFixed(3)}, linear ${linear?.score.toFixed(3)}, majority ${majority?.score.toFixed(3)}`,
);

// The saved model knows how to read raw rows: it needs no other file.
const saved = decodeModel(encodeModel(model), { name: "plants.safetensors" });
const fresh = parseCsv("plant,moisture\nfern,0.2\ncactus,0.2\nivy,0.9\n", { name: "new.csv" });
const predictions = predictTable(saved, fresh);
if (predictions.kind === "category") console.log(predictions.rankings.map(([best]) => best.label).join(", "));
