import type { LossName } from "../losses/losses.ts";
import type { OptimizerName } from "../optimizers/optimizers.ts";
import { type Formula, tex } from "./markup.ts";

/** What a loss computes from outputs x and targets t, and the gradient that it gives back. docs/mathematics.md derives each of them. */
export interface LossFormula {
  readonly loss: Formula;
  readonly gradient: Formula;
}

/** The formula of every loss, as a mean over rows or over all M elements. */
export const lossFormulas: Readonly<Record<LossName, LossFormula>> = {
  crossEntropy: {
    loss: tex`J = \frac{1}{N} \sum_n \ell_n \qquad \ell_n = -\log p_{n, t_n} \qquad p_{n, j} = \frac{\exp x_{n, j}}{\sum_k \exp x_{n, k}}`,
    gradient: tex`dx_{n, j} = \frac{1}{N} (p_{n, j} - [j = t_n])`,
  },
  meanSquaredError: {
    loss: tex`J = \frac{1}{M} \sum (x - t)^2`,
    gradient: tex`dx = \frac{2}{M} (x - t)`,
  },
  meanAbsoluteError: {
    loss: tex`J = \frac{1}{M} \sum |x - t|`,
    gradient: tex`dx = \frac{1}{M} \operatorname{sign}(x - t)`,
  },
  huber: {
    loss: tex`J = \frac{1}{M} \sum h(x - t) \qquad h(d) = \frac{1}{2} d^2 \text{ where } |d| < \delta, \text{ else } \delta (|d| - \frac{1}{2} \delta)`,
    gradient: tex`dx = \frac{1}{M} \max(-\delta, \min(\delta, x - t))`,
  },
  binaryCrossEntropy: {
    loss: tex`J = \frac{1}{M} \sum -t \log \sigma(x) - (1 - t) \log (1 - \sigma(x))`,
    gradient: tex`dx = \frac{1}{M} (\sigma(x) - t)`,
  },
};

/** One step of every optimizer, with the gradient g; weight decay also subtracts λθ. */
export const optimizerFormulas: Readonly<Record<OptimizerName, Formula>> = {
  sgd: tex`u \leftarrow \mu u + g \qquad \theta \leftarrow \theta - \eta u - \lambda \theta`,
  adam: tex`m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \qquad \theta \leftarrow \theta - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon} - \lambda \theta`,
  nadam: tex`m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \qquad \theta \leftarrow \theta - \eta \frac{(1 - \mu_t) g / (1 - P) + \mu_{t + 1} m / (1 - \mu_{t + 1} P)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon} - \lambda \theta`,
  rmsprop: tex`v \leftarrow \alpha v + (1 - \alpha) g^2 \qquad \theta \leftarrow \theta - \eta \frac{g}{\sqrt{v} + \varepsilon} - \lambda \theta`,
  adagrad: tex`s \leftarrow s + g^2 \qquad \theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \varepsilon} - \lambda \theta`,
  lion: tex`\theta \leftarrow \theta - \eta \operatorname{sign}(\beta_1 m + (1 - \beta_1) g) - \lambda \theta \qquad m \leftarrow \beta_2 m + (1 - \beta_2) g`,
  muon: tex`m \leftarrow m + (1 - \mu)(g - m) \qquad D = g + \mu (m - g) \qquad \theta \leftarrow \theta - \eta \sqrt{\max(1, n / m)} \, O(D) - \lambda \theta`,
};
