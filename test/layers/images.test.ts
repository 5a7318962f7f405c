import { describe, expect, test } from "vitest";
import {
  Dct,
  evaluation,
  GroupClasses,
  multilayerPerceptron,
  RandomState,
  SettingsError,
  Tensor,
  TestTimeAugmentation,
  TestTimeAverage,
  tensor,
} from "../../src/index.ts";
import { normalTensor } from "../normalTensor.ts";
import fc from "../properties.ts";

function closeTo(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThan(tolerance);
}

const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);

describe("Dct", () => {
  test("keep all of them, with power 0, and lengths and angles stay: an orthonormal transform", () => {
    const layer = new Dct([6, 6, 3], { keep: 6, dtype: "float64" });
    const x = normalTensor([2, 6, 6, 3], 1);
    const y = layer.forward(x);
    expect(y.shape).toEqual([2, 108]);
    for (const i of [0, 1]) {
      const [image, amplitudes] = [x.data.subarray(i * 108, (i + 1) * 108), y.data.subarray(i * 108, (i + 1) * 108)];
      expect(squares(amplitudes)).toBeCloseTo(squares(image), 10);
    }
    closeTo(layer.backward(y).data, x.data, 1e-12); // the transpose is the inverse
  });

  test("by the formula, term by term", () => {
    const [height, width, channels, keep] = [5, 4, 3, 3];
    const x = normalTensor([2, height, width, channels], 2);
    const y = new Dct([height, width, channels], { keep, dtype: "float64" }).forward(x);
    const falling = (count: number) => squares(Array.from({ length: count }, (_, u) => 1 / (1 + u)));
    const amplitude = (n: number, kept: number) => Math.sqrt(((kept / falling(kept)) * falling(n)) / n);
    const cosine = (u: number, i: number, n: number) =>
      Math.sqrt((u === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (2 * i + 1) * u) / (2 * n));
    const expected: number[] = [];
    for (let b = 0; b < 2; b++)
      for (let u = 0; u < keep; u++)
        for (let v = 0; v < keep; v++)
          for (let d = 0; d < channels; d++) {
            let sum = 0;
            for (let i = 0; i < height; i++)
              for (let j = 0; j < width; j++)
                for (let c = 0; c < channels; c++)
                  sum +=
                    x.data[((b * height + i) * width + j) * channels + c] *
                    cosine(u, i, height) *
                    cosine(v, j, width) *
                    cosine(d, c, channels);
            expected.push(sum * amplitude(height, keep) * amplitude(width, keep));
          }
    closeTo(y.data, expected, 1e-12);
  });

  test("the power raises the finer ones by (1 + u)^q each way, in one proportion", () => {
    const x = normalTensor([1, 8, 8, 1], 3);
    const amplitudes = (power: number) => new Dct([8, 8, 1], { keep: 4, power, dtype: "float64" }).forward(x).data;
    const [plain, raised] = [amplitudes(0), amplitudes(0.5)];
    const ratio = (u: number, v: number) => raised[u * 4 + v] / plain[u * 4 + v] / (raised[0] / plain[0]);
    expect(ratio(3, 0)).toBeCloseTo(2, 10);
    expect(ratio(0, 3)).toBeCloseTo(2, 10);
    expect(ratio(3, 3)).toBeCloseTo(4, 10);
  });

  test("images whose amplitudes fall like 1/(1 + u) keep their mean square, whatever the power", () => {
    for (const power of [0.25, 1, 1.5]) {
      const layer = new Dct([8, 8, 1], { keep: 8, power, dtype: "float64" });
      // Such an image: each amplitude 1/((1 + u)(1 + v)), transformed back to pixels by the transposed plain transform
      const plain = new Dct([8, 8, 1], { keep: 8, dtype: "float64" });
      plain.forward(Tensor.zeros([1, 8, 8, 1], "float64"));
      const amplitudes = Array.from({ length: 64 }, (_, i) => 1 / ((1 + Math.floor(i / 8)) * (1 + (i % 8))));
      const image = plain.backward(tensor([amplitudes], "float64"));
      const y = layer.forward(image.reshape([1, 8, 8, 1]));
      expect(squares(y.data)).toBeCloseTo(squares(image.data), 10);
    }
  });

  test.each([
    [[4, 4], { keep: 2 }, "(height, width, channels)"],
    [[4, 5, 1], { keep: 5 }, "from 1 to 4, got 5"],
    [[4, 4, 1], { keep: 2, power: 3 }, "between 0 and 2, got 3"],
    [[4, 4, 17], { keep: 2 }, "at most 16 channels, got 17"],
  ])("of %j with %j is refused", (shape, options, message) => {
    expect(() => new Dct(shape, options)).toThrow(SettingsError);
    expect(() => new Dct(shape, options)).toThrow(message);
  });
});

