import { expect, test } from "vitest";
import { parseReference } from "../../assignment/reference.ts";

const config = {
  layers: [3072, 8, 20],
  init_scale: 0.002,
  seed: 1,
  train_images: 100,
  epochs: 2,
  batch_size: 10,
  optimizer: "sgd",
  learning_rate: 0.1,
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
};
const run = {
  config,
  loss_first: [3],
  train_acc: [0.1, 0.2],
  val_acc: [0.1, 0.2],
  final_parameter_norms: [1, 1, 1, 1],
};
const parse = (content: unknown) => parseReference(JSON.stringify(content), { name: "runs.json" });

test("a whole reference is read", () => expect(Object.keys(parse({ run }))).toEqual(["run"]));

test.each([{}, []])("a file without runs is refused: nothing compared is not all equal", (content) => {
  expect(() => parse(content)).toThrow(
    "runs.json: expected an object with a reference run under each name, found none",
  );
});

test.each([
  ["another initializer", { initializer: "he" }, 'initializer: expected "scaled", which init_scale is for, found "he"'],
  ["other labels", { labels: "fine" }, 'labels: expected "coarse", the superclasses, found "fine"'],
  ["two schedules", { schedule: { kind: "cosine" }, lr_decay: 0.5 }, "schedule: expected one schedule"],
  ["more epochs than accuracies", { epochs: 3 }, "train_acc: expected 3, one for each epoch, found 2"],
])("what would be compared with another training is refused: %s", (_, change, message) => {
  expect(() => parse({ run: { ...run, config: { ...config, ...change } } })).toThrow(`runs.json: run: ${message}`);
});
