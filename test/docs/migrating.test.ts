import { expect, test } from "vitest";
import * as handgrad from "../../src/index.ts";
import { read } from "./pages.ts";

const { CrossEntropyLoss, datasetOf, Gelu, Linear, RandomState, Sequential, Sgd, tensor } = handgrad;

/** What the expressions of docs/migrating.md may use beside the names of the library. */
function context(): Readonly<Record<string, unknown>> {
  const random = new RandomState(1);
  const network = new Sequential([new Linear(2, 4, { random }), new Gelu(), new Linear(4, 3, { random })]);
  const x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const labels = [0, 1, 2, 1];
  const train = datasetOf({ inputs: x, labels });
  const loss = new CrossEntropyLoss();
  loss.forward(network.forward(x, { mode: "train", random }), labels);
  const dy = loss.backward();
  const logits = network.forward(x);
  network.forward(x, { mode: "train", random });
  const table = handgrad.parseCsv(
    ["a,y", ...Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? "yes" : "no"}`)].join("\n"),
    { name: "table.csv" },
  );
  return {
    ...{ random, network, x, labels, loss, dy, table, train, validation: train, logits },
    float64s: tensor([[1, 2]], "float64"),
    optimizer: new Sgd(network, { learningRate: 0.1 }),
  };
}

/** The code in the right column of the tables that calls something: without commands, options and parts of objects. */
const expressions = read("docs/migrating.md")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .flatMap((line) => [...(line.split(" | ")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code))
  .filter((code) => /^(new )?[\w.]+\(/.test(code));

test("the tables have expressions for most rows", () => expect(expressions.length).toBeGreaterThan(50));

test.each(expressions)("%s", async (code) => {
  const names = { ...handgrad, ...context() };
  const evaluateCode = new Function(...Object.keys(names), `return (${code});`);
  await evaluateCode(...Object.values(names));
});

test("schedules and options that the tables name exist", () => {
  const text = read("docs/migrating.md");
  const kinds = [...text.matchAll(/`\{ kind: "(\w+)" \}` as `schedule`/g)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(1);
  for (const kind of kinds) expect(Object.keys(handgrad.schedules)).toContain(kind);
});
