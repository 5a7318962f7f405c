import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { collectResults } from "../../assignment/node/problem1Lab.ts";
import { finishProblem1, LabFolder, runProblem1, unfinishedLab, writeProblem1Reports } from "../../assignment/node.ts";
import { comparisonRuns, type Problem1Plan, runTitles } from "../../assignment/problem1Plan.ts";
import { trainLabRun } from "../../assignment/problem1Training.ts";
import { parseReference } from "../../assignment/reference.ts";
import { assignmentCells } from "../../assignment/report/cells.ts";
import { problem1Figures } from "../../assignment/report/figures.ts";
import { problem1Report, problem1Solution } from "../../assignment/report/report.ts";
import { type Problem1Results, parseProblem1Results } from "../../assignment/report/results.ts";
import { firstRows } from "../../src/data/dataset.ts";
import { measureNormalization } from "../../src/data/normalize.ts";
import { syntheticSplits } from "../../src/data/synthetic.ts";
import { restoreNetwork } from "../../src/experiments/model.ts";
import { openKernels } from "../../src/node/kernels/kernels.ts";
import { packageFile } from "../../src/node/packageFile.ts";
import { compilePdf } from "../../src/node/pdf.ts";
import { compareRuns } from "../../src/node/runs/comparison.ts";
import { listRuns, readModel } from "../../src/node/runs/runFolder.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { decodeBase64 } from "../../src/report/figures/png.ts";
import { reportHtml } from "../../src/report/html.ts";
import { reportTypst } from "../../src/report/typst.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { evaluate } from "../../src/training/evaluate.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 30_000 }); // it starts processes and compiles PDFs, on machines that may be busy

const plan: Problem1Plan = {
  quick: true,
  tinynet: { epochs: 2, trainImages: 300, validationImages: 100 },
  comparison: { epochs: 2, trainImages: 200, validationImages: 100 },
};

const parent = temporaryFolder("handgrad-lab-");
const folder = new LabFolder(join(parent, "problem1"));
const order: string[] = [];
let results: Problem1Results;

const sizes = { train: 300, validation: 100, test: 100 };

/** Runs the lab on a small stand-in, and stops it in the third iteration of a step, if one is given. */
async function run(stopAt?: string): Promise<void> {
  const controller = new AbortController();
  const kernels = openKernels({ threads: 1 });
  try {
    await runProblem1(folder, {
      kernels,
      signal: controller.signal,
      loadData: async () => {
        const splits = syntheticSplits({ random: new RandomState(1), sizes });
        return { ...splits, normalization: measureNormalization(splits.train), test: async () => splits.test };
      },
      onStart: ({ name }) => {
        order.push(name);
      },
      onStep: ({ step }) => {
        if (order.at(-1) === stopAt && step === 2) controller.abort(new Error("stopped"));
      },
      onEnd: (step, _outcome, _seconds, stored) => order.push(`${step.name} ${stored ? "stored" : "done"}`),
    });
  } finally {
    kernels.close();
  }
}

beforeAll(async () => {
  await folder.start({ plan, standIn: true, kernels: "test" });
  await expect(run("l1")).rejects.toThrow("stopped");
  expect(unfinishedLab(parent, plan)?.path).toBe(folder.path);
  expect(listRuns(parent)).toMatchObject([{ kind: "lab", done: 5, complete: false }]);
  expect(folder.loadState("l1")?.history.loss).toHaveLength(3);
  await run();
  await finishProblem1(folder);
  results = parseProblem1Results(JSON.parse(read("results.json")), { name: "results.json" });
}, 60_000);

const read = (name: string): string => readFileSync(join(folder.path, name), "latin1");
const readText = (name: string): string => readFileSync(join(folder.path, name), "utf8");

test("a stopped lab continues with the interrupted step", () => {
  expect(order.slice(0, 11)).toEqual(
    ["checks", "data", "tinynet", "sgd", "sgdw"].flatMap((name) => [name, `${name} done`]).concat("l1"),
  );
  expect(order.slice(11, 18)).toEqual([
    ...["checks", "data", "tinynet", "sgd", "sgdw"].map((name) => `${name} stored`),
    ...["l1", "l1 done"],
  ]);
  expect(order.at(-1)).toBe("decay done");
  expect(unfinishedLab(parent, plan)).toBeUndefined();
});

