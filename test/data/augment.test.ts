import { describe, expect, test } from "vitest";
import {
  Augmentation,
  type AugmentationSettings,
  type Batch,
  RandomState,
  SettingsError,
  Tensor,
  Workspace,
} from "../../src/index.ts";

/** Each pixel encodes its place: 100·row + column in the first channel, its negative in the second. */
function pictures(rows: number, height: number, width: number): { inputs: Tensor; labels: Int32Array } {
  const inputs = Tensor.zeros([rows, height, width, 2], "float64");
  for (let i = 0; i < inputs.size / 2; i++) {
    const value = 100 * (Math.floor(i / width) % height) + (i % width) + 1;
    inputs.data.set([value, -value], 2 * i);
  }
  return { inputs, labels: Int32Array.from({ length: rows }, (_, row) => row % 3) };
}

const apply = (settings: AugmentationSettings, batch: Batch = pictures(40, 5, 6), seed = 1) => {
  const context = { classes: 3, workspace: new Workspace() };
  return new Augmentation(settings, { random: new RandomState(seed) }).apply(batch, context);
};

/** The first channel of one picture as rows. */
function channel({ data, shape }: Tensor, row: number): number[][] {
  const [, height, width] = shape;
  const at = (y: number, x: number) => data[((row * height + y) * width + x) * 2];
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => at(y, x)));
}

describe("flips", () => {
  test("mirror whole pictures, about half of them, both channels in the same way", () => {
    const { inputs } = apply({ flip: true });
    const [plain, mirrored] = [
      channel(pictures(1, 5, 6).inputs, 0),
      channel(pictures(1, 5, 6).inputs, 0).map((line) => line.toReversed()),
    ];
    let flips = 0;
    for (let row = 0; row < 40; row++) {
      const got = channel(inputs, row);
      const isFlip = got[0][0] !== plain[0][0];
      if (isFlip) flips++;
      expect(got).toEqual(isFlip ? mirrored : plain);
    }
    expect(flips).toBeGreaterThan(10);
    expect(flips).toBeLessThan(30);
    for (let i = 0; i < inputs.size; i += 2) expect(inputs.data[i + 1]).toBe(-inputs.data[i]);
  });
});

describe("alternating flips", () => {
  const settings: AugmentationSettings = { flip: "alternate" };
  const context = { classes: 3, workspace: new Workspace() };
  /** Which of the rows of the data are mirrored in an epoch. */
  const mirrored = (rows: readonly number[], epoch: number, augmentation: Augmentation) => {
    const batch = { ...pictures(rows.length, 2, 3), rows: Int32Array.from(rows), epoch };
    const { inputs } = augmentation.apply(batch, context);
    return rows.map((_, i) => channel(inputs, i)[0][0] !== 1);
  };
  const make = (seed: number) => new Augmentation(settings, { random: new RandomState(seed) });
  const rows = Array.from({ length: 1000 }, (_, row) => row);

  test("mirror each picture in every second epoch, half of them in the first", () => {
    const first = mirrored(rows, 0, make(1));
    const share = first.filter(Boolean).length / 1000;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.07); // 4 deviations
    expect(mirrored(rows, 1, make(1))).toEqual(first.map((each) => !each));
    expect(mirrored(rows, 2, make(1))).toEqual(first);
  });

  test("depend on the row, whatever batch it is in, and on the seed", () => {
    const first = mirrored(rows, 0, make(1));
    const [backwards, used] = [rows.toReversed(), make(1)];
    mirrored(rows, 3, used);
    expect(mirrored(backwards, 0, used)).toEqual(first.toReversed());
    const other = mirrored(rows, 0, make(2));
    const equal = other.filter((each, i) => each === first[i]).length / 1000;
    expect(Math.abs(equal - 0.5)).toBeLessThan(0.07);
  });

  test("need rows and an epoch", () => {
    expect(() => apply(settings)).toThrow(/needs the rows and the epoch of a batch/);
  });
});

