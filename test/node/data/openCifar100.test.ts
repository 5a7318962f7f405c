import { expect, it } from "vitest";
import { firstRows } from "../../../src/data/dataset.ts";
import { openData } from "../../../src/node/data/openData.ts";

it("opens the same rows of CIFAR-100, without measuring a normalization, where the settings state one", async () => {
  const normalization = { mean: [0.5, 0.4, 0.3], deviation: [0.25, 0.25, 0.5] };
  const request = { path: "stand-in", trainRows: 30 };
  const [given, all] = [await openData(request, { normalization }), await openData({ path: "stand-in" })];
  expect(given.normalization).toBe(normalization);
  expect(given.request).toEqual({ ...all.request, trainRows: 30 });
  expect(given.train).toEqual(firstRows(all.train, 30));
  expect(Buffer.compare(given.validation.inputs as Uint8Array, all.validation.inputs as Uint8Array)).toBe(0);
});
