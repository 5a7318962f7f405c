import { describe, expect, test } from "vitest";
import { cellNumber, columnOf, tableOf } from "../../../src/data/table.ts";
import { classificationSummary, mostConfused } from "../../../src/experiments/evaluation/classificationSummary.ts";
import { largest } from "../../../src/experiments/evaluation/mistakes.ts";
import { permutationImportance } from "../../../src/experiments/evaluation/permutationImportance.ts";
import { rankingSummary } from "../../../src/experiments/evaluation/rankingSummary.ts";
import { histogramOf } from "../../../src/experiments/evaluation/regressionSummary.ts";
import { smallImage } from "../../../src/experiments/evaluation/smallImages.ts";
import { weightImages } from "../../../src/experiments/evaluation/weightImages.ts";
import {
  classificationMetrics,
  DataError,
  Dct,
  Flatten,
  Linear,
  parseRunEvaluation,
  RandomState,
  Sequential,
  Tensor,
} from "../../../src/index.ts";
import fc from "../../properties.ts";

const bytes = (text: string): number[] => [...atob(text)].map((letter) => letter.charCodeAt(0));

describe("permutation importance", () => {
  const random = new RandomState(3);
  const numbers = () => Float64Array.from({ length: 400 }, () => random.randn());
  const table = tableOf("t", { strong: numbers(), weak: numbers(), useless: numbers() });
  // The target is 3·strong + weak; a model that knows it. −mean squared error
  const wanted = Float64Array.from({ length: 400 }, (_, row) => {
    return 3 * cellNumber(columnOf(table, "strong"), row) + cellNumber(columnOf(table, "weak"), row);
  });
  const score = (part: typeof table): number => {
    const value = (name: string, row: number) => cellNumber(columnOf(part, name), row);
    const errors = Array.from(
      { length: part.rows },
      (_, row) => 3 * value("strong", row) + value("weak", row) - wanted[row],
    );
    return -errors.reduce((sum, error) => sum + error ** 2 / part.rows, 0);
  };
  const rows = Int32Array.from({ length: 400 }, (_, row) => row);
  const options = { score, columns: ["useless", "weak", "strong"], costPerRow: 10, repeats: 20 };

  test("is the loss of score when one column is shuffled: for a linear model about 2·weight²·variance", async () => {
    const { drops, score: whole, testRows } = await permutationImportance(table, rows, options);
    expect(whole).toBe(-0);
    expect(testRows).toBe(400);
    expect(drops.map(({ name }) => name)).toEqual(["strong", "weak", "useless"]);
    const variance = (name: string) => {
      const values = [...(columnOf(table, name).cells as Float64Array)];
      const mean = values.reduce((sum, value) => sum + value / 400, 0);
      return values.reduce((sum, value) => sum + (value - mean) ** 2 / 400, 0);
    };
    expect(drops[0].mean / (2 * 9 * variance("strong"))).toBeCloseTo(1, 1);
    expect(drops[1].mean / (2 * variance("weak"))).toBeCloseTo(1, 1);
    expect(drops[2]).toEqual({ name: "useless", mean: 0, deviation: 0 });
  });

  test("is the same for the same seed, and leaves the table as it was", async () => {
    const before = structuredClone(table.columns);
    const [a, b] = [
      await permutationImportance(table, rows, options),
      await permutationImportance(table, rows, options),
    ];
    expect(a).toEqual(b);
    expect(table.columns).toEqual(before);
  });

  test("uses fewer rows where each costs much", async () => {
    const { rows: used } = await permutationImportance(table, rows, { ...options, score: () => 0, costPerRow: 1e12 });
    expect(used).toBe(200);
  });

  test("one row that is far off does not put all other errors into one bar", () => {
    const errors = Float64Array.from({ length: 76 }, (_, row) => (row === 0 ? 100 : (row % 11) - 5));
    const { to, counts } = histogramOf(errors);
    expect(to).toBe(15); // three times the reach of 90 %
    expect(counts.at(-1)).toBe(1);
    expect(Math.max(...counts)).toBeLessThan(38);
  });

  test("ends with the reason of an abort", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(permutationImportance(table, rows, { ...options, signal })).rejects.toThrow("enough");
  });
});

test("largest are the first of the sorted values, without NaN", () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(value), fc.integer({ min: 1, max: 6 }), (values, most) => {
      const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]));
      const sorted = rows.sort((a, b) => values[b] - values[a] || a - b).slice(0, most);
      expect(largest(Float64Array.from(values), most)).toEqual(sorted);
    }),
  );
});

test("a histogram counts every value once, and is symmetric around 0", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
      const { from, to, counts } = histogramOf(Float64Array.from(values));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      expect(from).toBe(-to);
      expect(to).toBeGreaterThan(0);
    }),
  );
});

