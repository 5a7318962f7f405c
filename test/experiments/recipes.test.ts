import { expect, test } from "vitest";
import { cifar100Source } from "../../src/experiments/cifar100Source.ts";
import {
  networkOf,
  parseSettings,
  RandomState,
  type RecipeName,
  recipes,
  settingsFor,
  syntheticSplits,
} from "../../src/index.ts";

test.each(Object.entries(recipes))("the recipe %s is made of settings that fit", (_, recipe) => {
  expect(parseSettings(recipe)).toMatchObject(recipe);
});

test("recipes that learn the 100 classes of CIFAR-100 answer for the 20 of its stand-in", async () => {
  const splits = syntheticSplits({ random: new RandomState(1), sizes: { train: 50, validation: 10, test: 10 } });
  const { labels, labelNames } = splits.train;
  // as the stand-in gives both labels
  const both = { ...splits, train: { ...splits.train, finer: { labels, labelNames } } };
  const source = await cifar100Source(async () => both, { labels: "both" }, { path: "stand-in" });
  for (const recipe of Object.keys(recipes) as RecipeName[]) {
    const { layers } = networkOf(settingsFor(source, { recipe }), source.train.inputShape);
    const last = layers.findLast(({ kind }) => kind === "linear");
    expect(last, recipe).toMatchObject({ outputs: 20 });
  }
});
