import { expect, test } from "vitest";
import { Adam, l1, l2, SettingsError, Sgd, scalarKernels, Workspace } from "../../src/index.ts";

const network = (values: number[], gradients: number[]) => ({
  values: Float64Array.from(values),
  gradients: Float64Array.from(gradients),
  workspace: new Workspace(),
});

test("Sgd: the weight decay is not multiplied by the learning rate", () => {
  const of = network([1, -2], [0.5, 0]);
  new Sgd(of, { learningRate: 0.1, weightDecay: 0.25 }).step();
  expect([...of.values]).toEqual([1 - 0.05 - 0.25, -2 + 0.5]);
});

test("Adam: the first step moves by the learning rate against the sign of the gradient", () => {
  const of = network([0, 0, 0], [3, -1e-3, 0]);
  new Adam(of, { learningRate: 0.01 }).step();
  expect(of.values[0]).toBeCloseTo(-0.01, 6);
  expect(of.values[1]).toBeCloseTo(0.01, 6);
  expect(of.values[2]).toBe(0);
});

test("Adam continues from a restored state exactly", () => {
  const [one, other] = [network([1, 2], [0.3, -0.2]), network([1, 2], [0.3, -0.2])];
  const first = new Adam(one, { learningRate: 0.1 });
  first.step();
  const second = new Adam(other, { learningRate: 0.1 });
  second.restore(structuredClone(first.state()));
  other.values.set(one.values);
  first.step();
  second.step();
  expect(other.values).toEqual(one.values);
  expect(() => second.restore({ step: 1, buffers: { m: new Float64Array(1), v: new Float64Array(2) } })).toThrow(
    SettingsError,
  );
});

test("penalties and their gradients, added to the existing gradients", () => {
  const values = Float64Array.of(-2, 0, 3);
  const gradients = Float64Array.of(1, 1, 1);
  expect(l1(0.5).penalty(values)).toBe(2.5);
  l1(0.5).addGradient(scalarKernels, values, gradients);
  expect([...gradients]).toEqual([0.5, 1, 1.5]);
  expect(l2(0.5).penalty(values)).toBe(6.5);
  l2(0.5).addGradient(scalarKernels, values, gradients);
  expect([...gradients]).toEqual([-1.5, 1, 4.5]);
});

test.each([
  () => new Sgd(network([1], [1]), { learningRate: -1 }),
  () => new Sgd(network([1], [1]), { learningRate: Number.NaN }),
  () => new Adam(network([1], [1]), { learningRate: 1, beta1: 1 }),
  () => l1(-1),
  () => l2(Number.NaN),
])("settings out of range are refused", (make) => {
  expect(make).toThrow(SettingsError);
});
