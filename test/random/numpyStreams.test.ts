import { describe, expect, test } from "vitest";
import { roundedLog } from "../../src/mathematics/roundedLogarithm.ts";
import { RandomState } from "../../src/random/randomState.ts";
import numpy from "../fixtures/numpyStreams.json" with { type: "json" };

const draws = (count: number, draw: () => number) => Array.from({ length: count }, draw);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe.each(numpy.streams)("NumPy's RandomState($seed)", (stream) => {
  const fresh = () => new RandomState(stream.seed);

  test("random_sample", () => {
    const random = fresh();
    expect(draws(5, () => random.randomSample())).toEqual(stream.random_sample);
  });

  test("100,000 words", () => {
    const random = fresh();
    expect(sum(draws(100_000, () => random.randint(0, 2 ** 32)))).toBe(stream.word_sum_100000);
  });

  test("randint beyond 32 bits", () => {
    const random = fresh();
    expect(draws(5, () => random.randint(-(2 ** 40), 2 ** 52))).toEqual(stream.randint_64);
  });

  test("permutation(10000)", () => {
    expect([...fresh().permutation(10_000).slice(-8)]).toEqual(stream.shuffle_10000_last);
  });

  test.each(stream.binomial)("binomial($n, $p)", ({ n, p, values, sum_2000 }) => {
    const random = fresh();
    const drawn = draws(2000, () => random.binomial(n, p));
    expect(drawn.slice(0, 12)).toEqual(values);
    expect(sum(drawn)).toBe(sum_2000);
  });
});

describe("log", () => {
  test("is the correctly rounded logarithm: near 1, at the ends of the range, in between", () => {
    for (const [x, expected] of numpy.logarithms) expect(roundedLog(x), `roundedLog(${x})`).toBe(expected);
  });

  test("stays within two units in the last place of the engine's", () => {
    const random = new RandomState(2);
    for (let i = 0; i < 20_000; i++) {
      const x = random.randomSample() * 2 ** random.randint(-60, 60);
      if (x === 0) continue;
      expect(Math.abs(roundedLog(x) - Math.log(x))).toBeLessThanOrEqual(2 * Math.abs(Math.log(x)) * Number.EPSILON);
    }
  });

  test("treats 0, negatives, infinity and NaN as Math.log does", () => {
    for (const x of [0, -0, -1, Infinity, -Infinity, Number.NaN]) expect(roundedLog(x)).toBe(Math.log(x));
  });
});
