// A number instead of a class: the price of a house, in its own units, compared with a linear model.
import {
  chooseSettings,
  evaluateOnTest,
  fit,
  modelOfRun,
  parseCsv,
  predictTable,
  prepareRun,
  RandomState,
  tableSource,
} from "handgrad";

// 3 a square metre, twice that in the centre, and some noise: an interaction that a linear model cannot represent.
const random = new RandomState(1);
const rows = Array.from({ length: 600 }, () => {
  const [area, place] = [random.uniform(40, 160), ["centre", "suburb"][random.randint(0, 2)]];
  const price = 3 * area * (place === "centre" ? 2 : 1) + 10 * random.randn();
  return `${area.toFixed(1)},${place},${price.toFixed(1)}`;
});
const table = parseCsv(["area,place,price", ...rows].join("\n"), { name: "houses.csv" });

const source = tableSource(table, { target: "price" }); // a regression, because the column holds many numbers
const settings = chooseSettings(source, { epochs: 40 });
const result = await fit(prepareRun(source, settings));
if (!result.best) throw new Error("no epoch was finished");
const model = modelOfRun(source, settings, result.best);
const { score, linear, metrics } = await evaluateOnTest(source, model, settings, result);
console.log(`R² ${score.toFixed(3)}, linear ${linear?.score.toFixed(3)}`);
if (metrics?.kind === "regression") console.log(`mean absolute error ${metrics.meanAbsoluteError.toFixed(1)}`);

const fresh = parseCsv("area,place\n100,centre\n100,suburb\n", { name: "new.csv" });
const predictions = predictTable(model, fresh);
if (predictions.kind === "number") console.log([...predictions.values].map((price) => price.toFixed(0)).join(", "));
