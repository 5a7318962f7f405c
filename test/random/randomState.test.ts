import { describe, expect, test } from "vitest";
import { RandomState } from "../../src/random/randomState.ts";
import { SettingsError } from "../../src/tensor/errors.ts";
import numpy from "../fixtures/random.json" with { type: "json" };
import fc from "../properties.ts";

const fresh = () => new RandomState(numpy.seed);
const draws = (count: number, draw: () => number) => Array.from({ length: count }, draw);

describe("the streams of NumPy's RandomState(1001)", () => {
  test("random_sample(7)", () => {
    const random = fresh();
    expect(draws(7, () => random.randomSample())).toEqual(numpy.random_sample);
  });

  test("randn(9)", () => {
    const random = fresh();
    expect(draws(9, () => random.randn())).toEqual(numpy.randn);
  });

  test("randn(3), random_sample(2), randn(2): the kept normal number waits", () => {
    const random = fresh();
    const mixed = [...draws(3, () => random.randn()), ...draws(2, () => random.randomSample())];
    expect([...mixed, ...draws(2, () => random.randn())]).toEqual(numpy.randn_then_uniform);
  });

  test("shuffle(arange(23))", () => {
    const array = Array.from({ length: 23 }, (_, i) => i);
    fresh().shuffle(array);
    expect(array).toEqual(numpy.shuffle);
  });

  test("permutation(17)", () => {
    expect([...fresh().permutation(17)]).toEqual(numpy.permutation);
  });

  test("randint(0, 17, 15)", () => {
    const random = fresh();
    expect(draws(15, () => random.randint(0, 17))).toEqual(numpy.randint);
  });

  test("choice(50, 8), with and without replacement", () => {
    expect([...fresh().choice(50, 8)]).toEqual(numpy.choice);
    expect([...fresh().choice(50, 8, false)]).toEqual(numpy.choice_without_replacement);
  });

  test("binomial(1, 0.7, 20)", () => {
    const random = fresh();
    expect(draws(20, () => random.binomial(1, 0.7))).toEqual(numpy.binomial);
  });

  test("uniform(-2, 3, 5)", () => {
    const array = new Float64Array(5);
    fresh().fillUniform(array, -2, 3);
    expect([...array]).toEqual(numpy.uniform);
  });

  test("the sum of randn(100000)", () => {
    const array = new Float64Array(100_000);
    fresh().fillRandn(array);
    const sum = array.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - numpy.randn_100000_sum)).toBeLessThan(1e-11);
  });
});

describe("state", () => {
  test("continues after JSON, also in the middle of a pair of normal numbers", () => {
    const random = new RandomState(5);
    random.randn();
    random.randint(0, 10);
    const restored = RandomState.fromState(JSON.parse(JSON.stringify(random.state)));
    const copy = random.clone();
    const expected = draws(2000, () => random.randn());
    expect(draws(2000, () => restored.randn())).toEqual(expected);
    expect(draws(2000, () => copy.randn())).toEqual(expected);
  });

  test("what is saved does not change with later draws", () => {
    const random = new RandomState(5);
    const { state } = random;
    const before = JSON.stringify(state);
    random.randn();
    expect(JSON.stringify(state)).toBe(before);
  });

  test.each([
    ["a short key", { key: [1, 2], pos: 0, hasGauss: false, gauss: 0 }],
    ["a position beyond the key", { ...new RandomState(1).state, pos: 625 }],
    ["a word that is none", { ...new RandomState(1).state, key: new Array(624).fill(-1) }],
    ["gauss that is no number", { ...new RandomState(1).state, gauss: Number.NaN }],
  ])("%s is refused", (_, state) => {
    expect(() => RandomState.fromState(state)).toThrow(SettingsError);
  });
});

describe("helpers", () => {
  test("fillRandn scales, and rounds to float32 only when it stores", () => {
    const wide = new Float64Array(101);
    const narrow = new Float32Array(101);
    new RandomState(3).fillRandn(wide, 0.02);
    new RandomState(3).fillRandn(narrow, 0.02);
    const random = new RandomState(3);
    expect([...wide]).toEqual(draws(101, () => 0.02 * random.randn()));
    expect([...narrow]).toEqual([...wide].map(Math.fround));
  });

  test("fillKeepMask decides like randomSample() < keepProb, from any position in the stream", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.integer({ min: 0, max: 700 }), (keepProb, skip) => {
        const [one, other] = [new RandomState(8), new RandomState(8)];
        for (let i = 0; i < skip; i++) expect(one.randint(0, 9)).toBe(other.randint(0, 9));
        for (const mask of [new Float64Array(700), new Float32Array(701), new Float32Array(0)]) {
          one.fillKeepMask(mask, keepProb);
          const expected = mask.map(() => (other.randomSample() < keepProb ? 1 / keepProb : 0));
          expect([...mask]).toEqual([...expected]);
          expect(one.state).toEqual(other.state);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a permutation holds every number once, for typed arrays too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n, seed) => {
        const sorted = new RandomState(seed).permutation(n).sort();
        expect([...sorted]).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  test("randint stays in its range, beyond 32 bits too", () => {
    const bounds = fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger());
    fc.assert(
      fc.property(bounds, fc.integer({ min: 0, max: 100 }), ([a, b], seed) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        fc.pre(low < high && high - low <= Number.MAX_SAFE_INTEGER);
        const value = new RandomState(seed).randint(low, high);
        expect(Number.isSafeInteger(value) && value >= low && value < high).toBe(true);
      }),
    );
  });
});

describe("bad arguments throw SettingsError", () => {
  const random = new RandomState(1);
  test.each<[string, () => unknown]>([
    ["seed −1", () => new RandomState(-1)],
    ["seed 2³²", () => new RandomState(2 ** 32)],
    ["seed 1.5", () => new RandomState(1.5)],
    ["seed NaN", () => new RandomState(Number.NaN)],
    ["no seeds", () => new RandomState([])],
    ["randint(3, 3)", () => random.randint(3, 3)],
    ["randint(0.5, 3)", () => random.randint(0.5, 3)],
    ["permutation(−1)", () => random.permutation(-1)],
    ["choice(0, 1)", () => random.choice(0, 1)],
    ["choice(3, 4, false)", () => random.choice(3, 4, false)],
    ["binomial(−1, ½)", () => random.binomial(-1, 0.5)],
    ["binomial(1, 1.1)", () => random.binomial(1, 1.1)],
    ["binomial(1, NaN)", () => random.binomial(1, Number.NaN)],
    ["uniform(0, ∞)", () => random.uniform(0, Number.POSITIVE_INFINITY)],
    ["keepProb 0", () => random.fillKeepMask(new Float32Array(1), 0)],
    ["keepProb NaN", () => random.fillKeepMask(new Float32Array(1), Number.NaN)],
  ])("%s", (_, call) => {
    expect(call).toThrow(SettingsError);
  });
});
