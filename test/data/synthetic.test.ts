import { describe, expect, it } from "vitest";
import { syntheticSplits } from "../../src/data/synthetic.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { SettingsError } from "../../src/tensor/errors.ts";

const sizes = { train: 2000, validation: 300, test: 400 };
const splits = syntheticSplits({ random: new RandomState(7), sizes });
const bytes = splits.train.inputs as Uint8Array;

describe("the stand-in", () => {
  it("has the shape of the real data set and says that it is not it", () => {
    expect(splits.standIn).toBe(true);
    for (const part of ["train", "validation", "test"] as const) {
      const { inputs, inputShape, labels, labelNames, name } = splits[part];
      expect(name).toMatch(/stand-in/);
      expect(inputShape).toEqual([32, 32, 3]);
      expect(inputs.length).toBe(sizes[part] * 3072);
      expect(labels.length).toBe(sizes[part]);
      expect(new Set(labelNames).size).toBe(20);
      expect(new Set(labels)).toEqual(new Set(Array(20).keys()));
    }
  });

  it("is the same for the same seed and another for another", () => {
    const again = syntheticSplits({ random: new RandomState(7), sizes });
    const other = syntheticSplits({ random: new RandomState(8), sizes });
    expect(Buffer.compare(again.test.inputs as Uint8Array, splits.test.inputs as Uint8Array)).toBe(0);
    expect(again.test.labels).toEqual(splits.test.labels);
    expect(Buffer.compare(other.test.inputs as Uint8Array, splits.test.inputs as Uint8Array)).not.toBe(0);
  });

  it("uses the whole range of bytes, and no two images are equal", () => {
    expect(bytes.reduce((least, byte) => Math.min(least, byte), 255)).toBe(0);
    expect(bytes.reduce((most, byte) => Math.max(most, byte), 0)).toBe(255);
    const starts = Array.from({ length: sizes.train }, (_, row) => bytes.subarray(row * 3072, row * 3072 + 300).join());
    expect(new Set(starts).size).toBe(sizes.train);
  });

  it("is neither noise nor trivial: the nearest class mean is right far more often than chance, and often wrong", () => {
    const means = Array.from({ length: 20 }, () => new Float64Array(3072));
    const counts = new Array<number>(20).fill(0);
    splits.train.labels.forEach((label, row) => {
      counts[label]++;
      for (let i = 0; i < 3072; i++) means[label][i] += bytes[row * 3072 + i];
    });
    means.forEach((mean, label) => {
      for (let i = 0; i < 3072; i++) mean[i] /= counts[label];
    });
    const test = splits.test.inputs as Uint8Array;
    const right = splits.test.labels.filter((label, row) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, value, i) => sum + (value - test[row * 3072 + i]) ** 2, 0),
      );
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length / sizes.test).toBeGreaterThan(0.15); // chance is 0.05
    expect(right.length / sizes.test).toBeLessThan(0.9);
  });

  it("takes memory from where it is told and refuses sizes that are none", () => {
    const taken: number[] = [];
    const allocateBytes = (length: number) => {
      taken.push(length);
      return new Uint8Array(length);
    };
    syntheticSplits({ random: new RandomState(1), sizes: { train: 3, validation: 2, test: 1 }, allocateBytes });
    expect(taken).toEqual([3 * 3072, 2 * 3072, 3072]);
    const none = { train: 0, validation: 1, test: 1 };
    expect(() => syntheticSplits({ random: new RandomState(1), sizes: none })).toThrow(SettingsError);
  });
});
