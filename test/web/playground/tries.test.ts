import { wasmKernels } from "handgrad";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../web/app/playground/address.ts";
import type { PlaygroundState } from "../../../web/app/playground/state.ts";
import { Session } from "../../../web/app/playground/training/session.ts";
import { tries } from "../../../web/app/playground/tries.ts";

const kernels = wasmKernels({ threads: 1, strict: true });

test.each(tries)("$title: the page can read the address", ({ address }) => {
  expect(parseAddress(address).problems).toEqual([]);
});

function trained(
  title: string,
  epochs: number,
  change: (state: PlaygroundState) => Partial<PlaygroundState> = () => ({}),
) {
  const { state } = parseAddress(tries.find((each) => each.title === title)?.address ?? "");
  const session = new Session({ ...state, ...change(state) }, kernels);
  while (session.epoch < epochs) session.finishEpoch();
  return { session, train: session.training(), validation: session.validation() ?? session.training() };
}

describe("what the texts say is so", () => {
  test("no line separates the circle; with x² and y² one does", () => {
    const title = "Why does a linear network fail here?";
    expect(trained(title, 100).train.score).toBeLessThan(0.7);
    expect(trained(title, 100, () => ({ inputs: ["x", "y", "xx", "yy"] })).train.score).toBeGreaterThan(0.99);
  });

  test("three units of one layer enclose the middle", () => {
    expect(trained("Lines in one hidden layer", 200).train.score).toBe(1);
  });

  test("a learning rate of 3 jumps, 1 settles", () => {
    const title = "A learning rate that is too large";
    expect(trained(title, 200).train.loss).toBeGreaterThan(0.2);
    expect(trained(title, 200, () => ({ rate: 1 })).train.loss).toBeLessThan(0.01);
  });

  test("without a penalty the validation loss rises; with L2, dropout or more points it rises less", () => {
    const title = "Learning the noise";
    const early = trained(title, 50);
    const late = trained(title, 400);
    expect(late.train.loss).toBeLessThan(0.01);
    expect(late.validation.loss).toBeGreaterThan(2 * early.validation.loss);
    const better = [
      trained(title, 400, () => ({ regularization: "l2", lambda: 0.01 })),
      trained(title, 400, () => ({ points: 1000 })),
      trained("Watch dropout", 400),
    ];
    for (const { validation } of better) expect(validation.loss).toBeLessThan(0.85 * late.validation.loss);
  });

  test("from zeros, all weights stay 0 and only the biases of the outputs change", () => {
    const { session } = trained("Weights that all start at 0", 20);
    for (const [name, { data }] of Object.entries(session.save()))
      expect([name, data.some((value) => value !== 0)]).toEqual([name, name === "fc3_b"]);
  });

  test("six layers of sigmoids learn with batch normalization, and hardly without", () => {
    const title = "A deep network and batch normalization";
    expect(trained(title, 300).train.score).toBeLessThan(0.7);
    const normalized = trained(title, 300, ({ layers }) => ({
      layers: layers.map((each) => ({ ...each, norm: "batch" })),
    }));
    expect(normalized.train.score).toBeGreaterThan(0.85);
  });
});