test("a training that was stopped in the middle comes out as one that was not, to the bit", async () => {
  const file = packageFile("reference/runs.json");
  const { l1 } = parseReference(readFileSync(file, "utf8"), { name: file });
  const splits = syntheticSplits({ random: new RandomState(1), sizes });
  const kernels = openKernels({ threads: 1 });
  const { run: whole } = await trainLabRun(l1, {
    train: firstRows(splits.train, plan.comparison.trainImages),
    validation: firstRows(splits.validation, plan.comparison.validationImages),
    normalization: measureNormalization(splits.train),
    epochs: plan.comparison.epochs,
    kernels,
  });
  kernels.close();
  expect(results.runs.l1.loss).toEqual(whole.loss);
  expect(results.runs.l1.parameters).toEqual(whole.parameters);
  expect(folder.loadState("l1")).toBeUndefined();
});

describe("results", () => {
  test("hold every check, and all of them pass", () => {
    expect(results.checks.checks.length).toBeGreaterThan(35);
    expect(results.checks.checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  test("L2 with the derived λ is weight decay but for rounding; plain SGD and L1 are not", () => {
    const apart = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));
    const { sgd, sgdw, l1, l2 } = results.runs;
    expect(l2.lambda).toBe(Number(sgdw.config.weightDecay) / (2 * Number(sgdw.config.learningRate)));
    expect(apart(sgdw.loss, l2.loss)).toBeLessThan(1e-12);
    expect(sgdw.valAccuracy).toEqual(l2.valAccuracy);
    expect(results.decay.largestParameterDifference).toBeLessThan(1e-13);
    expect(apart(sgd.loss, sgdw.loss)).toBeGreaterThan(1e-6);
    expect(apart(l1.loss, sgdw.loss)).toBeGreaterThan(1e-6);
    expect(l2.parameters.norm).toBeLessThan(sgd.parameters.norm);
  });

  test("the saved TinyNet is the trained one, bit for bit, and its confusion matrix has its test accuracy", () => {
    const { tinynet } = results;
    expect(tinynet.parametersEqual).toBe(true);
    expect(tinynet.validation.accuracy).toBe(Math.max(...tinynet.run.valAccuracy));
    const right = tinynet.test.confusion.reduce((sum, row, i) => sum + row[i], 0);
    expect(right / tinynet.test.images).toBe(tinynet.test.accuracy);
    const confidences = tinynet.test.wrong.map(({ probability }) => probability);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
  });

  test("the model of TinyNet's last epoch is kept, and has the scores that the report gives it", async () => {
    const { tinynet } = results;
    expect(tinynet.last?.validation.accuracy).toBe(tinynet.run.valAccuracy.at(-1));
    const last = readModel(join(folder.runFolder("tinynet"), "last.safetensors"));
    const { test } = syntheticSplits({ random: new RandomState(1), sizes });
    const { score } = await evaluate(restoreNetwork(last), test, { normalization: last.normalization });
    expect(score).toBe(tinynet.last?.test.accuracy);
    expect(tinynet.loaded?.map(({ name, shape }) => [name, shape])).toEqual([
      ["fc1_w", [3072, 128]],
      ["fc1_b", [128]],
      ["fc2_w", [128, 20]],
      ["fc2_b", [20]],
    ]);
  });

  test("the trainings are run folders like any other", () => {
    const runs = compareRuns([folder.path], Object.keys(runTitles));
    expect(runs.map(({ name }) => name)).toEqual(["tinynet", ...comparisonRuns]);
    expect(runs.find(({ name }) => name === "l1pub")?.rule).toBe("sign of the gradient");
    expect(runs[1].loss).toEqual(results.runs.sgd.loss);
  });
});

describe("figures show what results.json holds", () => {
  const percentages = (values: readonly number[]) => values.map((value, i) => [i + 1, 100 * value]);

  test("TinyNet's loss and accuracies", () => {
    const [raw, smooth] = problem1Figures.tinynetLoss(results).panels[0].series;
    expect(raw.points).toEqual(results.tinynet.run.loss.map((loss, i) => [i + 1, loss]));
    expect(smooth.points[0]).toEqual([1, results.tinynet.run.loss[0]]);
    const [training, validation] = problem1Figures.tinynetAccuracy(results).panels[0].series;
    expect(training.points).toEqual(percentages(results.tinynet.run.trainAccuracy));
    expect(validation.points).toEqual(percentages(results.tinynet.run.valAccuracy));
  });

  test.each([
    ["decay", ["sgd", "sgdw", "l1", "l2"]],
    ["adam", ["adamw", "adaml2", "sgd"]],
    ["adamAll", ["sgd", "sgdw", "l1", "l2", "adamw", "adaml2"]],
  ] as const)("%s", (name, runs) => {
    const [loss, training, validation] = problem1Figures[name](results).panels;
    runs.forEach((one, i) => {
      expect(loss.series[i].points.map(([, y]) => y)).toEqual(results.runs[one].loss);
      expect(training.series[i].points).toEqual(percentages(results.runs[one].trainAccuracy));
      expect(validation.series[i].points).toEqual(percentages(results.runs[one].valAccuracy));
    });
  });

  test("the erratum: the sign-of-gradient run and the true L1", () => {
    const [, validation] = problem1Figures.publishedL1(results).panels;
    expect(validation.series.map(({ points }) => points)).toEqual(
      [results.runs.l1pub, results.runs.l1].map(({ valAccuracy }) => percentages(valAccuracy)),
    );
    const full = { ...results, plan: { ...plan, quick: false }, data: { ...results.data, standIn: false } };
    const [published] = problem1Figures.publishedL1(full).panels[1].series;
    expect(published.points).toEqual(percentages(results.runs.l1pub.published?.valAccuracy ?? []));
    expect(published.draw).toBe("dots");
  });

  test("magnitudes, confusion, weights, wrong images", () => {
    const [{ series }] = problem1Figures.decayMagnitudes(results).panels;
    expect(series[2].points.map(([, y]) => y)).toEqual(results.runs.l1.parameters.below.map((share) => 100 * share));
    expect(problem1Figures.confusion(results).counts).toEqual(results.tinynet.test.confusion);
    expect(problem1Figures.weights(results).tiles.map(({ rgb }) => rgb)).toEqual(results.tinynet.weights.rgb);
    const [tile] = problem1Figures.wrong(results).tiles;
    expect(decodeBase64(tile.rgb)).toHaveLength(3072);
    expect(tile.lines?.[0]).toBe(results.data.labelNames[results.tinynet.test.wrong[0].label].replaceAll("_", " "));
  });
});

describe("the page", () => {
  test("needs nothing else, has every drawing wide and narrow, and unique ids", () => {
    const html = readText("report.html");
    expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script|<link|@import|url\(/);
    const figures = Object.keys(problem1Figures).length;
    const drawings = figures - 2; // weights and wrong images are grids of images, which adapt by themselves
    expect(html.match(/<figure id/g)).toHaveLength(figures);
    expect(html.match(/<svg class="wide"/g)).toHaveLength(drawings);
    expect(html.match(/<svg class="narrow"/g)).toHaveLength(drawings);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    expect(html).toContain("prefers-color-scheme:dark");
    expect(html).not.toMatch(/undefined|NaN/);
  });

  test("says loudly what was not the whole assignment", () => {
    expect(problem1Report(results).warnings.join()).toMatch(/STAND-IN.*QUICK RUN/);
    const full = { ...results, plan: { ...plan, quick: false }, data: { ...results.data, standIn: false } };
    expect(problem1Report(full).warnings).toEqual([]);
    expect(reportHtml(problem1Report(full))).not.toMatch(/undefined|NaN/);
  });
});

describe("the PDF", () => {
  test("has the three items in order, then the appendix", () => {
    const { parts } = problem1Solution(results);
    expect(parts.map(({ title }) => title)).toEqual(["Solution", "Appendix"]);
    expect(parts[0].sections.map(({ id }) => id)).toEqual([
      "tinynet",
      "sgd-comparison-section",
      "adam-comparison-section",
    ]);
    const everything = problem1Report(results).parts.flatMap(({ sections }) => sections.map(({ id }) => id));
    const inPdf = parts.flatMap(({ sections }) => sections.map(({ id }) => id));
    expect([...inPdf].sort()).toEqual([...everything].sort());
  });

  test("is a PDF with embedded fonts; text that looks like markup stays text", async () => {
    const report = { ...problem1Solution(results), title: 'a #let "b" \\ $c$' };
    const pdf = await compilePdf(reportTypst(report));
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe("%PDF-");
    expect(read("problem_1_solution.pdf")).toMatch(/FontFile/);
  });
});

describe("the table of the assignment’s cells", () => {
  const section = () => problem1Report(results).parts.at(-1)?.sections.at(-1);
  const rows = () => {
    const table = section()?.blocks.find((block) => block.kind === "table");
    if (table?.kind !== "table") throw new Error("no table");
    return table.rows;
  };

  test("has every cell, each with a section of the report", () => {
    expect(rows()).toHaveLength(assignmentCells.length);
    for (const [, title] of rows()) expect(title).not.toBe("–");
  });

  test("counts every check once, and compares no training on the stand-in", () => {
    const counted = rows().map(([, , , compared]) => /^(\d+) of (\d+) values?$/.exec(String(compared)));
    expect(counted.reduce((sum, match) => sum + Number(match?.[2] ?? 0), 0)).toBe(results.checks.checks.length);
    expect(rows().filter((row) => row[4] === true)).toHaveLength(12);
    expect(rows().filter((row) => row[4] === "not compared")).toHaveLength(5);
  });

  test("a check that fails, a training that differs, and parameters that were not loaded are no match", () => {
    const wrong = structuredClone(results);
    wrong.checks.checks[0].passed = false;
    wrong.tinynet.parametersEqual = false;
    wrong.tinynet.run.reference = {
      ...{ rows: 5, equalRows: 5, publishedRows: 5, equalPublishedRows: 4, losses: 2000, largestLossDifference: 0 },
    };
    const outcomes = Object.fromEntries(assignmentCells.map(({ id, outcome }) => [id, outcome(wrong)]));
    expect(outcomes["fc-forward"]).toEqual({ compared: "0 of 1 value", matches: false });
    expect(outcomes.tinynet).toEqual({ compared: "4 of 5 published epochs", matches: false });
    expect(outcomes["tinynet-load"].matches).toBe(false);
    expect(outcomes["gelu-forward"].matches).toBe(true);
  });
});

test("the report of a run is reproducible, byte for byte", async () => {
  const names = ["report.html", "problem_1_solution.pdf", "notebook/problem1.ipynb", "notebook/problem1-numpy.ipynb"];
  const before = names.map(read);
  await writeProblem1Reports(folder.path);
  expect(names.map(read).every((content, i) => content === before[i])).toBe(true);
});

describe("a damaged lab", () => {
  test.each([
    ["steps/l1.json", '{"result":', /steps\/l1\.json: damaged: not JSON, or truncated after 10 characters/],
    ["steps/data.json", "{}", /steps\/data\.json: damaged/],
    ["lab.json", '{"version": 2}', /lab\.json: written by a newer Handgrad \(version 2/],
  ])("%s is named", (name, content, message) => {
    const file = join(folder.path, name);
    const whole = readFileSync(file);
    writeFileSync(file, content);
    try {
      expect(() => collectResults(folder)).toThrow(DataError);
      expect(() => collectResults(folder)).toThrow(message);
    } finally {
      writeFileSync(file, whole);
    }
  });

  test("results.json of an earlier version: the derivative of GELU is called slope", () => {
    const { derivative, ...curve } = results.checks.gelu;
    const checks = { ...results.checks, gelu: { ...curve, slope: derivative } };
    expect(parseProblem1Results({ ...results, checks }, { name: "r.json" })).toEqual(results);
  });

  test("results.json of a newer version, or of something else", () => {
    expect(() => parseProblem1Results({ ...results, version: 2 }, { name: "r.json" })).toThrow(
      /r\.json: written by a newer/,
    );
    expect(() => parseProblem1Results({ ...results, runs: {} }, { name: "r.json" })).toThrow(
      /r\.json: not the results/,
    );
    expect(() => parseProblem1Results(null, { name: "r.json" })).toThrow(DataError);
  });
});

test("the solution names its author as plain text, lists code without imports, and is written where it is wanted", async () => {
  const author = { name: 'Ada #let "x"', id: "12-345" };
  await folder.nameAuthor(author);
  expect(folder.record().author).toEqual(author);
  const code = "forward(x) {\n  return x;\n}";
  const solution = problem1Solution(results, { author, listings: [{ name: "identity.ts", code }] });
  expect(solution.subtitle).toMatch(/^Ada #let "x" \(12-345\) · /);
  expect(solution.parts.at(-1)?.sections.at(-1)?.blocks.at(-1)).toMatchObject({
    kind: "code",
    lines: code.split("\n"),
  });
  const file = join(parent, "handed in.pdf");
  const written = await writeProblem1Reports(folder.path, { solution: file });
  expect(written.at(-1)).toBe(file);
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
});
