import { describe, expect, test } from "vitest";
import { datasetOf, fit, Linear, RandomState, Sequential, Tanh } from "../../src/index.ts";

describe("XOR with every default", () => {
  const xor = datasetOf({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], labels: [0, 1, 1, 0] }); // biome-ignore format: a table

  test.each([1, 2, 3, 4, 5].flatMap((seed) => (["sgd", "adam"] as const).map((kind) => [kind, seed] as const)))(
    "%s, seed %d: a loss below 0.01 within 500 steps",
    async (kind, seed) => {
      const random = new RandomState(seed);
      const network = new Sequential([new Linear(2, 8, { random }), new Tanh(), new Linear(8, 2, { random })]);
      const optimizer =
        kind === "sgd" ? ({ kind, learningRate: 0.5 } as const) : ({ kind, learningRate: 0.05 } as const);
      const all = { train: xor, validation: xor, epochs: 500, batchSize: 4 };
      const { history } = await fit({ ...all, network, optimizer, random });
      expect(history.loss).toHaveLength(500);
      expect(history.loss.at(-1)).toBeLessThan(0.01);
      expect(history.valScore.at(-1)).toBe(1);
    },
  );
});
