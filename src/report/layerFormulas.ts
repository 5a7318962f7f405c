import type { LayerKindName } from "../layers/registry.ts";
import { type Formula, tex } from "./markup.ts";

/** What a layer computes: as a formula for pages, and as a line for a terminal. docs/mathematics.md derives each of them. */
export interface LayerFormula {
  readonly forward: Formula;
  readonly backward: Formula;
  readonly lines: readonly [forward: string, backward: string];
}

const activation = (forward: Formula, derivative: Formula, text: string): LayerFormula => ({
  forward,
  backward: derivative,
  lines: [`y = ${text}`, "dx = dy ⊙ f′(x)"],
});

/** The formula of every kind of layer. */
export const layerFormulas: Readonly<Record<LayerKindName, LayerFormula>> = {
  flatten: {
    forward: tex`y_{n, i} = x_{n, h, w, c}`,
    backward: tex`dx_{n, h, w, c} = dy_{n, i}`,
    lines: ["y = x as (batch, numbers)", "dx = dy in the shape of x"],
  },
  linear: {
    forward: tex`y = x W + b`,
    backward: tex`dW = x^\top dy \qquad db = \sum_n dy_n \qquad dx = dy W^\top`,
    lines: ["y = x·W + b", "dW = xᵀ·dy   db = Σ_batch dy   dx = dy·Wᵀ"],
  },
  gelu: activation(
    tex`y = \frac{1}{2} x (1 + \tanh u) \qquad u = \sqrt{2 / \pi} \, (x + 0.044715 x^3)`,
    tex`dx = dy \odot \left( \frac{1}{2} (1 + \tanh u) + \frac{1}{2} x (1 - \tanh^2 u) \, u' \right)`,
    "½x(1 + tanh(√(2/π)(x + 0.044715x³)))",
  ),
  geluExact: activation(tex`y = x \Phi(x)`, tex`dx = dy \odot (\Phi(x) + x \varphi(x))`, "x·Φ(x)"),
  relu: activation(tex`y = \max(0, x)`, tex`dx = dy \odot [x > 0]`, "max(0, x)"),
  leakyRelu: activation(
    tex`y = \max(x, \alpha x)`,
    tex`dx = dy \odot ([x > 0] + \alpha [x \le 0])`,
    "x where x > 0, else αx",
  ),
  tanh: activation(tex`y = \tanh x`, tex`dx = dy \odot (1 - y^2)`, "tanh x"),
  sigmoid: activation(tex`y = \frac{1}{1 + e^{-x}}`, tex`dx = dy \odot y (1 - y)`, "1/(1 + e⁻ˣ)"),
  silu: activation(tex`y = x \sigma(x)`, tex`dx = dy \odot (\sigma(x) + x \sigma(x) (1 - \sigma(x)))`, "x·σ(x)"),
  softplus: activation(
    tex`y = \frac{1}{\beta} \log (1 + e^{\beta x})`,
    tex`dx = dy \odot \sigma(\beta x)`,
    "log(1 + e^(βx))/β",
  ),
  elu: activation(
    tex`y = x \text{ for } x > 0, \text{ else } \alpha (e^x - 1)`,
    tex`dx = dy \odot ([x > 0] + \alpha e^x [x \le 0])`,
    "x where x > 0, else α(eˣ − 1)",
  ),
  selu: activation(
    tex`y = 1.0507 x \text{ for } x > 0, \text{ else } 1.7581 (e^x - 1)`,
    tex`dx = dy \odot (1.0507 [x > 0] + 1.7581 e^x [x \le 0])`,
    "1.0507·x where x > 0, else 1.7581·(eˣ − 1)",
  ),
  hardSwish: activation(
    tex`y = \frac{1}{6} x \min(\max(0, x + 3), 6)`,
    tex`dx = dy \odot \left( \frac{2x + 3}{6} [-3 < x < 3] + [x \ge 3] \right)`,
    "x·min(max(0, x + 3), 6)/6",
  ),
  pRelu: {
    forward: tex`y = \max(0, x) + w \min(0, x)`,
    backward: tex`dw = \sum dy \min(0, x) \qquad dx = dy \odot ([x > 0] + w [x \le 0])`,
    lines: ["y = max(0, x) + w·min(0, x)", "dw = Σ dy·min(0, x)   dx = dy where x > 0, else w·dy"],
  },
  dropout: {
    forward: tex`y = x \odot m \qquad m_i = 1/p \text{ with probability } p, \text{ else } 0`,
    backward: tex`dx = dy \odot m`,
    lines: ["y = x ⊙ m, mᵢ = 1/p with probability p, else 0", "dx = dy ⊙ m"],
  },
  batchNorm: {
    forward: tex`\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \qquad y = w \hat{x} + b`,
    backward: tex`dw = \sum_n dy \odot \hat{x} \qquad db = \sum_n dy \qquad dx = \frac{w}{\sqrt{\sigma^2 + \varepsilon}} \left( dy - \frac{1}{N} db - \frac{1}{N} \hat{x} \, dw \right)`,
    lines: [
      "x̂ = (x − μ)/√(σ² + ε) over the batch, y = w·x̂ + b",
      "dw = Σ dy·x̂   db = Σ dy   dx = w/√(σ² + ε)·(dy − db/N − x̂·dw/N)",
    ],
  },
  layerNorm: {
    forward: tex`\hat{x} = \frac{x - \mu_n}{\sqrt{\sigma_n^2 + \varepsilon}} \qquad y = w \hat{x} + b`,
    backward: tex`dw = \sum_n dy \odot \hat{x} \qquad db = \sum_n dy \qquad dx = \frac{1}{\sqrt{\sigma_n^2 + \varepsilon}} \left( g - \frac{1}{D} \sum_j g_j - \hat{x} \frac{1}{D} \sum_j g_j \hat{x}_j \right) \qquad g = w \, dy`,
    lines: [
      "x̂ = (x − μ)/√(σ² + ε) over each row, y = w·x̂ + b",
      "dw = Σ dy·x̂   db = Σ dy   dx = (g − mean g − x̂·mean(g·x̂))/√(σ² + ε), g = w·dy",
    ],
  },
  residual: {
    forward: tex`y = x + f(x)`,
    backward: tex`dx = dy + f'(x)^\top dy`,
    lines: ["y = x + f(x)", "dx = dy + f′(x)ᵀ·dy"],
  },
  sequential: {
    forward: tex`y = f_k(\dots f_1(x))`,
    backward: tex`dx = f_1'^\top \dots f_k'^\top dy`,
    lines: ["y = fₖ(… f₁(x))", "dx: the layers' backward passes in reverse order"],
  },
  dct: {
    forward: tex`y = C x C^\top`,
    backward: tex`dx = C^\top dy C`,
    lines: ["y = C·x·Cᵀ, the lowest frequencies of each channel", "dx = Cᵀ·dy·C"],
  },
  groupClasses: {
    forward: tex`y = x`,
    backward: tex`dx = dy`,
    lines: ["y = x in training; in evaluation classes are added up to their groups", "dx = dy"],
  },
  testTimeAugmentation: {
    forward: tex`y = x`,
    backward: tex`dx = dy`,
    lines: ["y = x in training; in evaluation several views of each image", "dx = dy"],
  },
  testTimeAverage: {
    forward: tex`y = x`,
    backward: tex`dx = dy`,
    lines: ["y = x in training; in evaluation the mean over the views", "dx = dy"],
  },
  piecewiseLinear: {
    forward: tex`y_t = \max \left( -1, \min \left( 1, 2 \frac{x - e_t}{e_{t+1} - e_t} - 1 \right) \right)`,
    backward: tex`dx = \sum_t dy_t \frac{2}{e_{t+1} - e_t} [ e_t < x < e_{t+1} ]`,
    lines: ["yₜ = 2(x − eₜ)/(eₜ₊₁ − eₜ) − 1, limited to −1 … 1", "dx = Σₜ dyₜ·2/(eₜ₊₁ − eₜ) where eₜ < x < eₜ₊₁"],
  },
  patches: {
    forward: tex`y_{n, (i, j), (u, v, c)} = x_{n, i p + u, j p + v, c}`,
    backward: tex`dx_{n, i p + u, j p + v, c} = dy_{n, (i, j), (u, v, c)}`,
    lines: ["y = x with the p × p pixels of each square in one row", "dx = dy with the pixels back in their places"],
  },
  transpose: {
    forward: tex`y_{n, j, i} = x_{n, i, j}`,
    backward: tex`dx_{n, i, j} = dy_{n, j, i}`,
    lines: ["y = xᵀ, tokens and features swapped", "dx = dyᵀ"],
  },
  globalAveragePool1d: {
    forward: tex`y_{n, j} = \frac{1}{T} \sum_i x_{n, i, j}`,
    backward: tex`dx_{n, i, j} = \frac{1}{T} dy_{n, j}`,
    lines: ["y = mean of the tokens", "dxᵢ = dy/T for each of the T tokens"],
  },
  embedding: {
    forward: tex`y_{n, i} = w_{x_{n, i}}`,
    backward: tex`dw_r = \sum_{n, i} [x_{n, i} = r] \, dy_{n, i}`,
    lines: ["y = the row x of w", "dw_r = Σ dy where x is r   dx = 0"],
  },
  positionEmbedding: {
    forward: tex`y_{n, i} = x_{n, i} + w_i`,
    backward: tex`dw_i = \sum_n dy_{n, i} \qquad dx = dy`,
    lines: ["yᵢ = xᵢ + wᵢ for each position i", "dwᵢ = Σ_batch dyᵢ   dx = dy"],
  },
  multiHeadAttention: {
    forward: tex`p = \operatorname{softmax}(q k^\top / \sqrt{d}) \qquad o = p v \qquad y = o W_o + b_o`,
    backward: tex`dv = p^\top do \qquad ds = p \odot (do \, v^\top - \delta) / \sqrt{d} \qquad dq = ds \, k \qquad dk = ds^\top q`,
    lines: [
      "q, k, v = x·W + b each; of each head o = softmax(q·kᵀ/√d)·v; y = o·Wo + bo",
      "dv = pᵀ·do   ds = p ⊙ (do·vᵀ − Σⱼ p·do·vᵀ)/√d   dq = ds·k   dk = dsᵀ·q",
    ],
  },
  ensemble: {
    forward: tex`y_k = f_k(x) \text{ for each member } k`,
    backward: tex`dx = \sum_k f_k'(x)^\top dy_k`,
    lines: ["yₖ = fₖ(x) for each member k, one below the other", "dx = Σₖ fₖ′(x)ᵀ·dyₖ"],
  },
  conv2d: {
    forward: tex`y_{n, i, j, o} = b_o + \sum_{p, q, c} x_{n, \, i s + p - a, \, j s + q - a, \, c} \, w_{p, q, c, o}`,
    backward: tex`dw_{p, q, c, o} = \sum_{n, i, j} x_{n, \, i s + p - a, \, j s + q - a, \, c} \, dy_{n, i, j, o} \qquad db_o = \sum_{n, i, j} dy_{n, i, j, o} \qquad dx_{n, u, v, c} = \sum_{i s + p - a = u, \, j s + q - a = v} dy_{n, i, j, o} \, w_{p, q, c, o}`,
    lines: [
      "y[i, j, o] = b[o] + Σ x[i·s + p − a, j·s + q − a, c]·w[p, q, c, o]",
      "dw = Σ x·dy over all windows   db = Σ dy   dx = Σ dy·w over the windows of a pixel",
    ],
  },
  maxPool2d: {
    forward: tex`y_{n, i, j, c} = \max_{(u, v) \in W_{i, j}} x_{n, u, v, c}`,
    backward: tex`dx_{n, u, v, c} = \sum_{i, j} dy_{n, i, j, c} \, [x_{n, u, v, c} = y_{n, i, j, c}]`,
    lines: ["y = the largest pixel of each window", "dx = Σ dy of the windows whose largest pixel it is"],
  },
  averagePool2d: {
    forward: tex`y_{n, i, j, c} = \frac{1}{k} \sum_{(u, v) \in W_{i, j}} x_{n, u, v, c}`,
    backward: tex`dx_{n, u, v, c} = \frac{1}{k} \sum_{i, j : (u, v) \in W_{i, j}} dy_{n, i, j, c}`,
    lines: ["y = the mean of each window of k pixels", "dx = Σ dy/k of the windows that hold the pixel"],
  },
  globalAveragePool2d: {
    forward: tex`y_{n, c} = \frac{1}{h w} \sum_{u, v} x_{n, u, v, c}`,
    backward: tex`dx_{n, u, v, c} = \frac{1}{h w} dy_{n, c}`,
    lines: ["y = the mean over all pixels of a channel", "dx = dy/(h·w)"],
  },
  scale: {
    forward: tex`y = a x`,
    backward: tex`dx = a \, dy`,
    lines: ["y = a·x", "dx = a·dy"],
  },
};
