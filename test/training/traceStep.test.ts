import { expect, test } from "vitest";
import {
  allLayers,
  CrossEntropyLoss,
  Dropout,
  Gelu,
  LayerNorm,
  Linear,
  RandomState,
  Residual,
  Sequential,
  ShapeError,
  Tensor,
  tensor,
  traceStep,
} from "../../src/index.ts";

function network(): Sequential {
  const random = new RandomState(1);
  const linear = (inputs: number, outputs: number) => new Linear(inputs, outputs, { random, dtype: "float64" });
  const block = new Residual([new LayerNorm(4, { dtype: "float64" }), linear(4, 4), new Gelu(), new Dropout(0.5)]);
  return new Sequential([linear(3, 4), block, linear(4, 2)]);
}

function batch() {
  const x = Tensor.zeros([5, 3], "float64");
  new RandomState(2).fillRandn(x.data);
  return { x, loss: new CrossEntropyLoss(), targets: [0, 1, 0, 1, 1] };
}

test("layers within layers are traced, before the layer that holds them, and each gets what the one before gave", () => {
  const { layers } = traceStep(network(), batch());
  const all = allLayers(layers);
  expect(all.map(({ path, kind }) => [path.join("."), kind])).toEqual([
    ["0", "linear"],
    ["1.0", "layerNorm"],
    ["1.1", "linear"],
    ["1.2", "gelu"],
    ["1.3", "dropout"],
    ["1", "residual"],
    ["2", "linear"],
  ]);
  const [first, norm, inner, , , block, last] = all;
  expect(norm.x).toEqual(first.y);
  expect(inner.x).toEqual(norm.y);
  expect(block.x).toEqual(first.y);
  expect(last.x).toEqual(block.y);
  expect(block.dy).toEqual(last.dx);
});

test("the gradients are those of the network's own step, and the network is as before", () => {
  const [traced, plain] = [network(), network()];
  const before = traced.save();
  const { loss, layers } = traceStep(traced, batch(), { seed: 7 });
  const { x, loss: crossEntropy, targets } = batch();
  const outputs = plain.forward(x, { mode: "train", random: new RandomState(7) });
  expect(crossEntropy.forward(outputs, targets)).toBe(loss);
  expect(plain.backward(crossEntropy.backward())).toEqual(layers[0].dx);
  expect([...traced.gradients]).toEqual([...plain.gradients]);
  expect(traced.save()).toEqual(before);
  for (const { layer } of allLayers(layers)) expect(Object.keys(layer)).not.toContain("forward");
});

test("a parameter is told by its place among all of the network", () => {
  const of = network();
  const { layers } = traceStep(of, batch());
  for (const { layer, parameters } of allLayers(layers)) {
    for (const [i, { parameter, value }] of parameters.entries()) {
      expect(of.parameters[parameter]).toBe(layer.parameters[i]);
      expect(of.getParameter(of.parameterNames[parameter])).toEqual(value);
    }
  }
});

test("an error in a layer leaves the network as it was", () => {
  class Broken extends Gelu {
    override backward(): Tensor {
      throw new Error("broken");
    }
  }
  const broken = new Broken();
  const linear = new Linear(2, 2, { random: new RandomState(1), dtype: "float64" });
  const of = new Sequential([linear, broken]);
  const given = { x: tensor([[1, 2]], "float64"), loss: new CrossEntropyLoss(), targets: [1] };
  expect(() => traceStep(of, given)).toThrow("broken");
  expect(Object.keys(broken)).not.toContain("backward");
});

test("misuse is explained", () => {
  const of = network();
  const { x, ...rest } = batch();
  expect(() => traceStep(of, { x: x.clone("float32"), ...rest })).toThrow(/use float64/);
  const trace = traceStep(of, batch());
  expect(() => trace.check(trace.layers[0], "v", 0)).toThrow(ShapeError);
  expect(() => trace.check(trace.layers[0], "v", 0)).toThrow(/expected x, y or a parameter, found v/);
});

test("checks agree where the loss bends within a short distance, and find a wrong backward pass there too", () => {
  const { x, ...step } = batch();
  for (let i = 0; i < x.size; i++) x.data[i] *= 0.01;
  class Wrong extends Gelu {
    override backward(dy: Tensor): Tensor {
      const dx = super.backward(dy);
      for (let i = 0; i < dx.size; i++) dx.data[i] *= 1.01;
      return dx;
    }
  }
  const errorsWith = (gelu: Gelu) => {
    const head = new Linear(3, 2, { random: new RandomState(1), dtype: "float64", initScale: 0.5 });
    const trace = traceStep(new Sequential([gelu, new LayerNorm(3, { dtype: "float64" }), head]), { x, ...step });
    return Array.from({ length: x.size }, (_, place) => trace.check(trace.layers[0], "x", place)?.error ?? Infinity);
  };
  expect(Math.max(...errorsWith(new Gelu()))).toBeLessThan(1e-4);
  // 0.01/2.01 and what rounding adds
  expect(Math.min(...errorsWith(new Wrong()))).toBeGreaterThan(4e-3);
});
