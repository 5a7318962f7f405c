// A number instead of a class: the price of a house, in its own units, against a linear model.
import { chooseSettings, fitOwn, parseCsv, predictTable, RandomState, tableTask } from "handgrad";

// 3 a square metre, twice that in the centre, and some noise: a product, which no linear model can say.
const random = new RandomState(1);
const rows = Array.from({ length: 600 }, () => {
  const [area, place] = [random.uniform(40, 160), ["centre", "suburb"][random.randint(0, 2)]];
  const price = 3 * area * (place === "centre" ? 2 : 1) + 10 * random.randn();
  return `${area.toFixed(1)},${place},${price.toFixed(1)}`;
});
const table = parseCsv(["area,place,price", ...rows].join("\n"), { name: "houses.csv" });

const task = tableTask(table, { target: "price" }); // a regression, because the column holds many numbers
const { model, metrics, linear } = await fitOwn(task, chooseSettings(task, { epochs: 40 }));
if (metrics.kind === "regression") {
  console.log(`R² ${metrics.rSquared.toFixed(3)}, linear ${linear.score.toFixed(3)}`);
  console.log(`mean absolute error ${metrics.meanAbsoluteError.toFixed(1)}`);
}

const fresh = parseCsv("area,place\n100,centre\n100,suburb\n", { name: "new.csv" });
const predictions = predictTable(model, fresh);
if (predictions.kind === "number") console.log([...predictions.values].map((price) => price.toFixed(0)).join(", "));
