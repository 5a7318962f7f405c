import { describe, expect, test } from "vitest";
import { namedRun } from "../../scripts/fuzz/namedRun.ts";
import type { Section } from "../../src/report/document.ts";
import type { LinesFigure } from "../../src/report/figures/figure.ts";
import { figureSvg } from "../../src/report/figures/figureSvg.ts";
import { robustAxis } from "../../src/report/figures/range.ts";
import { textWidth } from "../../src/report/figures/svg.ts";
import { standaloneTheme } from "../../src/report/figures/theme.ts";
import { type ReportedRun, reportHtml, reportTypst, runReport } from "../../src/report/index.ts";
import { plainText } from "../../src/report/markup.ts";
import { sparkline } from "../../src/report/run/dataSection.ts";
import fc from "../properties.ts";

/** As version 0.1 wrote it: without an evaluation, losses of epochs and a trace. */
const old: ReportedRun = {
  name: "old",
  config: { seed: 3, epochs: 2, batchSize: 2 },
  metric: "accuracy",
  ...{ loss: [3, 2, 2, 1], trainScore: [0.5, 0.7], valScore: [0.4, 0.65], bestEpoch: 1 },
  ...{ seconds: 70, kernels: "scalar", standIn: false, stopped: false },
};

const idsOf = (run: ReportedRun): string[] =>
  runReport(run).parts.flatMap(({ sections }) => sections.map(({ id }) => id));
const sectionOf = (run: ReportedRun, id: string): Section => {
  const found = runReport(run)
    .parts.flatMap(({ sections }) => sections)
    .find((section) => section.id === id);
  if (!found) throw new Error(`no section ${id}`);
  return found;
};
const figureOf = (run: ReportedRun): LinesFigure => {
  const block = sectionOf(run, "training").blocks.find(({ kind }) => kind === "figure");
  return (block as { readonly figure: LinesFigure }).figure;
};

describe("the report of a run", () => {
  test("has the test score as its headline, and the validation score below, named as such", () => {
    const { headline, summary } = namedRun("x", "classification");
    expect(plainText(headline?.name ?? "")).toBe("test accuracy");
    expect(plainText(headline?.value ?? "")).toBe("50.00\u00a0%");
    expect(plainText(headline?.text ?? "")).toContain("95 % interval: 40.0\u00a0% to 90.0\u00a0%");
    expect(headline?.verdict).toEqual({ kind: "good", text: "X" });
    expect(summary[0]).toEqual(["validation accuracy, best epoch", "30.00\u00a0%"]);
    expect(summary[2]).toEqual(["best epoch", "2 of 2"]);
  });

  test("of numbers speaks of R² and errors in units of the target", () => {
    const html = reportHtml(namedRun("kg", "regression"));
    for (const text of ["R² on the test rows", "mean absolute error (MAE)", "(RMSE)", "true kg", "error of kg"]) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain("accuracy");
  });

  test("of version 0.1 has its curves, settings and validation score, and no headline", () => {
    const { headline, summary, warnings } = runReport(old);
    expect(headline).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(summary).toContainEqual(["validation accuracy, best epoch", "65.00\u00a0%"]);
    expect(summary).toContainEqual(["training time", "1 min 10 s"]);
    expect(idsOf(old)).toEqual(["training", "settings", "reproduce"]);
    expect(figureOf(old).panels.map(({ y }) => y.title)).toEqual(["loss", "accuracy (%)"]);
  });

  test("of a stopped run says so, and has no test scores", () => {
    const { title, warnings } = runReport({ ...old, stopped: true });
    expect(plainText(title)).toBe("Run old, unfinished");
    expect(plainText(warnings[0])).toMatch(/^STOPPED after 2 of 2 epochs: there are no test scores yet/);
  });

  test("of a run that diverged in its first epoch has the loss alone, in iterations", () => {
    const run = { ...old, trainScore: [], valScore: [], bestEpoch: undefined, stopped: true, failure: "step 4: NaN" };
    expect(plainText(runReport(run).warnings[0])).toBe(
      "DIVERGED: step 4: NaN No epoch was finished, so there is no model.",
    );
    const [panel, ...rest] = figureOf(run).panels;
    expect(rest).toEqual([]);
    expect(panel.x.title).toBe("iteration");
    expect(runReport(run).summary).toContainEqual(["epochs", "0 of 2"]);
  });

  test("of a run without any step has no curves", () => {
    expect(idsOf({ ...old, loss: [], trainScore: [], valScore: [], bestEpoch: undefined })).not.toContain("training");
  });

  test("marks the best epoch in the panels of loss and score", () => {
    const run = {
      ...old,
      trainLoss: [2, 1],
      valLoss: [2, 1.5],
      trace: { every: 1, gradientNorm: [1, 1, 1, 1], learningRate: [1, 1, 1, 1] },
    };
    const { panels } = figureOf(run);
    expect(panels.map(({ marks = [] }) => marks.map(({ x, name }) => [x, name]))).toEqual([
      [[2, "best: 2"]],
      [[2, "best: 2"]],
      [],
      [],
    ]);
    expect(panels[0].series.map(({ name, points }) => [name, points.length])).toEqual([
      ["batches", 4],
      ["training", 2],
      ["validation", 2],
    ]);
  });

  test("shows first the settings that are not the default, and folds all", () => {
    const evaluation = {
      format: "handgrad evaluation",
      version: 1,
      handgrad: "1",
      defaults: { ...old.config, epochs: 9 },
    } as const;
    const [first, second] = sectionOf({ ...old, evaluation }, "settings").blocks;
    expect(first).toMatchObject({ kind: "table", rows: [[expect.anything(), "2", "9"]] });
    expect(second).toMatchObject({ kind: "folded", title: "All settings" });
  });

  test("is one page that loads nothing, with a policy that forbids it", () => {
    const html = reportHtml(namedRun("x", "classification"));
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|url\(/);
  });

  test("has no table of contents and no forced page breaks as a PDF", () => {
    const { main } = reportTypst(runReport(old));
    expect(main).not.toContain("outline");
    expect(main).not.toContain("pagebreak");
  });
});

