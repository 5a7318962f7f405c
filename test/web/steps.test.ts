import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { encodeModel, layerKinds, losses, makeNetwork, modelOf, optimizers, RandomState } from "../../src/index.ts";
import { exampleNetworks } from "../../web/app/steps/networks.ts";
import { shapeBeforeLast } from "../../web/app/steps/openNetwork.ts";
import { StepSession } from "../../web/app/steps/session.ts";
import { highlightedLines, sourcePlace } from "../../web/app/steps/sourcePlaces.ts";
import {
  initialState,
  learningRates,
  parseState,
  stateOfNetwork,
  stateProblems,
  stateValues,
} from "../../web/app/steps/state.ts";
import { arraysOf, stopsOf, usualEntry } from "../../web/app/steps/stops.ts";
import { cellNumber, cellOf, neighbour, partOf, partWords, placeOfCell, tilesOf } from "../../web/app/steps/tiles.ts";
import { fittingOptions, usualOptions } from "../../web/app/steps/usualOptions.ts";
import { kindWords } from "../../web/app/steps/words.ts";
import { playgroundAttributes, stepsAttributes } from "../../web/embed/attributes.ts";

describe("the address", () => {
  test("holds what differs from the beginning, and gives it back", () => {
    expect(stateValues(initialState)).toEqual(
      Object.fromEntries(Object.keys(stateValues(initialState)).map((key) => [key, undefined])),
    );
    const state = {
      ...stateOfNetwork(initialState, "convolution"),
      seed: 7,
      optimizer: "adam",
      learningRate: 0.05,
      trained: 3,
      at: "b2",
      entry: "dw:5",
    };
    const values = Object.fromEntries(
      Object.entries(stateValues(state)).filter((each): each is [string, string] => each[1] !== undefined),
    );
    expect(values).toEqual({
      network: "convolution",
      seed: "7",
      optimizer: "adam",
      trained: "3",
      at: "b2",
      entry: "dw:5",
    });
    expect(parseState(values)).toEqual(state);
  });

  test("nonsense becomes the beginning", () => {
    const nonsense = {
      network: "none",
      seed: "-1",
      batch: "1e9",
      optimizer: "constructor",
      rate: "NaN",
      trained: "x",
      at: "<b>",
      entry: "y",
    };
    expect(parseState(nonsense)).toEqual(initialState);
    expect(stateProblems(nonsense).map((line) => line.split(": expected ")[0])).toEqual(Object.keys(nonsense));
    expect(stateProblems(nonsense)[2]).toBe('batch: expected a whole number of rows from 1 to 16, found "1e9"');
    expect(stateProblems({ network: "mlp", rate: "1e-3", at: "b2", entry: "fc1_w:2", seed: "4294967294" })).toEqual([]);
  });
});

describe("tiles", () => {
  test.each([
    [[5], 1, false],
    [[3, 4], 1, false],
    [[2, 3, 4], 2, false],
    [[2, 3, 4, 5], 10, false],
    [[3, 3, 2, 4], 8, true],
    [[2, 3, 2, 2, 2], 2, false],
  ])("every element of %s has one cell", (shape, count, isWeight) => {
    const tiles = tilesOf(shape, isWeight);
    expect(tiles).toHaveLength(count);
    const size = shape.reduce((all, length) => all * length, 1);
    const places = tiles.flatMap((tile) =>
      Array.from({ length: tile.rows * tile.columns }, (_, i) =>
        placeOfCell(tile, Math.floor(i / tile.columns), i % tile.columns),
      ),
    );
    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    for (const place of places) {
      const { tile, row, column } = cellOf(tiles, place) as NonNullable<ReturnType<typeof cellOf>>;
      expect(placeOfCell(tiles[tile], row, column)).toBe(place);
    }
  });

  test("the arrow keys cross the borders of tiles and stop at the ends", () => {
    const tiles = tilesOf([2, 2, 3]);
    expect(neighbour(tiles, 2, [0, 1])).toBe(6);
    expect(neighbour(tiles, 6, [0, -1])).toBe(2);
    expect(neighbour(tiles, 3, [-1, 0])).toBe(0);
    expect(neighbour(tiles, 4, [1, 0])).toBe(7);
    expect(neighbour(tiles, 11, [0, 1])).toBe(11);
  });

  test("of a large matrix the cells around the selection are shown", () => {
    const [tile] = tilesOf([3072, 100]);
    const part = partOf(tile, { row: 3000, column: 5 });
    expect([part.rows, part.columns, part.firstRow, part.firstColumn]).toEqual([64, 64, 2968, 0]);
    expect(placeOfCell(part, 32, 5)).toBe(3000 * 100 + 5);
    expect(partWords(tile, part)).toBe("rows 2968 to 3031 of 3072, columns 0 to 63 of 100");
    expect(partWords(tilesOf([3, 4])[0], partOf(tilesOf([3, 4])[0], undefined))).toBe("");
  });

  test.each([
    [0, "0"],
    [-0.5282, "−0.53"],
    [0.0123, "0.012"],
    [-12.34, "−12.3"],
    [123.4, "123"],
    [0.00001, "1e−5"],
    [123456, "1e5"],
    [Number.NaN, "NaN"],
  ])("%s as %s", (value, text) => expect(cellNumber(value)).toBe(text));
});