describe("ROC and precision-recall for a report", () => {
  const two = (probabilities: number[]) => Float64Array.from(probabilities.flatMap((p) => [1 - p, p]));

  test("are of the rarer class, whichever it is", () => {
    const labels = [0, 1, 1, 1];
    const ranking = rankingSummary(two([0.1, 0.9, 0.8, 0.7]), labels, ["no", "yes"]);
    expect(ranking).toMatchObject({ positive: "no", share: 0.25, area: 1, averagePrecision: 1 });
    expect(ranking?.roc[0]).toEqual([0, 0]);
    expect(ranking?.roc.at(-1)).toEqual([1, 1]);
  });

  test("are not there for one class in the test rows, or three in all", () => {
    expect(rankingSummary(two([0.1]), [1], ["no", "yes"])).toBeUndefined();
    expect(rankingSummary(new Float64Array(6), [0, 1], ["a", "b", "c"])).toBeUndefined();
  });

  test("keep few points of many, and both ends", () => {
    const random = new RandomState(1);
    const scores = Array.from({ length: 20_000 }, () => random.randomSample());
    const labels = scores.map((score) => (random.randomSample() < score ? 1 : 0));
    const ranking = rankingSummary(two(scores), labels, ["no", "yes"]);
    expect(ranking?.roc.length).toBeLessThan(320);
    expect(ranking?.roc[0]).toEqual([0, 0]);
    expect(ranking?.roc.at(-1)).toEqual([1, 1]);
  });
});

describe("a summary of a classification", () => {
  test("lists the most frequent confusions, with their share of the true class", () => {
    const confusion = [[5, 3, 0], [1, 9, 0], [0, 4, 4]]; // biome-ignore format: a matrix
    expect(mostConfused(confusion, ["a", "b", "c"])).toEqual([
      { truth: "c", predicted: "b", count: 4, share: 0.5 },
      { truth: "a", predicted: "b", count: 3, share: 3 / 8 },
      { truth: "b", predicted: "a", count: 1, share: 0.1 },
    ]);
    const many = Array.from({ length: 50 }, (_, i) => Array.from({ length: 50 }, (_, j) => (i === j ? 0 : i + j)));
    const counts = mostConfused(many, Array.from({ length: 50 }, String)).map(({ count }) => count);
    expect(counts).toEqual([97, 97, 96, 96, 95, 95, 95, 95]);
  });

  test("stays small with thousands of classes: no matrix, a thousand classes", () => {
    const classes = 2000;
    const labels = Int32Array.from({ length: classes }, (_, i) => i);
    const labelNames = Array.from(labels, (i) => `class ${i} ${"x".repeat(200)}`);
    const metrics = classificationMetrics(Tensor.zeros([classes, classes]), labels, { labelNames });
    const summary = classificationSummary({ kind: "classification", ...metrics }, new Float64Array(0), {
      labels,
      labelNames,
    });
    expect(summary.confusion).toBeUndefined();
    expect(summary.classes).toHaveLength(1000);
    expect(JSON.stringify(summary).length).toBeLessThan(500_000);
  });
});

describe("small images", () => {
  test("keep RGB, spread grey, and take the means of blocks of large ones", () => {
    expect(bytes(smallImage([1, 2, 3], [1, 1, 3]).rgb)).toEqual([1, 2, 3]);
    expect(bytes(smallImage([7], [1, 1, 1]).rgb)).toEqual([7, 7, 7]);
    const wide = smallImage(
      Uint8Array.from({ length: 128 }, (_, i) => (i % 2) * 10),
      [1, 128, 1],
    );
    expect(wide).toMatchObject({ width: 64, height: 1 });
    expect(bytes(wide.rgb).every((value) => value === 5)).toBe(true);
  });
});

describe("images of the first layer's weights", () => {
  test("of pixels are the weights, scaled by the largest, grey at 0", () => {
    const network = new Sequential([new Flatten(), new Linear(4, 2, { random: new RandomState(1) })]);
    network.assign("fc1_w", network.getParameter("fc1_w").clone());
    const { data } = network.getParameter("fc1_w");
    data.set([0, 9, 1, 0, -2, 0, 0, 0]); // (inputs, units): unit 0 is 0, 1, −2, 0
    network.assign("fc1_w", { shape: [4, 2], data } as never);
    const images = weightImages(network, [2, 2, 1]);
    expect(images?.units).toBe(2);
    expect(images?.tiles.map(({ rgb }) => bytes(rgb).filter((_, i) => i % 3 === 0))).toEqual([
      [255, 128, 128, 128],
      [128, 191, 0, 128],
    ]);
  });

  test("of a DCT are transformed back to pixels: the lowest coefficient is constant", () => {
    const layers = [new Dct([4, 4, 1], { keep: 2 }), new Linear(4, 1, { random: new RandomState(1) })];
    const network = new Sequential(layers);
    const { data } = network.getParameter("fc1_w");
    data.set([1, 0, 0, 0]);
    network.assign("fc1_w", { shape: [4, 1], data } as never);
    const [tile] = weightImages(network, [4, 4, 1])?.tiles ?? [];
    expect(new Set(bytes(tile.rgb))).toEqual(new Set([255]));
  });

  test("are not there for tables and for other first layers", () => {
    expect(weightImages(new Sequential([new Linear(2, 2, { initializer: "zeros" })]), [2])).toBeUndefined();
  });
});

test("a damaged evaluation is refused with its file and place", () => {
  const read = (json: unknown) => parseRunEvaluation(json, { name: "run/evaluation.json" });
  expect(() => read({})).toThrow(DataError);
  expect(() => read({ format: "handgrad evaluation", version: 1, handgrad: 3 })).toThrow(
    /run\/evaluation\.json: damaged, not the evaluation of a run.*handgrad/s,
  );
  const tile = { rgb: "<img>", width: 1, height: 1 };
  const weights = { units: 1, tiles: [tile] };
  expect(() => read({ format: "handgrad evaluation", version: 1, handgrad: "1", weights })).toThrow(/base64/);
});
