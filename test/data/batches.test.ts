import { describe, expect, test } from "vitest";
import { Batches, BatchReader, type Dataset, RandomState, SettingsError, Workspace } from "../../src/index.ts";

describe("Batches", () => {
  const ordered = [0, 1, 2, 3, 4, 5, 6];
  const shuffled = (random: RandomState) => {
    const order = [...ordered];
    random.shuffle(order);
    return order;
  };

  test("first epoch in stored order; then 0 … N−1 shuffled by the same stream, the rest of an epoch left out", () => {
    const batches = new Batches(7, { batchSize: 3, random: new RandomState(4) });
    const stream = new RandomState(4);
    expect(batches.perEpoch).toBe(2);
    const epochs = [ordered, shuffled(stream), shuffled(stream)];
    for (const order of epochs) {
      expect([...batches.next()]).toEqual(order.slice(0, 3));
      expect([...batches.next()]).toEqual(order.slice(3, 6));
    }
  });

  test("continues from a saved state, in the middle of an epoch", () => {
    const batches = new Batches(7, { batchSize: 2, random: new RandomState(4) });
    for (let i = 0; i < 4; i++) batches.next();
    const other = new Batches(7, { batchSize: 2, random: new RandomState(4) });
    other.restore(batches.state());
    expect(other.next()).toEqual(batches.next());
    expect(() => other.restore({ order: new Int32Array(3), position: 0 })).toThrow(SettingsError);
  });

  test.each([0, -1, 8, 1.5])("a batch size of %d is refused", (batchSize) => {
    expect(() => new Batches(7, { batchSize, random: new RandomState(4) })).toThrow(
      "a whole number from 1 to the 7 rows",
    );
  });
});

describe("BatchReader", () => {
  const images: Dataset = {
    name: "two pixels",
    inputs: Uint8Array.of(0, 255, 51, 102, 204, 153),
    inputShape: [1, 2],
    labels: Int32Array.of(5, 6, 7),
    labelNames: Array(8).fill(""),
  };

  test("byte / 255 − mean, over the deviation, channel by channel, for the chosen rows", () => {
    const normalization = { mean: [0.5, 0.25], deviation: [0.5, 0.25] };
    const reader = new BatchReader(images, { dtype: "float64", normalization });
    const { inputs, labels } = reader.read(Int32Array.of(2, 0), new Workspace());
    expect(inputs.shape).toEqual([2, 1, 2]);
    const expected = [(0.8 - 0.5) / 0.5, (0.6 - 0.25) / 0.25, -1, 3];
    for (const [i, value] of inputs.data.entries()) expect(value).toBeCloseTo(expected[i], 6);
    expect(inputs.data).toEqual(Float64Array.from(inputs.data, Math.fround)); // rounded to float32, also in float64
    expect([...labels]).toEqual([7, 5]);
  });

  test("tables of numbers are taken as they are", () => {
    const table = { ...images, inputs: Float64Array.of(1, 2, 3, 4, 5, 6), inputShape: [2] };
    const { inputs } = new BatchReader(table, { dtype: "float32" }).read(Int32Array.of(1, 1), new Workspace());
    expect(inputs.toArray()).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });

  test("images without a normalization, and no rows at all, are refused", () => {
    expect(() => new BatchReader(images, { dtype: "float32" })).toThrow("images need a normalization");
    expect(() => new BatchReader({ ...images, labels: new Int32Array(0) }, { dtype: "float32" })).toThrow("no rows");
  });
});
