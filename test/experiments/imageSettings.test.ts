import { describe, expect, test } from "vitest";
import { chooseSettings, type Dataset, fit, makeNetwork, networkOf, prepareRun, RandomState } from "../../src/index.ts";

/** Discs and frames of any colour on a darker ground. */
function shapes(rows: number, inputShape: readonly [number, number, number], seed = 1): Dataset {
  const [height, width, channels] = inputShape;
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const inputs = new Uint8Array(rows * height * width * channels);
  let at = 0;
  for (const label of labels) {
    const [x0, y0] = [width / 2 + random.randint(-2, 3), height / 2 + random.randint(-2, 3)];
    const colours = Array.from({ length: channels }, () => [random.randint(0, 120), random.randint(120, 256)]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [dx, dy] = [Math.abs(x - x0), Math.abs(y - y0)];
        const isOn = label === 0 ? Math.hypot(dx, dy) < 5 : Math.max(dx, dy) < 5 && Math.max(dx, dy) >= 3;
        for (const colour of colours) inputs[at++] = colour[isOn ? 1 : 0];
      }
    }
  }
  return { name: "shapes", inputs, inputShape, labels, labelNames: ["disc", "frame"] };
}

const normalization = (channels: number) => ({
  mean: Array<number>(channels).fill(0.4),
  deviation: Array<number>(channels).fill(0.25),
});

const source = (rows: number, shape: readonly [number, number, number]) => ({
  train: shapes(rows, shape),
  normalization: normalization(shape[2]),
});

const workOf = (of: ReturnType<typeof source>) => {
  const settings = chooseSettings(of);
  const network = makeNetwork(networkOf(settings, of.train.inputShape), { random: new RandomState(1) });
  const { inputShape, labels } = of.train;
  return 3 * network.multiplyAdds(inputShape) * labels.length * settings.epochs;
};

describe("images of any size get a convolutional network that fits their pixels", () => {
  test.each([
    [[32, 32, 3], 3],
    [[64, 64, 3], 4],
    [[28, 28, 1], 3],
    [[24, 40, 3], 2],
    [[96, 96, 3], 4],
  ] as const)("%o: %d blocks", (shape, blocks) => {
    const of = source(60, shape);
    const { layers } = chooseSettings(of);
    const kinds = (layers as readonly { kind: string }[]).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "conv2d")).toHaveLength(1 + 2 * blocks);
    const network = makeNetwork(networkOf(chooseSettings(of), shape), { random: new RandomState(1) });
    expect(network.outputShape([2, ...shape], "train")).toEqual([2, 2]);
  });

  test("narrow strips and given sizes of hidden layers get a multilayer perceptron", () => {
    expect(chooseSettings(source(60, [24, 400, 1])).layers[0]).toEqual(expect.any(Number));
    expect(chooseSettings(source(60, [32, 32, 3]), { hidden: [7] }).layers).toEqual([768, 7, 2]);
    expect(chooseSettings(source(60, [32, 32, 3]), { network: "perceptron" }).layers).toEqual([768, 128, 128, 2]);
  });

  test("more images and more pixels do not take more than about three minutes", () => {
    const [few, many, large] = [source(500, [32, 32, 3]), source(20_000, [32, 32, 3]), source(2000, [128, 128, 3])].map(
      workOf,
    );
    expect(few).toBeLessThan(2.2e13);
    expect(many).toBeLessThan(2.2e13);
    expect(large).toBeLessThan(2.2e13);
    expect(many).toBeGreaterThan(0.8e13);
  });
});

test("it learns shapes from a few images", async () => {
  const [train, validation, test] = [shapes(48, [24, 24, 3]), shapes(40, [24, 24, 3], 2), shapes(40, [24, 24, 3], 3)];
  const about = { kind: "images" as const, name: "shapes", request: {}, dropped: 0, notes: [] };
  const of = { ...about, train, validation, test, normalization: normalization(3) };
  const settings = chooseSettings(of, { epochs: 12 });
  const { best } = await fit(prepareRun(of, settings));
  expect(best?.score).toBeGreaterThan(0.9);
}, 60_000);