describe("shifts", () => {
  test.each(["reflect", "zero"] as const)("border %s: every pixel is the one that many places away", (border) => {
    const { inputs } = apply({ shift: 2, border });
    const plain = channel(pictures(1, 5, 6).inputs, 0);
    const seen = new Set<string>();
    const mirror = (place: number, length: number) =>
      place < 0 ? -place : place >= length ? 2 * length - 2 - place : place;
    for (let row = 0; row < 40; row++) {
      const got = channel(inputs, row);
      const centre = got[2][2]; // far enough from the border to be a pixel, whatever the shift
      const [down, across] = [Math.floor((centre - 1) / 100) - 2, ((centre - 1) % 100) - 2];
      seen.add(`${down},${across}`);
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 6; x++) {
          const inside = y + down >= 0 && y + down < 5 && x + across >= 0 && x + across < 6;
          const expected = inside || border === "reflect" ? plain[mirror(y + down, 5)][mirror(x + across, 6)] : 0;
          expect(got[y][x]).toBe(expected);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(12); // of 25
    expect([...seen].some((shift) => shift.includes("2"))).toBe(true);
  });
});

test("cutout empties one square, cut off at the edges", () => {
  const { inputs } = apply({ cutout: 3 });
  const plain = channel(pictures(1, 5, 6).inputs, 0);
  const sizes = new Set<number>();
  for (let row = 0; row < 40; row++) {
    const empty: [number, number][] = [];
    channel(inputs, row).forEach((line, y) => {
      line.forEach((value, x) => {
        if (value === 0) empty.push([y, x]);
        else expect(value).toBe(plain[y][x]);
      });
    });
    const [ys, xs] = [empty.map(([y]) => y), empty.map(([, x]) => x)];
    const [height, width] = [Math.max(...ys) - Math.min(...ys) + 1, Math.max(...xs) - Math.min(...xs) + 1];
    expect(empty).toHaveLength(height * width);
    expect(Math.max(height, width)).toBeLessThanOrEqual(3);
    sizes.add(empty.length);
  }
  expect(sizes).toEqual(new Set([4, 6, 9]));
});

describe("mixup", () => {
  test.each([0.2, 1, 8])("α = %d: one share for all, of pictures and of labels", (mixup) => {
    const inputs = Tensor.zeros([9, 1, 1, 1], "float64");
    inputs.data.set([1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]);
    const labels = Int32Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const mixed = apply({ mixup }, { inputs, labels }, 4);
    const softTargets = mixed.softTargets as Tensor;
    expect(mixed.labels).toBe(labels);
    // Σ over the batch keeps every picture's total share: λ as itself, 1 − λ as the partner of another
    expect([...mixed.inputs.data].reduce((sum, value) => sum + value, 0)).toBeCloseTo(111111111, 5);
    for (let row = 0; row < 9; row++) {
      const own = softTargets.data.subarray(3 * row, 3 * row + 3);
      expect(own[0] + own[1] + own[2]).toBeCloseTo(1, 14);
      expect(own.filter((share) => share > 0).length).toBeLessThanOrEqual(2);
    }
  });

  test.each([0.2, 1, 3])("λ ~ Beta(α, α), α = %d: mean ½, variance 1/(4(2α + 1))", (mixup) => {
    const inputs = Tensor.zeros([2, 1, 1, 1], "float64");
    inputs.data.set([0, 1]);
    const random = new RandomState(3);
    const augmentation = new Augmentation({ mixup }, { random });
    const draws = Array.from({ length: 4000 }, () => {
      const { inputs: mixed } = augmentation.apply(
        { inputs, labels: new Int32Array(2) },
        { classes: 1, workspace: new Workspace() },
      );
      return mixed.data[0]; // 0 where the picture is its own partner, else 1 − λ
    }).filter((value) => value !== 0);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.abs(variance * 4 * (2 * mixup + 1) - 1)).toBeLessThan(0.1);
  });
});

