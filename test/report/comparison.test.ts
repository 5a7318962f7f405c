import { expect, test } from "vitest";
import { comparableGroups } from "../../src/report/comparableRuns.ts";
import { type ComparedRun, differingSettings, groupRuns, outcomeOf, settingText } from "../../src/report/comparison.ts";
import { comparisonReport } from "../../src/report/comparisonReport.ts";
import { comparisonTable, seedsTable } from "../../src/report/comparisonTables.ts";
import { reportHtml } from "../../src/report/html.ts";
import { comparisonFigure, iterationsPerPoint, smoothLoss } from "../../src/report/runFigures.ts";

function run(name: string, config: object, valScore: number[], extra: Partial<ComparedRun> = {}): ComparedRun {
  const loss = Array.from({ length: 4 }, (_, i) => 3 - 0.1 * i);
  const rest = { seconds: 12, standIn: false, stopped: false };
  return {
    name,
    metric: "accuracy",
    config: { optimizer: "sgd", ...config },
    loss,
    trainScore: valScore,
    valScore,
    ...rest,
    ...extra,
  };
}

const runs = [
  run("a1", { learningRate: 0.1, seed: 1 }, [0.2, 0.4, 0.3]),
  run("a2", { learningRate: 0.1, seed: 2 }, [0.3, 0.2, 0.1]),
  run("b", { learningRate: 0.01, seed: 1, schedule: { kind: "step" } }, [0.1, 0.15, 0.18], { standIn: true }),
];

test("settings that differ are found at any depth, whichever runs have them", () => {
  expect(differingSettings(runs)).toEqual(["learningRate", "seed", "schedule.kind"]);
  expect(differingSettings([runs[0]])).toEqual([]);
});

test("best epoch, best and final accuracies, time, settings that differ", () => {
  const { columns, rows } = comparisonTable(runs);
  expect(columns).toEqual([
    ...["run", "best epoch", "of", "best val.", "last val.", "last train.", "time"],
    ...["learningRate", "seed", "schedule.kind"],
  ]);
  const plain = rows.map((row) => row.map((cell) => cell.replaceAll("\u00a0", " ")));
  expect(plain[0]).toEqual(["a1", "2", "3", "40.00 %", "30.00 %", "30.00 %", "12 s", "0.1", "1", "–"]);
  expect(plain[2][0]).toBe("b (stand-in)");
});

test("a run that was stopped in its first epoch has no accuracies", () => {
  const stopped = run("s", {}, [], { stopped: true });
  expect(outcomeOf(stopped)).toMatchObject({ epochs: 0, bestEpoch: undefined, best: undefined });
  expect(comparisonTable([stopped]).rows[0].slice(0, 4)).toEqual(["s (stopped)", "–", "0", "–"]);
  expect(() => comparisonReport([stopped])).not.toThrow();
  const diverged = run("d", {}, [], { stopped: true, failure: "step 3: the loss is NaN" });
  expect(comparisonTable([diverged]).rows[0][0]).toBe("d (diverged)");
});

test("several seeds of one setting are mean and band", () => {
  const groups = groupRuns(runs);
  expect(groups.map(({ name, runs: members }) => [name, members.length])).toEqual([
    ["learning rate 0.1, schedule – (2 seeds)", 2],
    ["learning rate 0.01, schedule step", 1],
  ]);
  const [first, ...others] = groups[0].runs;
  const text = { id: "", caption: "", description: "" };
  const { panels } = comparisonFigure([{ ...first, style: 0, others }], text);
  const series = panels[2].series[0];
  expect(series.points.map(([x, y]) => [x, Math.round(y)])).toEqual([
    [1, 25],
    [2, 30],
    [3, 20],
  ]);
  expect(series.band?.map((values) => values.map(Math.round))).toEqual([
    [1, 20, 30],
    [2, 20, 40],
    [3, 10, 30],
  ]);
  // the sample deviation of 0.4 and 0.3 is 0.0707
  expect(seedsTable(groups).rows[0][2].replaceAll("\u00a0", " ")).toBe("35.00 % ± 7.07 %");
});

test("a curve is means of blocks, each at the middle of its iterations", () => {
  expect(smoothLoss([4, 2, 3, 1], 2)).toEqual([
    [1.5, 3],
    [3.5, 2],
  ]);
  expect(iterationsPerPoint(100)).toBe(1);
  expect(iterationsPerPoint(10_000)).toBe(100);
});

test("legends say what differs; the folder's name where that is nothing or much", () => {
  const names = (...configs: object[]) =>
    groupRuns(configs.map((config, i) => run(`run${i}`, config, [0.1]))).map(({ name }) => name);
  expect(names({ layers: [4, 8, 2] }, { layers: [4, 16, 2] })).toEqual(["layers 4-8-2", "layers 4-16-2"]);
  expect(names({ seed: 1 })).toEqual(["run0"]);
  const [many, others] = [0, 1].map((value) => Object.fromEntries([..."abcde"].map((name) => [name, value])));
  expect(names(many, others)).toEqual(["run0", "run1"]);
});