describe("a session", () => {
  test.each(exampleNetworks.map(({ id }) => id))("%s: every gradient that is checked agrees, at every stop", (id) => {
    const session = new StepSession(stateOfNetwork(initialState, id));
    const { data } = session;
    for (const stop of stopsOf(data)) {
      if (stop.direction === "update") continue;
      const arrays =
        stop.layer === -1 ? ["x"] : ["x", "y", ...data.layers[stop.layer].parameters.map(({ key }) => key)];
      for (const array of arrays) {
        const { check } = session.entry({ layer: stop.layer, array, place: 0 });
        if (check) expect(Math.abs(check.analytic - check.numerical), `${stop.title} ${array}`).toBeLessThan(1e-8);
      }
    }
  });

  test.each(Object.keys(layerKinds))("%s can be inserted, and every array of every stop has its formula", (kind) => {
    const embedding = { kind: "embedding", rows: 5, columns: 4 };
    const rows = ["linear", "groupClasses", "testTimeAverage", "piecewiseLinear", "ensemble"];
    const images = [
      "flatten",
      "conv2d",
      "maxPool2d",
      "averagePool2d",
      "globalAveragePool2d",
      "patches",
      "dct",
      "testTimeAugmentation",
    ];
    const tokens = ["transpose", "globalAveragePool1d", "positionEmbedding", "multiHeadAttention"];
    const own = { kind, ...usualOptions[kind] };
    const [network, layers] = images.includes(kind)
      ? ["convolution", [own]]
      : tokens.includes(kind)
        ? ["attention", [embedding, own]]
        : kind === "embedding"
          ? ["attention", [own]]
          : ["xor", rows.includes(kind) ? [own] : [{ kind: "linear", outputs: 4 }, own]];
    const session = new StepSession({
      ...stateOfNetwork(initialState, network),
      loss: "meanSquaredError",
      layers: JSON.stringify(layers),
    });
    const { data } = session;
    expect(data.layers.map((layer) => layer.kind)).toContain(kind);
    for (const stop of stopsOf(data)) {
      for (const { name, role, array } of arraysOf(stop, data)) {
        const { lines } = session.entry({ layer: stop.layer, array: name, place: array.data.length - 1 });
        if (role === "result") expect(lines.at(-1)?.value, `${stop.title} ${name}`).toBe(array.data.at(-1));
      }
    }
  });

  test.each(["xor", "mlp", "regression", "convolution", "attention", "mixer"])(
    "layers inserted before the last one of %s fit there",
    (id) => {
      const request = stateOfNetwork(initialState, id);
      const layers = exampleNetworks.find((each) => each.id === id)?.layers ?? [];
      const shape = shapeBeforeLast(request, JSON.stringify(layers));
      for (const kind of ["residual", "sequential", "groupClasses", "piecewiseLinear", "layerNorm", "linear"]) {
        const own = { kind, ...fittingOptions(kind, shape) };
        const changed = [...layers.slice(0, -1), own, ...layers.slice(-1)];
        const { data } = new StepSession({ ...request, layers: JSON.stringify(changed) });
        expect(data.layers.map((layer) => layer.kind)).toContain(kind);
      }
    },
  );

  test("training before lowers the loss, and the update is made from there", () => {
    const request = { ...initialState, optimizer: "adam", learningRate: 0.05 };
    const [first, later] = [new StepSession(request), new StepSession({ ...request, trained: 20 })];
    expect(later.data.loss).toBeLessThan(first.data.loss);
    const { lines } = later.entry({ layer: -2, array: "θ", place: 0 });
    expect(lines.at(-1)?.value).toBe(later.data.update.after[0]);
  });

  test("every optimizer that is offered makes a step, and every optimizer of the library is offered", () => {
    for (const [optimizer, learningRate] of Object.entries(learningRates)) {
      const { update } = new StepSession({ ...initialState, optimizer, learningRate }).data;
      expect(update.after).not.toEqual(update.before);
    }
    expect(Object.keys(learningRates)).toEqual(expect.arrayContaining(Object.keys(optimizers)));
  });

  test("every loss can be chosen, also for a network with classes", () => {
    for (const loss of Object.keys(losses)) {
      expect(new StepSession({ ...initialState, loss }).data.loss, loss).toBeGreaterThan(0);
    }
  });

  test("a model of the reader, with inputs that are drawn", () => {
    const network = makeNetwork(
      {
        inputShape: [3072],
        layers: [{ kind: "linear", outputs: 100 }, { kind: "gelu" }, { kind: "linear", outputs: 20 }],
      },
      { random: new RandomState(1) },
    );
    const labelNames = Array.from({ length: 20 }, (_, i) => `class ${i}`);
    const bytes = encodeModel(modelOf(network, { inputShape: [3072], labelNames }));
    const session = new StepSession({ ...initialState, network: "model" }, { name: "mine.safetensors", bytes });
    expect(session.data.note).toContain("mine.safetensors");
    expect(session.data.layers.map(({ kind }) => kind)).toEqual(["linear", "gelu", "linear"]);
    const { lines, check } = session.entry({ layer: 0, array: "dw", place: 12_345 });
    expect(lines[0].value).toBe(session.data.layers[0].parameters[0].gradient.data[12_345]);
    expect(check?.error).toBeLessThan(1e-4);
    const broken = () =>
      new StepSession({ ...initialState, network: "model" }, { name: "broken", bytes: bytes.subarray(9) });
    expect(broken).toThrow(/broken/);
  });

  test("mistakes are explained", () => {
    const open = (layers: string) => () => new StepSession({ ...initialState, layers });
    expect(open("[")).toThrow(/layers: expected JSON/);
    expect(open('[{"kind":"none"}]')).toThrow(/layers\[0\].kind: expected one of/);
    expect(open('[{"kind":"linear","outputs":1}]')).toThrow(/at least 2 outputs for cross-entropy/);
    expect(open('[{"kind":"linear","outputs":300000}]')).toThrow(/what this view can show/);
    expect(() => new StepSession({ ...initialState, loss: "none" })).toThrow(/loss: expected one of/);
  });
});

