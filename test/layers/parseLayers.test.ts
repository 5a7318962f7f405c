import { describe, expect, test } from "vitest";
import {
  layerKinds,
  makeNetwork,
  type NetworkDescription,
  parseLayers,
  RandomState,
  SettingsError,
} from "../../src/index.ts";

describe("parseLayers", () => {
  const kinds = Object.keys(layerKinds).join(", ");
  const deep = (levels: number): object => {
    let layer: object = { kind: "relu" };
    for (let i = 1; i < levels; i++) layer = { kind: "sequential", layers: [layer] };
    return layer;
  };
  const inside = (...layers: object[]) => [{ kind: "flatten" }, { kind: "residual", layers }];

  test.each([
    ["a text", "relu", 'layers: expected a list of layers, found "relu"'],
    ["an object", { kind: "relu" }, 'layers: expected a list of layers, found {"kind":"relu"}'],
    ["nothing", undefined, "layers: expected a list of layers, found nothing"],
    ["null", null, "layers: expected a list of layers, found null"],
    ["an unknown kind", [{ kind: "conv" }], `layers[0].kind: expected one of ${kinds}, found "conv"`],
    ["a kind of every object", [{ kind: "toString" }], `layers[0].kind: expected one of ${kinds}, found "toString"`],
    ["no kind", [{ outputs: 3 }], `layers[0].kind: expected one of ${kinds}, found nothing`],
    ["a number among layers", [{ kind: "relu" }, 3], `layers[1].kind: expected one of ${kinds}, found 3`],
    ["an unknown option", [{ kind: "linear", outputs: 3, units: 4 }], "layers[0].units: there is no such setting"],
    ["a missing option", [{ kind: "linear" }], "layers[0].outputs: expected a value, found none"],
    ["a wrong value", [{ kind: "linear", outputs: 0 }], "layers[0].outputs: expected a number of at least 1, found 0"],
    [
      "a wrong value inside",
      inside({ kind: "linear", outputs: 2.5 }),
      "layers[1].layers[0].outputs: expected a whole number, found 2.5",
    ],
    [
      "a wrong value further inside",
      inside({ kind: "relu" }, { kind: "sequential", layers: [{ kind: "dropout", keepProb: 2 }] }),
      "layers[1].layers[1].layers[0].keepProb: expected a number of at most 1, found 2",
    ],
    [
      "an unknown kind inside",
      inside({ kind: "pool" }),
      `layers[1].layers[0].kind: expected one of ${kinds}, found "pool"`,
    ],
    ["a residual of nothing", inside(), "layers[1].layers: expected at least 1 of them, found []"],
    [
      "a name with a space",
      [{ kind: "relu", name: "a b" }],
      'layers[0].name: expected a text without spaces and slashes, found "a b"',
    ],
    [
      "layers 17 deep",
      [deep(17)],
      `layers[0]${".layers[0]".repeat(15)}.layers: expected at most 16 layers inside of each other, found more`,
    ],
  ])("%s is refused in one line", (_, input, message) => {
    expect(() => parseLayers(input)).toThrow(new SettingsError(message));
  });

  test("16 deep is allowed, and each of several problems has its own line", () => {
    expect(parseLayers([deep(16)])).toHaveLength(1);
    expect(() => parseLayers([{ kind: "linear" }, { kind: "dropout", keepProb: "x" }])).toThrow(
      new SettingsError(
        'layers:\n  layers[0].outputs: expected a value, found none\n  layers[1].keepProb: expected a number, found "x"',
      ),
    );
  });

  test("a layer that does not fit the one before is refused with its place and its inputs", () => {
    const layers = inside({ kind: "linear", outputs: 3 });
    const description = { inputShape: [4], layers } as NetworkDescription;
    expect(() => makeNetwork(description, { random: new RandomState(1) })).toThrow(
      "layers[1]: residual: x + inner(x) needs one shape, x is (1, 4), inner(x) (1, 3) (its inputs are (batch, 4))",
    );
  });
});
