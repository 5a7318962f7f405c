/** The formulas of the exercises in LaTeX, as a page shows them above the code; the comments of the skeletons have them as text. */
export const exerciseFormulas: Readonly<Record<string, readonly string[]>> = {
  linear: ["y = x W + b"],
  gelu: [
    String.raw`y = \frac{x}{2} \left( 1 + \tanh u \right), \quad u = \sqrt{\frac{2}{\pi}} \left( x + 0.044715\, x^3 \right)`,
  ],
  dropout: [String.raw`y = x \odot \frac{m}{p}, \quad m_i \in \{ 0, 1 \}`],
  softmax: [String.raw`p_{ij} = \frac{\exp(x_{ij})}{\sum_k \exp(x_{ik})}`],
  crossEntropy: [String.raw`J = -\frac{1}{N} \sum_{i=1}^{N} \log p_{i, \ell_i}, \quad p = \operatorname{softmax}(x)`],
  sequential: [String.raw`y = f_n(\dots f_2(f_1(x)))`],
  sgd: [String.raw`\theta \leftarrow \theta - \eta \nabla J`],
  weightDecay: [String.raw`\theta \leftarrow \theta - \eta \nabla J - \lambda \theta`],
  l1: [
    String.raw`P = \lambda \sum \left| \theta \right|, \quad \frac{\partial P}{\partial \theta} = \lambda \operatorname{sign}(\theta)`,
  ],
  l2: [String.raw`P = \lambda \sum \theta^2, \quad \frac{\partial P}{\partial \theta} = 2 \lambda \theta`],
  adam: [
    String.raw`m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2`,
    String.raw`\hat{m} = \frac{m}{1 - \beta_1^t}, \quad \hat{v} = \frac{v}{1 - \beta_2^t}`,
    String.raw`\theta \leftarrow \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \varepsilon} - \lambda \theta`,
  ],
  batchNorm: [
    String.raw`y = w \hat{x} + b, \quad \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \quad \sigma^2 = \frac{1}{N} \sum (x - \mu)^2`,
  ],
  relu: [String.raw`y = \max(x, 0)`],
  tanh: [String.raw`y = \tanh x, \quad \frac{d y}{d x} = 1 - \tanh^2 x`],
  sigmoid: [
    String.raw`y = \sigma(x) = \frac{1}{1 + e^{-x}}, \quad \frac{d y}{d x} = \sigma(x) \left( 1 - \sigma(x) \right)`,
  ],
  residual: ["y = x + F(x)"],
  conv2d: [String.raw`y_{n,i,j,o} = b_o + \sum_{k,l,c} x_{n,\, i+k-p,\, j+l-p,\, c} \; w_{k,l,c,o}`],
  maxPool: [String.raw`y_{n,i,j,c} = \max_{k,l \in \{ 0, 1 \}} x_{n,\, 2i+k,\, 2j+l,\, c}`],
  averagePool: [String.raw`y_{n,i,j,c} = \frac{1}{4} \sum_{k,l \in \{ 0, 1 \}} x_{n,\, 2i+k,\, 2j+l,\, c}`],
  attention: [String.raw`y = P V, \quad P = \operatorname{softmax} \left( \frac{Q K^\top}{\sqrt{d}} \right)`],
  layerNorm: [
    String.raw`y = w \odot \hat{x} + b, \quad \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \quad \sigma^2 = \frac{1}{n} \sum (x - \mu)^2`,
  ],
  embedding: [String.raw`y_{n,t,c} = w_{x_{n,t},\, c}`],
  numericalGradient: [String.raw`g_i = \frac{f(x + h e_i) - f(x - h e_i)}{2 h}`],
  standardize: [String.raw`\hat{x} = \frac{x - \mu}{\sigma}, \quad \sigma = \sqrt{\frac{1}{n} \sum (x - \mu)^2}`],
  labelSmoothing: [
    String.raw`J = -\frac{1}{N} \sum_{i=1}^{N} \sum_c t_{ic} \log p_{ic}, \quad t_{ic} = \frac{s}{C} + (1 - s) \left[ c = \ell_i \right]`,
  ],
  binaryCrossEntropy: [
    String.raw`J = -\operatorname{mean} \left( t \log p + (1 - t) \log(1 - p) \right), \quad p = \frac{1}{1 + e^{-x}}`,
  ],
  clipping: [String.raw`n = \sqrt{\sum g^2}, \quad g \leftarrow \frac{\max}{n}\, g \quad \text{if } n > \max`],
  initialization: [
    String.raw`\text{He: } \sigma = \sqrt{\frac{2}{\text{inputs}}}, \quad \text{Glorot: } a = \sqrt{\frac{6}{\text{inputs} + \text{outputs}}}`,
  ],
  momentum: [String.raw`u \leftarrow \mu u + g, \quad \theta \leftarrow \theta - \eta u`],
  mse: [String.raw`J = \frac{1}{N D} \sum \left( y - t \right)^2`],
  rmsprop: [
    String.raw`v \leftarrow \alpha v + (1 - \alpha)\, g^2, \quad \theta \leftarrow \theta - \eta \frac{g}{\sqrt{v} + \varepsilon}`,
  ],
  schedule: [
    String.raw`\eta_s = \eta \frac{s + 1}{w} \quad (s < w)`,
    String.raw`\eta_s = \eta_{\min} + (\eta - \eta_{\min}) \frac{1 + \operatorname{cos}(\pi p)}{2}, \quad p = \frac{s - w}{S - w}`,
  ],
};
