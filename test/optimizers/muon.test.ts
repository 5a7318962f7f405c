import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkVector, parseVectors } from "../../assignment/index.ts";
import { Embedding, Linear, Muon, RandomState, Sequential, SettingsError, Workspace } from "../../src/index.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { Orthogonalizer } from "../../src/optimizers/orthogonalize.ts";

// PyTorch's Muon in float64: fixtures/muon/make.py
const file = new URL("../fixtures/muon/vectors.json", import.meta.url);
const vectors = parseVectors(readFileSync(file, "utf8"), { name: "muon" });

describe.each(["float64", "float32"] as const)("PyTorch's trajectories, %s", (dtype) => {
  test.each(vectors.map((vector, i) => [checkVector(vector, dtype).title, i] as const))("%s", (_, i) => {
    const { errors } = checkVector(vectors[i], dtype);
    expect(errors?.trajectory).toBeLessThan(dtype === "float64" ? 1e-12 : 1e-5);
  });
});

test("a diagonal matrix: every singular value s becomes as + bs³ + cs⁵, five times", () => {
  const diagonal = [0.9, 0.3, 0.01, 0];
  const norm = Math.hypot(...diagonal);
  const x = new Float64Array(24);
  diagonal.forEach((value, i) => {
    x[7 * i] = value;
  });
  new Orthogonalizer(scalarKernels, x, [[4, 6]]).apply(x, 4, 6);
  diagonal.forEach((value, i) => {
    let s = value / norm;
    for (let step = 0; step < 5; step++) s = 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
    expect(x[7 * i]).toBeCloseTo(s, 13);
    x[7 * i] = 0;
  });
  expect(x.every((value) => Math.abs(value) < 1e-14)).toBe(true);
});

describe("which parameters Muon orthogonalizes", () => {
  const network = () => {
    const random = new RandomState(1);
    return new Sequential([new Linear(4, 3, { random }), new Linear(3, 2, { random })]);
  };
  /** The change of a parameter in the first step. */
  const stepOf = (options: object, name: string) => {
    const of = network();
    const before = of.getParameter(name).data;
    new RandomState(2).fillRandn(of.gradients);
    new Muon(of, { learningRate: 0.1, ...options }).step();
    return of.getParameter(name).data.map((value, i) => value - before[i]);
  };
  const adamStep = 0.1 * 0.015; // the first step of Adam is the learning rate in every element

  test("matrices, and Adam with a part of the learning rate the rest", () => {
    for (const change of stepOf({}, "fc1_b")) expect(Math.abs(change)).toBeCloseTo(adamStep, 6);
    for (const change of stepOf({ adamRatio: 0.5 }, "fc1_b")) expect(Math.abs(change)).toBeCloseTo(0.05, 6);
    const squares = [...stepOf({}, "fc2_w")].reduce((sum, change) => sum + change ** 2, 0);
    expect(Math.sqrt(squares)).toBeGreaterThan(0.1 * Math.sqrt(2) * 0.68); // two singular values of at least 0.68
  });

  test("adamLayers leaves the matrices of these layers to Adam", () => {
    for (const change of stepOf({ adamLayers: ["fc2"] }, "fc2_w")) expect(Math.abs(change)).toBeCloseTo(adamStep, 6);
    expect(stepOf({ adamLayers: ["fc2"] }, "fc1_w")).toEqual(stepOf({}, "fc1_w"));
  });

  test("embeddings are tables of vectors, which Adam trains", () => {
    const random = new RandomState(1);
    const of = new Sequential([new Embedding(5, 3, { random })]);
    const before = of.getParameter("emb1_w").data;
    new RandomState(2).fillRandn(of.gradients);
    new Muon(of, { learningRate: 0.1 }).step();
    of.getParameter("emb1_w").data.forEach((value, i) => {
      expect(Math.abs(value - before[i])).toBeCloseTo(adamStep, 6);
    });
  });

  test("layers that are not there, and flat buffers without shapes, are refused", () => {
    expect(() => new Muon(network(), { learningRate: 0.1, adamLayers: ["fc3"] })).toThrow(
      new SettingsError("Muon: adamLayers: expected layers with parameters (fc1, fc2), found fc3"),
    );
    const flat = { values: new Float64Array(4), gradients: new Float64Array(4), workspace: new Workspace() };
    expect(() => new Muon(flat, { learningRate: 0.1 })).toThrow("found flat buffers alone; pass the Sequential itself");
  });
});
