import { describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { measureNormalization, normalizationTable } from "../../src/data/normalize.ts";
import { DataError, SettingsError } from "../../src/tensor/errors.ts";
import fc from "../properties.ts";

function imagesOf(inputs: Dataset["inputs"], channels: number): Dataset {
  const rows = inputs.length / channels;
  return { name: "test", inputs, inputShape: [1, channels], labels: new Int32Array(rows), labelNames: ["a"] };
}

describe("measureNormalization", () => {
  it("is mean and population deviation of byte / 255", () => {
    // 0 and 255: mean ½, deviation ½; 51, 102, 102, 153: fifths 1, 2, 2, 3 with mean 2 and variance ½
    const three = [0, 51, 7, 255, 102, 7, 0, 102, 7, 255, 153, 7];
    const { mean, deviation } = measureNormalization(imagesOf(Uint8Array.from(three), 3));
    expect(mean).toEqual([0.5, 0.4, 7 / 255].map(Math.fround));
    expect(deviation).toEqual([0.5, Math.SQRT1_2 / 5, 1].map(Math.fround)); // 1 where nothing varies
  });

  it("agrees with two passes over the values, for any number of channels", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 60 }),
        (channels, list) => {
          const bytes = Uint8Array.from(
            { length: channels * list.length },
            (_, i) => (list[Math.floor(i / channels)] * (1 + (i % channels))) & 0xff,
          );
          const { mean, deviation } = measureNormalization(imagesOf(bytes, channels));
          for (let channel = 0; channel < channels; channel++) {
            const values = [...bytes].filter((_, i) => i % channels === channel).map((byte) => byte / 255);
            const average = values.reduce((a, b) => a + b) / values.length;
            const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
            expect(mean[channel]).toBeCloseTo(average, 6);
            expect(deviation[channel]).toBeCloseTo(variance < 1e-20 ? 1 : Math.sqrt(variance), 6);
          }
        },
      ),
    );
  });

  it("needs bytes, and at least one image", () => {
    expect(() => measureNormalization(imagesOf(new Float32Array(3), 3))).toThrow(DataError);
    expect(() => measureNormalization(imagesOf(new Uint8Array(0), 3))).toThrow(/expected at least one image/);
  });
});

describe("normalizationTable", () => {
  // what NumPy has for the assignment's data, from the design's own list
  const normalization = {
    mean: [0.5069384574890137, 0.48673388361930847, 0.44139564037323],
    deviation: [0.2671188414096832, 0.25613492727279663, 0.2757633328437805],
  };

  it("rounds each of the three operations to float32, for both types", () => {
    const [float32, float64] = [
      normalizationTable(normalization, "float32"),
      normalizationTable(normalization, "float64"),
    ];
    expect(float32).toBeInstanceOf(Float32Array);
    expect(float64).toBeInstanceOf(Float64Array);
    expect([...float64]).toEqual([...float32]);
    const operand = new Float32Array(1);
    for (let index = 0; index < 768; index++) {
      const [channel, byte] = [index >> 8, index & 255];
      operand[0] = byte;
      operand[0] = operand[0] / 255;
      operand[0] = operand[0] - Float32Array.of(normalization.mean[channel])[0];
      operand[0] = operand[0] / Float32Array.of(normalization.deviation[channel])[0];
      expect(float32[index]).toBe(operand[0]);
    }
  });

  it("refuses settings that give no numbers", () => {
    expect(() => normalizationTable({ mean: [0.5], deviation: [0] }, "float32")).toThrow(SettingsError);
    expect(() => normalizationTable({ mean: [0.5, 0.5], deviation: [1] }, "float32")).toThrow(
      /found 2 means and 1 deviations/,
    );
    expect(() => normalizationTable({ mean: [Number.NaN], deviation: [1] }, "float32")).toThrow(SettingsError);
  });
});
