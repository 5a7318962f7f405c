import {
  type ActivationName,
  activations,
  Dct,
  Dropout,
  Linear,
  MeanSquaredError,
  PiecewiseLinear,
  RandomState,
  Relu,
  Residual,
  Sequential,
  Tanh,
  Tensor,
  tensor,
} from "../../src/index.ts";
import type { Figure, MatrixTile, Point } from "../../src/report/figures/figure.ts";
import { curve, lines, workspace } from "./picture.ts";

const tile = (title: string, { shape, data }: Tensor): MatrixTile => ({
  title,
  rows: shape.length > 1 ? shape[0] : 1,
  columns: shape[shape.length - 1],
  values: [...data],
});

/** The worked example of the chain rule: linear, ReLU, mean squared error. */
export function workedExample(): Figure {
  const linear = new Linear(2, 2, { initializer: "zeros", dtype: "float64" });
  linear.w.value.data.set([1, -1, 2, 1]);
  linear.b.value.data.set([0, 1]);
  const [relu, loss] = [new Relu(), new MeanSquaredError()];
  const x = tensor(
    [
      [1, 2],
      [3, -1],
    ],
    "float64",
  );
  const target = tensor(
    [
      [4, 0],
      [3, 1],
    ],
    "float64",
  );
  const z = linear.forward(x);
  const a = relu.forward(z);
  loss.forward(a, target);
  const da = loss.backward();
  const dz = relu.backward(da);
  const dx = linear.backward(dz);
  return {
    kind: "matrices",
    id: "worked-example",
    caption: "",
    description: "The matrices of the worked example, forward above, their gradients below",
    matrices: [
      tile("x", x),
      tile("W", linear.w.value),
      tile("z = xW + b", z),
      tile("a = max(0, z)", a),
      tile("t", target),
      tile("dx = dz Wᵀ", dx),
      tile("dW = xᵀ dz", linear.w.gradient),
      tile("dz = da ⊙ [z > 0]", dz),
      tile("da = (a − t)/2", da),
      tile("db", linear.b.gradient),
    ],
  };
}

/** The parameter of each activation that is drawn: the negative slope of leakyRelu, α of elu, the threshold of softplus. */
const commonActivations = { relu: 0, leakyRelu: 0.1, tanh: 0, sigmoid: 0, silu: 0, gelu: 0 }; // a slope that can be seen
const otherActivations = { softplus: 20, elu: 1, selu: 0, hardSwish: 0 };

export function activationCurves(): Figure {
  return activationFigure("activations", commonActivations, "with leakyRelu's slope 0.1");
}

export function otherActivationCurves(): Figure {
  return activationFigure("other-activations", otherActivations, "with elu's α = 1");
}

/** Activations and their derivatives. */
function activationFigure(id: string, shown: Partial<Record<ActivationName, number>>, setting: string): Figure {
  const entries = Object.entries(shown) as [ActivationName, number][];
  const series = (of: "value" | "derivative") =>
    lines(
      Object.fromEntries(
        entries.map(([name, parameter]) => [name, curve((x) => activations[name][of](x, parameter), -4, 4)]),
      ),
    );
  return {
    kind: "lines",
    id,
    caption: "",
    description: `${Object.keys(shown).join(", ")} and their derivatives from −4 to 4, ${setting}`,
    panels: [
      { x: { title: "x" }, y: { title: "f(x)" }, series: series("value"), share: 1.25 },
      { x: { title: "x" }, y: { title: "f′(x)" }, series: series("derivative"), share: 1.25 },
    ],
  };
}

/** The difference between the tanh form of GELU and the exact one. */
export function geluError(): Figure {
  const difference = (x: number) => 1e4 * (activations.gelu.value(x) - activations.geluExact.value(x));
  return {
    kind: "lines",
    id: "gelu-error",
    caption: "",
    description: "The difference of the two forms of GELU is below 5 in 10,000 everywhere",
    panels: [
      {
        x: { title: "x" },
        y: { title: "(tanh form − exact form) · 10⁴" },
        series: [{ name: "difference", style: 0, draw: "plain", points: curve(difference, -6, 6, 321) }],
      },
    ],
  };
}

