import {
  chooseSettings,
  type DataSource,
  type Model,
  makeNetwork,
  modelOf,
  parseCsv,
  RandomState,
  tableSource,
} from "../../src/index.ts";

// Models of raw tables and images whose ONNX files onnxruntime has run: fixtures/onnx/make.py. Their parameters are random numbers.

const columns = [
  "length (mm)",
  "year",
  "Zürich 東京 😀",
  "time",
  "fc1_w",
  "label",
  "island <b>",
  "handgrad/x",
] as const;

/** A table whose columns have awkward names, gaps, large numbers and texts that only its last rows have. */
export function awkwardCsv(rows = 60): string {
  const random = new RandomState(7);
  const uniform = () => random.randomSample();
  const pick = (values: readonly string[]) => values[Math.floor(uniform() * values.length)];
  const lines = Array.from({ length: rows }, () => {
    const gap = (cell: string | number) => (uniform() < 0.15 ? "" : cell);
    const year = gap(1970 + Math.floor(50 * uniform()));
    const time = 1_600_000_000 + Math.floor(1e6 * uniform());
    const cells = [gap(40 + 5 * uniform()), year, uniform() * 1e-3, time, uniform() - 0.5];
    const texts = [pick(["x", "y y", "zé"]), gap(pick(["Biscoe", "<b>Dream</b>", '"q"'])), -uniform()];
    return [...cells, ...texts, pick(["yes", "no", "vielleicht"]), 3000 + 2000 * uniform()]
      .map((cell) => (typeof cell === "string" ? `"${cell.replaceAll('"', '""')}"` : cell))
      .join(",");
  });
  return [[...columns, "kind", "mass (g)"].map((name) => `"${name}"`).join(","), ...lines].join("\n");
}

function tableModel(target: string, ignored: string): Model {
  const table = parseCsv(awkwardCsv(), { name: "awkward.csv" });
  const kept = { ...table, columns: table.columns.filter(({ name }) => name !== ignored) };
  const source: DataSource = tableSource(kept, { target });
  const { layers } = chooseSettings(source, { hidden: [6] });
  const [inputs, hidden, outputs] = layers as number[];
  const description = {
    inputShape: [inputs],
    layers: [
      { kind: "linear", outputs: hidden },
      { kind: "batchNorm" },
      { kind: "gelu" },
      { kind: "linear", outputs },
    ] as const,
  };
  const { preprocessing } = source;
  const answers = preprocessing?.target.kind === "number" ? "numbers" : "classes";
  const { labelNames } = source.train;
  const network = makeNetwork(description, { random: new RandomState(3) });
  return modelOf(network, { inputShape: [inputs], answers, labelNames, preprocessing });
}

function imageModel(): Model {
  const layers = [{ kind: "flatten" }, { kind: "linear", outputs: 3 }] as const;
  const network = makeNetwork({ inputShape: [4, 5, 3], layers }, { random: new RandomState(4) });
  const normalization = {
    mean: [0.5069384574890137, 0.48673388361930847, 0.44139564037323],
    deviation: [0.2671188414096832, 0.25613492727279663, 0.2757633328437805],
  };
  return modelOf(network, { inputShape: [4, 5, 3], labelNames: ["cat", "dog", "汽车"], normalization });
}

function labelsModel(): Model {
  const network = makeNetwork(
    { inputShape: [5], layers: [{ kind: "linear", outputs: 4 }] },
    { random: new RandomState(5) },
  );
  return modelOf(network, { inputShape: [5], answers: "labels", labelNames: ["a", "b", "c", "d"] });
}

export const onnxModels: Readonly<Record<string, () => Model>> = {
  classes: () => tableModel("kind", "mass (g)"),
  regression: () => tableModel("mass (g)", "kind"),
  images: imageModel,
  labels: labelsModel,
};
