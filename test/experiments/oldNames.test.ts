import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  evaluation,
  importModel,
  parseLayers,
  parseRecord,
  parseSettings,
  readSettings,
  restoreNetwork,
  settingsFor,
  Tensor,
} from "../../src/node.ts";
import { tinySource } from "../training/tinyRun.ts";

// The files in fixtures/oldNames were written by the last version that used the old names.
const fixture = (name: string) => readFileSync(new URL(`../fixtures/oldNames/${name}`, import.meta.url));

describe("files with the old names of layers and settings", () => {
  test.each(["model.safetensors", "model.onnx"])(
    "%s is read under today's names and gives the old logits",
    async (name) => {
      const model = await importModel(fixture(name), { name });
      expect(model.network.layers.map(({ kind }) => kind)).toEqual(
        ["testTimeAugmentation", "dct", "linear", "gelu", "linear", "testTimeAverage"], // biome-ignore format: a row
      );
      const x = Tensor.zeros([2, 4, 4, 3]);
      x.data.forEach((_, i) => {
        x.data[i] = ((7 * i) % 11) / 11 - 0.5;
      });
      const logits: number[] = JSON.parse(String(fixture("logits.json")));
      restoreNetwork(model)
        .forward(x, evaluation)
        .data.forEach((value, i) => {
          expect(value).toBeCloseTo(logits[i], 5);
        });
    },
  );

  test("the record of a run", () => {
    const { config } = parseRecord(String(fixture("history.json")), { name: "history.json" });
    expect(config).toMatchObject({
      dct: { keep: 2, power: 0.2 },
      testTimeAugmentation: { flip: true, shift: 1, diagonal: true },
    });
    expect(config).not.toHaveProperty("frequencies");
    expect(config).not.toHaveProperty("views");
  });
});

describe("settings with old names", () => {
  const [frequencies, views] = [{ keep: 2 }, { shift: 1 }];

  test("are the settings with today's names", () => {
    const base = { layers: [12, 3] };
    expect(readSettings({ ...base, frequencies, views })).toEqual(
      parseSettings({ ...base, dct: frequencies, testTimeAugmentation: views }),
    );
  });

  test("override defaults of the data that have today's names, and the other way round, as in a stored sweep", () => {
    const asked = { layers: [12, 3] };
    const old = settingsFor(tinySource, { given: { ...asked, frequencies } }, { dct: { keep: 4 }, views });
    const current = settingsFor(tinySource, { given: { ...asked, dct: frequencies } }, { testTimeAugmentation: views });
    expect(old).toEqual(current);
  });

  test("a setting under both names is refused, since one of the values would be lost", () => {
    expect(() => readSettings({ layers: [12, 3], frequencies, dct: { keep: 3 } })).toThrow(
      "frequencies: there is no such setting",
    );
  });
});

test("kinds of layers inside of other layers", () => {
  const image = { kind: "dct", keep: 2, power: 0 };
  const inner = {
    kind: "residual",
    layers: [{ kind: "views", shift: 1 }],
    shortcut: [{ kind: "meanOfViews", count: 3 }],
  };
  expect(parseLayers([inner, { ...image, kind: "frequencies" }])).toEqual([
    {
      kind: "residual",
      layers: [{ kind: "testTimeAugmentation", shift: 1 }],
      shortcut: [{ kind: "testTimeAverage", count: 3 }],
    },
    image,
  ]);
  expect(
    readSettings({
      layers: [
        { ...image, kind: "frequencies" },
        { kind: "linear", outputs: 3 },
      ],
    }).layers,
  ).toEqual([image, { kind: "linear", outputs: 3 }]);
});

test("averageDecay is emaDecay", () => {
  expect(readSettings({ layers: [12, 3], averageDecay: 0.9 })).toEqual(
    parseSettings({ layers: [12, 3], emaDecay: 0.9 }),
  );
});