test("runs are apart that have another score, other data, another target or other validation rows", () => {
  const data = { path: "/data/cars.csv", target: "mpg", seed: 1 };
  const r2 = { metric: "rSquared", data, scoredOn: "60:a" } as const;
  const all = [
    run("a", { learningRate: 1 }, [0.5], r2),
    run("b", { learningRate: 2 }, [0.6], { ...r2, data: { ...data, trainRows: 100 } }),
    run("c", {}, [0.7], { ...r2, scoredOn: "60:b", data: { ...data, seed: 2 } }),
    run("d", {}, [0.9], { data: { ...data, target: "origin" }, scoredOn: "60:c" }),
    run("e", {}, [0.3], { data: { path: "/data/iris.csv", target: "kind" } }),
  ];
  const groups = comparableGroups(all);
  expect(groups.map(({ title, runs: members }) => [title, members.map(({ name }) => name)])).toEqual([
    ["R² on cars.csv, target mpg, rows 1", ["a", "b"]],
    ["R² on cars.csv, target mpg, rows 2", ["c"]],
    ["Accuracy on cars.csv, target origin", ["d"]],
    ["Accuracy on iris.csv, target kind", ["e"]],
  ]);
  expect(groups[0].reason).toBe(
    "Not compared with the other runs, because they have different validation rows (another split seed, or changed data); or an accuracy instead of R².",
  );
  expect(groups[3].reason).toContain("R² instead of an accuracy; or other data");
  const report = comparisonReport(all);
  expect(report.parts.map(({ title }) => title)).toEqual(groups.map(({ title }) => title));
  const ids = report.parts.flatMap(({ sections }) => sections.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(report.warnings[0]).toContain("4 groups");
  expect(comparableGroups([all[0], all[1]])[0].reason).toBeUndefined();
});

test("a run that diverged does not flatten the others", () => {
  const losses = [
    [1, 0.9, 0.8, 0.7],
    [1, 0.95, 0.9, 0.85],
    [1, 1.1, 0.9, 1e9],
  ];
  const curves = losses.map((loss, style) => ({ ...run(`r${style}`, {}, [0.5, 0.6, 0.7]), loss, style }));
  const { panels } = comparisonFigure(curves, { id: "f", caption: "", description: "" });
  expect(panels[0].y.to).toBeLessThan(10);
  const scores = [
    [-2, 0.1, 0.5],
    [-1e5, -1e4, -3e4],
  ].map((valScore, style) => ({ ...run(`r${style}`, {}, valScore, { metric: "rSquared" }), style }));
  const [, , validation] = comparisonFigure(scores, { id: "f", caption: "", description: "" }).panels;
  expect(validation.y.from).toBe(-2);
});

/** Runs that can be compared. */
const alike = runs.map((each) => ({ ...each, standIn: true }));

test("the report of runs warns of the stand-in and distinguishes runs of different lengths", () => {
  const report = comparisonReport(alike);
  expect(report.warnings[0]).toContain("STAND-IN");
  expect(report.parts[0].sections.map(({ id }) => id)).toEqual([
    "curves",
    "results",
    "seeds",
    "differing-settings",
    "settings",
  ]);
  expect(comparisonReport([runs[0]]).parts[0].sections.map(({ id }) => id)).toEqual(["curves", "results", "settings"]);
});

test("accuracies and R² have panels and a best run of their own: R² is never called accuracy", () => {
  const regression = run("r", { seed: 1 }, [0.1, 0.264], { metric: "rSquared" });
  const report = comparisonReport([regression, runs[0]]);
  expect(report.summary.map((row) => row.map((cell) => String(cell).replaceAll("\u00a0", " ")))).toEqual([
    ["best validation R²: CIFAR-100", "0.264"],
    ["best validation accuracy: CIFAR-100", "40.00 %"],
    ["iterations", "8"],
  ]);
  const curves = [regression, runs[0]].map((each, style) => ({ ...each, style }));
  const { panels } = comparisonFigure(curves, { id: "f", caption: "", description: "" });
  const titles = panels.map(({ y, series }) => [y.title, series.map(({ name }) => name)]);
  expect(titles).toEqual([
    ["loss", ["r", "a1"]],
    ["training R²", ["r"]],
    ["validation R²", ["r"]],
    ["training accuracy (%)", ["a1"]],
    ["validation accuracy (%)", ["a1"]],
  ]);
  expect(panels[2].series[0].points).toEqual([
    [1, 0.1],
    [2, 0.264],
  ]);
  const alone = comparisonReport([regression]);
  expect(JSON.stringify(alone)).not.toMatch(/accuracy/i);
});

test("the layers of an ensemble are shown in words, and runs with other layers are not seeds of each other", () => {
  const layersOf = (outputs: number) => [
    { kind: "ensemble", copies: 8, layers: [{ kind: "linear", outputs: 3 }, { kind: "sequential", layers: [{ kind: "linear", outputs }, { kind: "linear", outputs: 3 }] }] },
  ]; // biome-ignore format: one line for each level
  const ensembles = [8, 16].map((outputs) => run(`e${outputs}`, { layers: layersOf(outputs), seed: 1 }, [0.5]));
  expect(settingText(ensembles[0], "layers")).toBe("ensemble of 8 × (linear, network 8)");
  expect(groupRuns(ensembles)).toHaveLength(2);
  for (const shown of [ensembles, ensembles.slice(0, 1)]) {
    const html = reportHtml(comparisonReport(shown));
    expect(html).toContain("ensemble of 8 × (linear, network 8)");
    expect(html).not.toContain("[object Object]");
  }
});

test("a table has at most four settings that differ, so that none is cut at the edge of the page", () => {
  const settings = (value: number) => Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [key, value]));
  const { parts } = comparisonReport([run("x", settings(1), [0.5]), run("y", settings(2), [0.5])]);
  const blocks = parts[0].sections.find(({ id }) => id === "differing-settings")?.blocks ?? [];
  expect(blocks.map((block) => (block.kind === "table" ? block.columns.map(({ title }) => title) : []))).toEqual([
    ["run", "a", "b", "c", "d"],
    ["run", "e"],
  ]);
});