/** One mask, forward and backward. */
export function dropoutMask(): Figure {
  const random = new RandomState(3);
  const draw = (): Tensor => {
    const values = Tensor.zeros([3, 3], "float64");
    random.fillRandn(values.data);
    return values;
  };
  const [x, dy] = [draw(), draw()];
  const layer = new Dropout(0.5);
  const y = layer.forward(x, { mode: "train", random });
  const mask = Tensor.zeros([3, 3], "float64");
  for (let i = 0; i < mask.size; i++) mask.data[i] = y.data[i] === 0 ? 0 : 2;
  return {
    kind: "matrices",
    id: "dropout-mask",
    caption: "",
    description:
      "Dropout with keepProb 0.5: the mask sets some entries to 0 and doubles the others, forward and backward",
    matrices: [
      tile("x", x),
      tile("m", mask),
      tile("y = x ⊙ m", y),
      tile("dy", dy),
      tile("m, the same", mask),
      tile("dx = dy ⊙ m", layer.backward(dy)),
    ],
  };
}

/** ‖∂J/∂x‖ at each depth of a deep network, with and without residual layers. */
export function residualGradients(): Figure {
  const depth = 40;
  const norms = (wrap: boolean): Point[] => {
    const random = new RandomState(1);
    const layers = Array.from({ length: depth }, () => {
      const inner = [new Linear(32, 32, { random, initScale: 0.1, dtype: "float64" }), new Tanh()];
      const layer = wrap ? new Residual(inner) : new Sequential(inner);
      layer.attach(workspace);
      return layer;
    });
    const x = Tensor.zeros([16, 32], "float64");
    random.fillRandn(x.data);
    layers.reduce((activation, layer) => layer.forward(activation, { mode: "train", random }), x);
    let dy = Tensor.zeros([16, 32], "float64");
    random.fillRandn(dy.data);
    const norm = ({ data }: Tensor): number => Math.hypot(...data);
    const start = norm(dy);
    const points: Point[] = [[depth, 1]];
    for (let i = depth - 1; i >= 0; i--) {
      dy = layers[i].backward(dy);
      points.push([i, norm(dy) / start]);
    }
    return points.reverse();
  };
  return {
    kind: "lines",
    id: "residual-gradients",
    caption: "",
    description:
      "Going back through 40 layers, the gradient of plain layers falls by many powers of ten; with residual layers it does not",
    panels: [
      {
        x: { title: "layers before this place" },
        y: { title: "norm of the gradient, 1 at the output", scale: "log" },
        series: lines({ "tanh(xW)": norms(false), "x + tanh(xW)": norms(true) }),
      },
    ],
  };
}

/** The rows of R: cosines of growing frequency. */
export function cosines(): Figure {
  const { rows } = new Dct([16, 16, 1], { keep: 16, dtype: "float64" });
  const [, n] = rows.shape;
  const series = Object.fromEntries(
    Array.from({ length: 4 }, (_, u) => [
      `u = ${u}`,
      Array.from({ length: n }, (_, i): Point => [i, rows.data[u * n + i]]),
    ]),
  );
  return {
    kind: "lines",
    id: "cosines",
    caption: "",
    description: "The four lowest cosines of 16 pixels: a constant, then half a wave, a whole one, one and a half",
    panels: [{ x: { title: "pixel i", scale: "whole" }, y: { title: "R[u, i]" }, series: lines(series) }],
  };
}

/** The outputs of a column with three bins. */
export function piecewiseLinear(): Figure {
  const layer = new PiecewiseLinear([[-2, -0.5, 0.5, 3]]);
  const xs = Array.from({ length: 201 }, (_, i) => -4 + i / 25);
  const y = layer.forward(new Tensor([xs.length, 1], Float64Array.from(xs)));
  const series = Object.fromEntries(
    [0, 1, 2].map((t) => [`bin ${t}`, xs.map((x, i): Point => [x, y.data[i * 3 + t]])]),
  );
  return {
    kind: "lines",
    id: "piecewise-linear",
    caption: "",
    description: "Each bin rises from −1 to 1 between its edges and is constant outside of them",
    panels: [
      {
        x: { title: "x" },
        y: { title: "y for the edges −2, −0.5, 0.5, 3" },
        series: lines(series),
        marks: [-2, -0.5, 0.5, 3].map((x, t) => ({ x, name: `e${"₀₁₂₃"[t]}` })),
      },
    ],
  };
}