describe("source code", () => {
  test.each(Object.keys(layerKinds))("the code of %s is found, forward and backward", (kind) => {
    for (const direction of ["forward", "backward"] as const) {
      const place = sourcePlace("layer", kind, direction);
      const text = readFileSync(new URL(`../../src/${place.file}`, import.meta.url), "utf8");
      expect(highlightedLines(text, place).size, `${direction} in ${place.file}`).toBeGreaterThan(0);
    }
  });

  test.each([
    ...Object.keys(losses).map((kind) => ["loss", kind] as const),
    ...Object.keys(optimizers).map((kind) => ["optimizer", kind] as const),
  ])("the code of the %s %s is found", (part, kind) => {
    const place = sourcePlace(part, kind, "forward");
    const text = readFileSync(new URL(`../../src/${place.file}`, import.meta.url), "utf8");
    expect(highlightedLines(text, place).size).toBeGreaterThan(2);
  });

  test("a method is highlighted from its comment to its end", () => {
    const place = sourcePlace("layer", "linear", "backward");
    const text = readFileSync(new URL("../../src/layers/linear.ts", import.meta.url), "utf8");
    const lit = [...highlightedLines(text, place)].map((i) => text.split("\n")[i]);
    expect(lit[0]).toContain("// dW = xᵀ·dy");
    expect(lit.at(-1)).toBe("  }");
    expect(lit.join("\n")).not.toContain("describe()");
  });
});

test("every kind has a sentence", () => {
  expect(Object.keys(kindWords).sort()).toEqual(Object.keys(layerKinds).sort());
});

test("the guide for authors explains every attribute, network and optimizer, and shows the script of the example", () => {
  const guide = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");
  const names = [...stepsAttributes, ...playgroundAttributes, ...Object.keys(learningRates), ...Object.keys(losses)];
  for (const name of [...names, ...exampleNetworks.map(({ id }) => id)]) expect(guide).toContain(`\`${name}\``);
  const article = readFileSync(new URL("../../examples/embed/article.html", import.meta.url), "utf8");
  const [script] = article.match(/<script type="module" src="[^"]*"><\/script>/) ?? [""];
  expect(guide).toContain(script);
});

test.each(exampleNetworks.map(({ id }) => id))(
  "%s: the entries that are shown first pass their gradient checks",
  (id) => {
    const session = new StepSession(stateOfNetwork(initialState, id));
    let checks = 0;
    for (const stop of stopsOf(session.data)) {
      const [array, place] = usualEntry(arraysOf(stop, session.data)) ?? [];
      if (array === undefined || place === undefined) continue;
      const { check } = session.entry({ layer: stop.layer, array, place });
      if (!check) continue;
      expect(check.error, `${stop.id} ${array}:${place}`).toBeLessThan(1e-4);
      checks++;
    }
    expect(checks).toBeGreaterThan(3);
  },
);
