import { parseCsv } from "handgrad";
import { describe, expect, test } from "vitest";
import { Drawing } from "../../../web/app/playground/data/drawing.ts";
import { emptyDrawing, type OwnPoints, onGrid } from "../../../web/app/playground/data/ownPoints.ts";
import { likelyChoice, tablePoints } from "../../../web/app/playground/data/tablePoints.ts";

test("positions on the grid are multiples of 0.003, at most 0.0015 away, between −6 and 6", () => {
  for (const value of [-7, -6, -0.00149, 0.7501, 3.2518, 6, 9]) {
    const placed = onGrid(value);
    expect(Math.abs(placed - Math.max(-6, Math.min(6, value)))).toBeLessThanOrEqual(0.0015 + 1e-12);
    expect((placed / 0.003) % 1).toBeCloseTo(0, 9);
    expect(onGrid(placed)).toBe(placed);
  }
});

describe("drawing", () => {
  const start = (): { readonly drawing: Drawing; readonly shown: () => OwnPoints } => {
    let own = emptyDrawing;
    const drawing = new Drawing(
      () => own,
      (next) => {
        own = next;
      },
    );
    return { drawing, shown: () => own };
  };

  test("a stroke becomes points when it ends, without points of its class that are too near", () => {
    const { drawing, shown } = start();
    drawing.begin();
    drawing.add([0, 0]);
    drawing.add([0.1, 0]);
    drawing.add([1, 0]);
    expect(shown().points).toEqual([]);
    drawing.end();
    expect(shown().points).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  test("a further class gets a name", () => {
    const { drawing, shown } = start();
    drawing.choose(3);
    drawing.once(() => drawing.add([0, 0]));
    expect(shown().classNames).toEqual(["class 0", "class 1", "class 2", "class 3"]);
    expect(shown().points).toEqual([[0, 0, 3]]);
  });

  test("the eraser removes what is within 0.4", () => {
    const { drawing, shown } = start();
    for (const x of [0, 1, 2]) drawing.once(() => drawing.add([x, 0]));
    drawing.once(() => drawing.erase([1.1, 0.3]));
    expect(shown().points.map(([x]) => x)).toEqual([0, 2]);
  });

  test("every stroke can be undone and done again; a new one ends what could be done again", () => {
    const { drawing, shown } = start();
    for (const x of [0, 1, 2]) drawing.once(() => drawing.add([x, 0]));
    drawing.undo();
    drawing.undo();
    expect(shown().points).toHaveLength(1);
    expect(drawing.canRedo.value).toBe(true);
    drawing.redo();
    expect(shown().points).toHaveLength(2);
    drawing.clear();
    expect(shown().points).toEqual([]);
    expect(drawing.canRedo.value).toBe(false);
    drawing.undo();
    expect(shown().points).toHaveLength(2);
    for (let i = 0; i < 5; i++) drawing.undo();
    expect(shown()).toBe(emptyDrawing);
    expect(drawing.canUndo.value).toBe(false);
  });

  test("strokes that change nothing leave nothing to undo", () => {
    const { drawing } = start();
    drawing.once(() => drawing.erase([0, 0]));
    expect(drawing.canUndo.value).toBe(false);
  });
});

describe("columns of a table as points", () => {
  const csv = (text: string) => parseCsv(text, { name: "plants.csv" });
  const rows = Array.from({ length: 20 }, (_, i) => `${i},${2 * i},${i < 10 ? "fern" : "ivy"},${i / 4}`).join("\n");
  const table = csv(`height,width,kind,age\n${rows}\n`);

  test("the mean is in the middle, and three standard deviations are at the edge", () => {
    const { own } = tablePoints(table, { x: "height", y: "width", target: "kind", task: "classes" });
    // 0 … 19: mean 9.5, deviation √((20² − 1)/12)
    expect(own.x.centre).toBe(9.5);
    expect(own.x.unit).toBeCloseTo(Math.sqrt(399 / 12) / 2, 4);
    expect(own.classNames).toEqual(["fern", "ivy"]);
    expect(own.points).toHaveLength(20);
    for (const [i, [x, y, target]] of own.points.entries()) {
      expect(x).toBeCloseTo((i - 9.5) / own.x.unit, 2);
      expect(y).toBeCloseTo(x, 2);
      expect(target).toBe(i < 10 ? 0 : 1);
    }
  });

  test("a number is a target with an axis of its own", () => {
    const { own } = tablePoints(table, { x: "height", y: "width", target: "age", task: "numbers" });
    expect(own.classNames).toEqual([]);
    expect(own.target?.centre).toBeCloseTo(2.375, 6);
    const { centre = 0, unit = 0 } = own.target ?? {};
    for (const [i, [, , target]] of own.points.entries()) expect(centre + unit * target).toBeCloseTo(i / 4, 2);
  });

  test("the likely columns are the first two of numbers, and the last one", () => {
    expect(likelyChoice(table)).toEqual({ x: "height", y: "width", target: "age", task: "numbers" });
    expect(likelyChoice(csv("a,b\n1,2\n3,4\n"))).toBeUndefined();
  });

  test("rows with missing values are left out and counted, large tables are sampled", () => {
    const gaps = csv(`a,b,c\n1,2,x\n,2,x\n3,4,y\n5,6,\n7,8,y\n9,1,x\n`);
    expect(tablePoints(gaps, { x: "a", y: "b", target: "c", task: "classes" })).toMatchObject({
      left: 2,
      sampled: false,
      own: { classNames: ["x", "y"] },
    });
    const many = csv(`a,b,c\n${Array.from({ length: 5000 }, (_, i) => `${i},${i},${i % 2}`).join("\n")}\n`);
    const { own, sampled } = tablePoints(many, { x: "a", y: "b", target: "c", task: "classes" });
    expect([own.points.length, sampled]).toEqual([2000, true]);
  });

  test.each([
    [
      { x: "height", y: "kind", target: "age", task: "numbers" },
      "plants.csv: kind: expected a column of numbers, found texts; choose another column",
    ],
    [
      { x: "height", y: "width", target: "age", task: "classes" },
      "plants.csv: age: expected 2 to 8 different classes, found 20; choose another column, or predict it as a number",
    ],
  ] as const)("%j is refused in words", (choice, message) => {
    expect(() => tablePoints(table, choice)).toThrow(message);
  });
});
