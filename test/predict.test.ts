import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";
import * as predict from "../src/predict.ts";

const root = resolve(import.meta.dirname, "..");

/** The bytes that a page loads for the entry, gzipped. */
async function bundledSize(code: string): Promise<number> {
  const entry = "\0page";
  const output = await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? entry : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
    build: { write: false, minify: true, target: "es2024", rollupOptions: { input: "page" } },
  });
  const chunks = [output].flat().flatMap((each) => ("output" in each ? each.output : []));
  return chunks.reduce(
    (sum, chunk) => sum + (chunk.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0),
    0,
  );
}

test("a page that only predicts with a saved model is at most 32 kB gzipped", { timeout: 60_000 }, async () => {
  const file = JSON.stringify(resolve(root, "src/predict.ts"));
  const all = await bundledSize(`import * as predict from ${file}; globalThis.predict = { ...predict };`);
  expect(all).toBeLessThanOrEqual(32_000);
  expect(all).toBeGreaterThan(5_000); // it is all there
});

test("the entry restores a saved model and predicts with the kernels that it has", () => {
  const bytes = new Uint8Array(readFileSync(resolve(root, "test/fixtures/formats/batch.safetensors")));
  const model = predict.decodeModel(bytes, { name: "batch.safetensors" });
  const [ranking] = predict.predictImages(model, [new Uint8Array(12).fill(100)]);
  expect(ranking.map(({ label }) => label).sort()).toEqual([...model.labelNames].sort());
  expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
});
