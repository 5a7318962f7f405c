import { portableMath, type RandomState } from "handgrad";

/** A point of the plane with its class, or its number. */
export type Point = readonly [x: number, y: number, target: number];

interface DataSet {
  readonly title: string;
  readonly about: string;
  /** 0 for a regression */
  readonly classes: number;
  /** point i, without noise */
  readonly draw: (random: RandomState, i: number, count: number) => Point;
}

const polar = (radius: number, angle: number): readonly [number, number] => [
  radius * portableMath.cos(angle),
  radius * portableMath.sin(angle),
];

/** Arm `arm` of `arms` spirals, at a share 0 … 1 of its length. */
const spiralPoint = (arm: number, arms: number, share: number): Point => {
  const angle = 1.75 * share * 2 * Math.PI + (arm * 2 * Math.PI) / arms;
  return [...polar(0.3 + 5 * share, angle), arm];
};

const bumps = [
  [0, 2.5, 1],
  [0, -2.5, -1],
  [-2.5, 0, -1],
  [2.5, 0, 1],
  [-4, -4, 1],
  [4, 4, -1],
] as const;

/** The sum of six bumps of width 1.4, three up and three down. */
const bumpy = (x: number, y: number): number =>
  bumps.reduce((sum, [a, b, sign]) => sum + sign * portableMath.exp(-((x - a) ** 2 + (y - b) ** 2) / 2), 0);

const anywhere = (random: RandomState): readonly [number, number] => [
  random.uniform(-5.5, 5.5),
  random.uniform(-5.5, 5.5),
];

/** The data sets that need no file; positions lie between −6 and 6. */
export const dataSets = {
  circle: {
    title: "Circle",
    about: "one class inside of the other",
    classes: 2,
    draw: (random, i) =>
      i % 2 === 1
        ? [...polar(2.3 * Math.sqrt(random.uniform(0, 1)), random.uniform(0, 2 * Math.PI)), 1]
        : [...polar(random.uniform(3.6, 5.2), random.uniform(0, 2 * Math.PI)), 0],
  },
  xor: {
    title: "Exclusive or",
    about: "the class is the sign of x·y",
    classes: 2,
    draw: (random, i) => {
      const [x, y] = [random.uniform(0.3, 5.2), random.uniform(0.3, 5.2)];
      const side = random.randint(0, 2) === 1 ? -1 : 1;
      return i % 2 === 1 ? [side * x, side * y, 1] : [side * x, -side * y, 0];
    },
  },
  gauss: {
    title: "Two clouds",
    about: "two normal distributions that a line separates",
    classes: 2,
    draw: (random, i) => {
      const centre = i % 2 === 1 ? 2.2 : -2.2;
      return [centre + 0.8 * random.randn(), centre + 0.8 * random.randn(), i % 2];
    },
  },
  spiral: {
    title: "Spiral",
    about: "two arms that wind around each other",
    classes: 2,
    draw: (_, i, count) => spiralPoint(i % 2, 2, Math.floor(i / 2) / Math.max(1, count / 2)),
  },
  moons: {
    title: "Moons",
    about: "two half circles that interlock",
    classes: 2,
    draw: (random, i) => {
      const angle = random.uniform(0, Math.PI);
      const [x, y] = polar(3.2, angle);
      return i % 2 === 1 ? [x - 1.6, y - 0.8, 1] : [1.6 - x, 0.8 - y, 0];
    },
  },
  rings: {
    title: "Rings",
    about: "three classes on three rings",
    classes: 3,
    draw: (random, i) => [...polar(0.9 + 2 * (i % 3), random.uniform(0, 2 * Math.PI)), i % 3],
  },
  checkerboard: {
    title: "Checker\u00adboard",
    about: "four by four squares in turn",
    classes: 2,
    draw: (random) => {
      const [column, row] = [random.randint(0, 4), random.randint(0, 4)];
      const inSquare = (index: number) => -5.4 + 2.7 * index + random.uniform(0.2, 2.5);
      return [inSquare(column), inSquare(row), (column + row) % 2];
    },
  },
  spirals3: {
    title: "Three spirals",
    about: "three classes, one on each arm",
    classes: 3,
    draw: (_, i, count) => spiralPoint(i % 3, 3, Math.floor(i / 3) / Math.max(1, count / 3)),
  },
  clusters: {
    title: "Five clusters",
    about: "five classes, each in a group of its own",
    classes: 5,
    draw: (random, i) => {
      const [x, y] = polar(3.6, (i % 5) * 0.4 * Math.PI + Math.PI / 2);
      return [x + 0.6 * random.randn(), y + 0.6 * random.randn(), i % 5];
    },
  },
  plane: {
    title: "Plane",
    about: "a number that rises evenly from one corner to the other",
    classes: 0,
    draw: (random) => {
      const [x, y] = anywhere(random);
      return [x, y, (x + y) / 11];
    },
  },
  bumps: {
    title: "Hills",
    about: "a number that rises over hills and falls into hollows",
    classes: 0,
    draw: (random) => {
      const [x, y] = anywhere(random);
      return [x, y, bumpy(x, y)];
    },
  },
} as const satisfies Record<string, DataSet>;

export type DataName = keyof typeof dataSets;
export const dataNames = Object.keys(dataSets) as DataName[];

const mostPosition = 6;

/** Rounded to three decimals. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * Points of a data set. Noise of p percent moves each position by N(0, (2p/100)²), or adds N(0, (p/100)²) to the numbers of a regression;
 * positions stay between −6 and 6.
 */
export function drawPoints(
  name: DataName,
  { points, noise, random }: { readonly points: number; readonly noise: number; readonly random: RandomState },
): Point[] {
  const { draw, classes }: DataSet = dataSets[name];
  const place = (value: number): number => rounded(Math.max(-mostPosition, Math.min(mostPosition, value)));
  const share = noise / 100;
  return Array.from({ length: points }, (_, i) => {
    const [x, y, target] = draw(random, i, points);
    if (classes === 0) return [place(x), place(y), rounded(target + share * random.randn())];
    return [place(x + 2 * share * random.randn()), place(y + 2 * share * random.randn()), target];
  });
}
