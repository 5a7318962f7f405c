import { describe, expect, test } from "vitest";
import { portableMath } from "../../src/mathematics/portableMath.ts";
import { RandomState } from "../../src/random/randomState.ts";
import mpmath from "../fixtures/elementaryFunctions.json" with { type: "json" };

const { exp, expm1, log, log1p, tanh, sin, cos, pow } = portableMath;

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** How many doubles lie between two numbers of equal sign. */
function unitsBetween(a: number, b: number): number {
  const placeOf = (x: number): bigint => {
    double[0] = x;
    return bits[0];
  };
  return Math.abs(Number(placeOf(a) - placeOf(b)));
}

const functions = { exp, expm1, log, log1p, tanh, sin, cos };
type Name = keyof typeof functions;
const names = Object.keys(functions) as Name[];

describe.each(names)("%s", (name) => {
  // Below one unit in the last place, a result is the nearest double or the one beside it; tanh is within two
  test(`is within ${name === "tanh" ? "two units" : "one unit"} of mpmath's value, rounded`, () => {
    for (const [x, expected] of mpmath[name]) {
      const found = functions[name](x);
      expect(unitsBetween(found, expected), `${name}(${x}) = ${found}`).toBeLessThanOrEqual(name === "tanh" ? 2 : 1);
    }
  });

  test("stays within two units of the engine's", () => {
    const random = new RandomState(3);
    const ranges: Record<Name, readonly [number, number]> = {
      ...{ exp: [-745, 709], expm1: [-40, 700], tanh: [-25, 25], log: [0, 10], log1p: [-1, 10] },
      ...{ sin: [-100, 100], cos: [-100, 100] },
    };
    for (let i = 0; i < 20_000; i++) {
      const x = random.uniform(...ranges[name]) * (i % 2 === 0 ? 1 : 0.01);
      const found = functions[name](x);
      expect(unitsBetween(found, Math[name](x)), `${name}(${x}) = ${found}`).toBeLessThanOrEqual(2);
    }
  });
});

test.each<[string, (x: number) => number, readonly (readonly [number, number])[]]>([
  [
    "exp",
    exp,
    [
      [0, 1],
      [-0, 1],
      [1, Math.E],
      [-Infinity, 0],
      [Infinity, Infinity],
      [710, Infinity],
      [-746, 0],
    ],
  ],
  [
    "expm1",
    expm1,
    [
      [0, 0],
      [-0, -0],
      [-Infinity, -1],
      [Infinity, Infinity],
      [710, Infinity],
      [-100, -1],
    ],
  ],
  [
    "tanh",
    tanh,
    [
      [0, 0],
      [-0, -0],
      [-Infinity, -1],
      [Infinity, 1],
      [30, 1],
      [-5e-324, -5e-324],
    ],
  ],
  [
    "log",
    log,
    [
      [0, -Infinity],
      [-0, -Infinity],
      [1, 0],
      [Infinity, Infinity],
      [-1, Number.NaN],
      [-Infinity, Number.NaN],
    ],
  ],
  [
    "log1p",
    log1p,
    [
      [0, 0],
      [-0, -0],
      [-1, -Infinity],
      [Infinity, Infinity],
      [-2, Number.NaN],
      [5e-324, 5e-324],
    ],
  ],
  [
    "sin",
    sin,
    [
      [0, 0],
      [-0, -0],
      [Infinity, Number.NaN],
      [-Infinity, Number.NaN],
      [5e-324, 5e-324],
    ],
  ],
  [
    "cos",
    cos,
    [
      [0, 1],
      [-0, 1],
      [Infinity, Number.NaN],
      [-Infinity, Number.NaN],
    ],
  ],
])("%s has the special values of ECMAScript", (_, f, cases) => {
  for (const [x, expected] of cases) expect(f(x), String(x)).toBe(expected);
  expect(f(Number.NaN)).toBe(Number.NaN);
});

/** 2ᵏ by doubling and halving. */
function powerOfTwo(k: number): number {
  let power = 1;
  for (let i = 0; i < Math.abs(k); i++) power *= k > 0 ? 2 : 0.5;
  return power;
}

describe("pow", () => {
  test("is within 0.55 units: the nearest double to mpmath's value, or its neighbour", () => {
    for (const [x, y, expected] of mpmath.pow as [number, number, number][]) {
      const found = pow(x, y);
      expect(unitsBetween(found, expected), `${x} ** ${y} = ${found}`).toBeLessThanOrEqual(1);
    }
  });

  test("is exact where the power is a double", () => {
    for (let k = -1074; k < 1024; k++) expect(pow(2, k), `2 ** ${k}`).toBe(powerOfTwo(k));
    for (let k = 0; k <= 22; k++) expect(pow(10, k)).toBe(Number(`1e${k}`));
    for (let k = 0; k <= 33; k++) expect(pow(-3, k)).toBe(Number((-3n) ** BigInt(k)));
  });

  test("has the special values of ECMAScript", () => {
    const numbers = [0, 0.5, 1, 2, 3, 1e300, Infinity].flatMap((x) => [x, -x]);
    for (const x of [...numbers, Number.NaN]) {
      expect(pow(x, 0)).toBe(1);
      expect(pow(x, -0)).toBe(1);
      expect(pow(x, Number.NaN)).toBe(Number.NaN);
      expect(pow(x, 1)).toBe(x);
    }
    for (const y of [Infinity, -Infinity]) {
      expect([pow(1, y), pow(-1, y)]).toEqual([Number.NaN, Number.NaN]);
      expect([pow(2, y), pow(-2, y), pow(0.5, -y)]).toEqual(y > 0 ? [y, y, y] : [0, 0, 0]);
    }
    expect([pow(-0, 3), pow(-0, 2), pow(-0, -3), pow(-0, -2)]).toEqual([-0, 0, -Infinity, Infinity]);
    expect([pow(-2, 0.5), pow(-8, 1 / 3)]).toEqual([Number.NaN, Number.NaN]);
    expect([pow(10, 309), pow(-10, 309), pow(10, -400), pow(-10, -401)]).toEqual([Infinity, -Infinity, 0, -0]);
  });
});