describe("an axis for values with outliers", () => {
  const near = Array.from({ length: 50 }, (_, i) => 1 + i / 50);

  test("shows those that are near one another", () => {
    expect(robustAxis({ title: "y" }, near)).toEqual({ title: "y" });
    const { from, to } = robustAxis({ title: "y" }, [...near, 1e6, -1e6]);
    expect(from).toBeGreaterThan(0);
    expect(to).toBeLessThan(4);
  });

  test("is logarithmic for a loss over several powers of ten", () => {
    const falling = Array.from({ length: 40 }, (_, i) => 10 ** (2 - i / 8));
    expect(robustAxis({ title: "loss" }, falling, { log: true }).scale).toBe("log");
    expect(robustAxis({ title: "loss" }, [...falling, 0], { log: true }).scale).toBeUndefined();
    const diverged = robustAxis({ title: "loss" }, [0, 0.5, 3, 1e20, 1e90], { log: true });
    expect(diverged).toEqual({ title: "loss", scale: "log", from: 0.5 });
  });

  test("cuts at most a tenth of the values", () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(values, (all) => {
        const { from = -Infinity, to = Infinity } = robustAxis({ title: "y" }, all);
        expect(all.filter((value) => value < from || value > to).length).toBeLessThanOrEqual(all.length / 10 + 1);
      }),
    );
  });

  test("the figure says that values are cut", () => {
    const points = [...near, 1e6].map((y, x) => [x, y] as const);
    const axis = robustAxis(
      { title: "y" },
      points.map(([, y]) => y),
    );
    const panel = { x: { title: "x" }, y: axis, series: [{ name: "a", style: 0, points }] };
    const text = { id: "f", caption: "", description: "" };
    const draw = (y: typeof axis) => figureSvg({ kind: "lines", ...text, panels: [{ ...panel, y }] }, standaloneTheme);
    expect(draw(axis)).toContain("▲");
    expect(draw({ title: "y" })).not.toContain("▲");
  });
});

/** The labels below the axis of a panel, from left to right, as [middle, text]. */
function ticksOf(svg: string): [number, string][] {
  return [...svg.matchAll(/<text x="([\d.-]+)" y="[\d.-]+" text-anchor="middle" font-size="11"[^>]*>([^<]+)</g)].map(
    ([, x, text]) => [Number(x), text],
  );
}

test("labels of an x axis never overlap, however narrow the panel and long the numbers", () => {
  const end = fc.double({ noNaN: true, min: -1e7, max: 1e7 });
  fc.assert(
    fc.property(end, end, fc.constantFrom("wide" as const, "narrow" as const, "print" as const), (a, b, size) => {
      const panel = { x: { title: "x" }, y: { title: "y" }, series: [{ name: "a", style: 0, points: [[a, 0], [b, 1]] as const }] }; // biome-ignore format: points
      const figure = { kind: "lines", id: "f", caption: "", description: "", panels: [panel] } as const;
      const ticks = ticksOf(figureSvg(figure, standaloneTheme, { size }));
      for (let i = 1; i < ticks.length; i++) {
        const half = (text: string) => textWidth(text, 11, standaloneTheme) / 2;
        expect(ticks[i][0] - half(ticks[i][1])).toBeGreaterThan(ticks[i - 1][0] + half(ticks[i - 1][1]) - 1);
      }
    }),
  );
});

test.each([2, 3, 12, 13, 40, 41, 100])("a confusion matrix of %i classes fits its figure", (classes) => {
  const labels = Array.from({ length: classes }, (_, i) => `a class with a long name ${i}`);
  const counts = labels.map((_, i) => labels.map((_, j) => (i === j ? 5 : (i + j) % 7 === 0 ? 1 : 0)));
  for (const size of ["wide", "narrow", "print"] as const) {
    const figure = { kind: "confusion", id: "c", caption: "", description: "", labels, counts } as const;
    const svg = figureSvg(figure, standaloneTheme, { size });
    const [, width, height] = svg.match(/viewBox="0 0 ([\d.]+) ([\d.]+)"/)?.map(Number) ?? [];
    for (const [, x, y, w, h] of svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)) {
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(width + 0.1);
      expect(Number(y) + Number(h)).toBeLessThanOrEqual(height + 0.1);
    }
    expect(svg.length).toBeLessThan(1e6);
  }
});

test("digits are their own names in the matrix of a phone: no class has the number of another beside it", () => {
  const labels = Array.from({ length: 10 }, (_, i) => String(i));
  const counts = labels.map((_, i) => labels.map((_, j) => (i === j ? 5 : 0)));
  const figure = { kind: "confusion", id: "c", caption: "", description: "", labels, counts } as const;
  const texts = [...figureSvg(figure, standaloneTheme, { size: "narrow" }).matchAll(/>([^<]+)<\/text>/g)].map(
    ([, text]) => text,
  );
  expect(texts.filter((text) => /^\d+( \d+)?$/.test(text)).sort()).toEqual([...labels, ...labels].sort());
});

test("a sparkline has a bar for each count, and a space for none", () => {
  expect(sparkline([0, 1, 8, 4])).toBe(" ▂█▅");
  expect(sparkline([])).toBe("");
});