describe("cutmix", () => {
  /** Pictures whose pixels are all the number of the picture. */
  const flat = (rows: number, height: number, width: number) => {
    const inputs = Tensor.zeros([rows, height, width, 2], "float64");
    inputs.data.forEach((_, i, data) => {
      data[i] = Math.floor(i / (height * width * 2));
    });
    return { inputs, labels: Int32Array.from({ length: rows }, (_, row) => row) };
  };
  const cut = (batch: ReturnType<typeof flat>, random: RandomState, settings: AugmentationSettings) => {
    const classes = batch.labels.length;
    const augmentation = new Augmentation(settings, { random });
    return augmentation.apply(batch, { classes, workspace: new Workspace() });
  };

  test("pastes one rectangle of another picture, and mixes the labels by its pixels", () => {
    const [random, batch] = [new RandomState(7), flat(6, 5, 7)];
    const areas = new Set<number>();
    for (let draw = 0; draw < 50; draw++) {
      const { inputs, softTargets } = cut(batch, random, { cutmix: 1 });
      const boxes = new Set<string>();
      for (let row = 0; row < 6; row++) {
        const places: [number, number, number][] = [];
        channel(inputs, row).forEach((line, y) => {
          line.forEach((value, x) => {
            if (value !== row) places.push([y, x, value]);
          });
        });
        const own = (softTargets as Tensor).data.subarray(6 * row, 6 * row + 6);
        if (places.length === 0) {
          expect(own[row]).toBeCloseTo(1, 12); // its own partner, or no pixel
          continue;
        }
        const [ys, xs, others] = [0, 1, 2].map((part) => places.map((place) => place[part]));
        const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)];
        expect(places).toHaveLength((bottom - top + 1) * (right - left + 1));
        expect(new Set(others).size).toBe(1);
        expect(own[row]).toBeCloseTo(1 - places.length / 35, 12);
        expect(own[others[0]]).toBeCloseTo(places.length / 35, 12);
        boxes.add([top, bottom, left, right].join());
        areas.add(places.length);
      }
      expect(boxes.size).toBeLessThanOrEqual(1);
    }
    expect(areas.size).toBeGreaterThan(8);
  });

  test("with mixup, each batch gets one of the two", () => {
    const [random, batch] = [new RandomState(1), flat(8, 4, 4)];
    const kinds = Array.from({ length: 200 }, () => {
      const { inputs } = cut(batch, random, { mixup: 1, cutmix: 1 });
      return inputs.data.every(Number.isInteger) ? "cutmix" : "mixup";
    });
    const share = kinds.filter((kind) => kind === "cutmix").length / 200;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.15);
  });
});

test.each([{ mixup: 0.4 }, { cutmix: 1 }])("targets are mixed as the pictures are: %o", (settings) => {
  const batch = pictures(12, 4, 5);
  const targets = Tensor.zeros([12, 3], "float64");
  batch.labels.forEach((label, row) => {
    targets.data[3 * row + label] = 1;
  });
  const ofLabels = apply(settings, batch);
  const ofTargets = apply(settings, { ...batch, labels: new Int32Array(12), targets });
  expect(ofTargets.inputs).toEqual(ofLabels.inputs);
  ofTargets.softTargets?.data.forEach((share, i) => {
    expect(share).toBeCloseTo((ofLabels.softTargets as Tensor).data[i], 14);
  });
  // The mean of a mixed picture is the mixed mean of the two
  const means = (inputs: Tensor) =>
    Array.from({ length: 12 }, (_, row) =>
      channel(inputs, row)
        .flat()
        .reduce((sum, value) => sum + value / 20, 0),
    );
  const bright = { ...batch, inputs: batch.inputs.clone() };
  bright.inputs.data.forEach((_, i, data) => {
    data[i] = Math.floor(i / 40) ** 2;
  });
  const numbers = new Tensor([12, 1], Float64Array.from(means(bright.inputs)));
  const { inputs, softTargets } = apply(settings, { ...bright, targets: numbers });
  means(inputs).forEach((mean, row) => {
    expect(softTargets?.data[row]).toBeCloseTo(mean, 10);
  });
});

test("one seed, one result, in float32 as in float64; another seed another; the batch itself stays", () => {
  const settings = { flip: true, shift: 1, cutout: 2, mixup: 0.4 };
  const batch = pictures(10, 4, 4);
  const before = batch.inputs.clone();
  const first = apply(settings, batch);
  expect(apply(settings, batch)).toEqual(first);
  expect(apply(settings, batch, 2).inputs).not.toEqual(first.inputs);
  const narrow = apply(settings, { ...batch, inputs: batch.inputs.clone("float32") });
  narrow.inputs.data.forEach((value, i) => {
    expect(value).toBeCloseTo(first.inputs.data[i], 3);
  });
  expect(batch.inputs).toEqual(before);
});

test.each([{ shift: -1 }, { shift: 1.5 }, { cutout: Number.NaN }, { mixup: -1 }, { cutmix: Infinity }])(
  "%o is refused",
  (settings) => {
    expect(() => apply(settings)).toThrow(SettingsError);
  },
);

test("tables cannot be shifted, and no picture further than its size", () => {
  const table = { inputs: Tensor.zeros([2, 3]), labels: new Int32Array(2) };
  expect(() => apply({ flip: true }, table)).toThrow("needs images");
  expect(() => apply({ shift: 5 })).toThrow("cannot be reflected");
});
