import { RandomState } from "../random/randomState.ts";
import type { SweepValue } from "./sweep.ts";

/** A combination of settings and its score. */
export interface ScoredSettings {
  readonly values: Readonly<Record<string, SweepValue>>;
  readonly score: number;
}

export interface SettingImportance {
  readonly name: string;
  /** the share of the variance of the scores that this setting explains by itself */
  readonly share: number;
}

/** Fewer combinations are not enough to estimate importance. */
export const leastCombinations = 6;
const [trees, leastInLeaf, samples, mostRows, mostValues] = [64, 2, 400, 2000, 60];

/**
 * The importance of each setting, as main effects of a functional analysis of variance (fANOVA) on a random forest: of the variance
 * that the forest predicts over all combinations of the values tried, the share that the mean prediction per value of a setting
 * has; the rest is interaction. Hutter, Hoos & Leyton-Brown 2014, proceedings.mlr.press/v32/hutter14.html. Lower scores
 * are raised to the first quartile minus 1.5 interquartile ranges, so that one bad combination does not dominate. Undefined for too few
 * combinations or equal scores. The most important is first.
 */
export function settingImportance(
  scored: readonly ScoredSettings[],
  random = new RandomState(1),
): SettingImportance[] | undefined {
  const kept = scored.length <= mostRows ? scored : some(scored, mostRows, random);
  return scored.length < leastCombinations ? undefined : effectsOf(kept, random);
}

function effectsOf(scored: readonly ScoredSettings[], random: RandomState): SettingImportance[] | undefined {
  const names = Object.keys(scored[0].values);
  const low = robustLow(scored.map(({ score }) => score));
  const scores = scored.map(({ score }) => Math.max(low, score));
  if (new Set(scores).size < 2) return undefined;
  const columns = names.map((name) => encode(scored.map(({ values }) => values[name])));
  const forest = Array.from({ length: trees }, () => {
    const rows = Array.from({ length: scored.length }, () => random.randint(0, scored.length));
    return grow(columns, scores, rows, random);
  });
  const predict = (at: (column: number) => number) => forest.reduce((sum, tree) => sum + walk(tree, at) / trees, 0);
  // Settings are drawn independently of each other, from the tried values
  const draws = Array.from({ length: samples }, () =>
    columns.map((column) => column[random.randint(0, column.length)]),
  );
  const total = variance(draws.map((draw) => predict((column) => draw[column])));
  if (!(total > 0)) return undefined;
  const effects = names.map((name, column): SettingImportance => {
    const means = new Map<number, number>();
    const few = draws.slice(0, 100);
    const values = [...new Set(columns[column])];
    for (const value of values.length <= mostValues ? values : some(values, mostValues, random)) {
      const sum = few.reduce((all, draw) => all + predict((other) => (other === column ? value : draw[other])), 0);
      means.set(value, sum / few.length);
    }
    const known = columns[column].filter((value) => means.has(value));
    const share = variance(known.map((value) => means.get(value) as number)) / total;
    return { name, share: Math.min(1, share) };
  });
  return effects.sort((a, b) => b.share - a.share);
}

function some<Item>(items: readonly Item[], count: number, random: RandomState): Item[] {
  const all = [...items];
  random.shuffle(all);
  return all.slice(0, count);
}

/** Q₁ − 1.5·(Q₃ − Q₁): scores below are outliers (Tukey's fence). */
export function robustLow(scores: readonly number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return quantile(0.25) - 1.5 * (quantile(0.75) - quantile(0.25));
}

/** Numbers unchanged (a forest splits by order, so their scale does not matter), other values by order of appearance. */
function encode(values: readonly SweepValue[]): number[] {
  if (values.every((value) => typeof value === "number")) return [...values];
  const texts = values.map((value) => JSON.stringify(value));
  const places = new Map([...new Set(texts)].map((text, i) => [text, i]));
  return texts.map((text) => places.get(text) as number);
}

type Tree = { readonly value: number } | { readonly column: number; readonly at: number; readonly sides: [Tree, Tree] };

function walk(tree: Tree, at: (column: number) => number): number {
  let node = tree;
  while ("sides" in node) node = node.sides[at(node.column) <= node.at ? 0 : 1];
  return node.value;
}

/** A regression tree: each split is the one, over a random half of the columns, that leaves the least squared error. */
function grow(columns: readonly number[][], scores: readonly number[], rows: number[], random: RandomState): Tree {
  const value = mean(rows.map((row) => scores[row]));
  if (rows.length < 2 * leastInLeaf) return { value };
  const order = columns.map((_, i) => i);
  random.shuffle(order);
  const tried = order.slice(0, Math.max(1, Math.ceil(columns.length / 2)));
  let best: { column: number; at: number; gain: number } | undefined;
  for (const column of tried) {
    const sorted = rows.toSorted((a, b) => columns[column][a] - columns[column][b]);
    let left = 0;
    const sum = value * rows.length;
    for (let i = 1; i < sorted.length; i++) {
      left += scores[sorted[i - 1]];
      const [before, after] = [columns[column][sorted[i - 1]], columns[column][sorted[i]]];
      if (before === after || i < leastInLeaf || sorted.length - i < leastInLeaf) continue;
      const gain = left ** 2 / i + (sum - left) ** 2 / (sorted.length - i) - sum ** 2 / sorted.length;
      if (gain > (best?.gain ?? 1e-15)) best = { column, at: (before + after) / 2, gain };
    }
  }
  if (!best) return { value };
  const { column, at } = best;
  const side = (isLow: boolean) => rows.filter((row) => columns[column][row] <= at === isLow);
  const sides = [true, false].map((low) => grow(columns, scores, side(low), random)) as [Tree, Tree];
  return { column, at, sides };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}