describe("GroupClasses", () => {
  const groupings = fc.integer({ min: 1, max: 4 }).chain((groups) =>
    fc.record({
      groups: fc
        .array(fc.integer({ min: 0, max: groups - 1 }), { minLength: 0, maxLength: 6 })
        .map((rest) => [...Array.from({ length: groups }, (_, g) => g), ...rest]),
      seed: fc.nat(1000),
    }),
  );

  test("softmax of its outputs is the sum over the classes of each group", () => {
    fc.assert(
      fc.property(groupings, ({ groups, seed }) => {
        const x = normalTensor([3, groups.length], seed);
        const y = new GroupClasses(groups).forward(x, evaluation);
        const count = new Set(groups).size;
        for (let row = 0; row < 3; row++) {
          const fine = softmaxOf(x.data.subarray(row * groups.length, (row + 1) * groups.length));
          const coarse = softmaxOf(y.data.subarray(row * count, (row + 1) * count));
          const sums = Array.from({ length: count }, (_, g) =>
            fine.filter((_, c) => groups[c] === g).reduce((sum, p) => sum + p, 0),
          );
          closeTo(coarse, sums, 1e-12);
        }
      }),
    );
  });

  test("large and infinite logits neither overflow nor become NaN", () => {
    const y = new GroupClasses([0, 0, 1, 1]).forward(tensor([[1e4, 1e4, -Infinity, -Infinity]], "float64"), evaluation);
    expect([...y.data]).toEqual([1e4 + Math.log(2), -Infinity]);
  });

  test.each([[[]], [[0, 2]], [[0, -1]], [[0, 0.5]]])("groups %j are refused", (groups) => {
    expect(() => new GroupClasses(groups)).toThrow(SettingsError);
  });
});

describe("TestTimeAugmentation", () => {
  test("an image as it is, moved and mirrored; the border is mirrored at the edge", () => {
    const views = new TestTimeAugmentation([1, 4, 1], { flip: true });
    const y = views.forward(tensor([[[[1], [2], [3], [4]]]], "float64"), evaluation);
    expect([...y.data]).toEqual([1, 2, 3, 4, 4, 3, 2, 1]);
    const few = new TestTimeAugmentation([3, 3, 1], { shift: 1, diagonal: true });
    const numbered = tensor([
      [
        [[1], [2], [3]],
        [[4], [5], [6]],
        [[7], [8], [9]],
      ],
    ]);
    expect(few.count).toBe(3);
    expect([...few.forward(numbered, evaluation).data].join()).toBe(
      "1,2,3,4,5,6,7,8,9,5,4,5,2,1,2,5,4,5,5,6,5,8,9,8,5,6,5",
    );
    const moved = new TestTimeAugmentation([3, 3, 1], { shift: 1 });
    const image = tensor([[[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]]], "float64"); // biome-ignore format: a picture
    const seen = moved.forward(image, evaluation);
    expect(moved.count).toBe(9);
    expect([...seen.data.subarray(0, 9)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...seen.data.subarray(9, 18)]).toEqual([2, 1, 2, 5, 4, 5, 8, 7, 8]); // moved to the right by one
    expect(seen.shape).toEqual([9, 3, 3, 1]);
  });

  test("a network with mirrored views answers the same to an image and its mirror image", () => {
    const inputShape = [4, 4, 3];
    const network = multilayerPerceptron({
      ...{ sizes: [48, 10, 5], random: new RandomState(4), initializer: "he", dtype: "float64", inputShape },
      testTimeAugmentation: { flip: true, shift: 1 },
    });
    const x = normalTensor([3, ...inputShape], 5);
    const mirrored = Tensor.zeros(x.shape, "float64");
    for (let i = 0; i < x.size; i++) {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      const [line, column] = [Math.floor(pixel / 4), pixel % 4];
      mirrored.data[(line * 4 + 3 - column) * 3 + channel] = x.data[i];
    }
    const [y, other] = [network.forward(x), network.forward(mirrored)];
    expect(y.shape).toEqual([3, 5]);
    closeTo(y.data, other.data, 1e-12);
  });

  test("what is refused", () => {
    expect(() => new TestTimeAugmentation([4, 4], {})).toThrow(SettingsError);
    expect(() => new TestTimeAugmentation([4, 4, 3], { shift: 4 })).toThrow("below 4, got 4");
    expect(() => new TestTimeAverage(0)).toThrow(SettingsError);
    expect(() => new TestTimeAverage(2).outputShape([3, 5])).toThrow("(batch·2, outputs)");
  });
});

function softmaxOf(logits: ArrayLike<number>): number[] {
  const powers = Array.from(logits, Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
